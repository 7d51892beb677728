//! From an absolute path to an open folder and a name in it, without ever going by a path that somebody else can change
//! meanwhile: each part is opened from the folder before it, and symlinks are followed by hand, if whoever made them is
//! trusted.

use std::{
    collections::VecDeque,
    ffi::{OsStr, OsString},
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::Path,
};

use rustix::{
    fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, mkdirat, openat, readlinkat, statat},
    io::Errno,
    process::geteuid,
};

/// Links followed before a path is given up, as the system does.
const MAX_SYMLINKS: usize = 40;
/// The mode of folders that are made.
const NEW_DIRECTORY_MODE: Mode = Mode::RWXU;

/// Where a path leads.
pub struct ResolvedPath {
    /// The folder, open.
    pub folder: OwnedFd,
    /// The name in it. Not a link when it was looked at.
    pub name: OsString,
    /// What is there already.
    pub found: Option<Stat>,
}

/// Why a path leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system says no.
    #[error("{what}: {error}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Its answer.
        error: std::io::Error,
    },
    /// A link on the way was made by somebody who is neither us nor root.
    #[error("{0:?} on the way is a link that belongs to somebody else")]
    UntrustedSymlink(OsString),
    /// Links lead to symlinks.
    #[error("too many symlinks on the way")]
    TooManySymlinks,
    /// A part of the way is not a folder.
    #[error("{0:?} on the way is not a folder")]
    NotADirectory(OsString),
    /// There is no name at the end.
    #[error("it is a folder")]
    IsADirectory,
    /// What is there is neither file nor folder.
    #[error("it is not a regular file")]
    NotARegularFile,
}

impl FileError {
    pub fn system(what: &'static str) -> impl FnOnce(Errno) -> Self {
        move |error| Self::System { what, error: error.into() }
    }
}

/// Walks to `path`, making the folders that are missing.
pub fn resolve(path: &Path) -> Result<ResolvedPath, FileError> {
    let mut ahead = parts(path.as_os_str());
    let mut folder = root()?;
    let mut symlinks = 0;
    loop {
        let name = ahead.pop_front().ok_or(FileError::IsADirectory)?;
        let is_last = ahead.is_empty();
        let found = match statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => Some(found),
            Err(Errno::NOENT) => None,
            Err(error) => return Err(FileError::system("cannot look at a part of the path")(error)),
        };
        match found.map(|stat| FileType::from_raw_mode(stat.st_mode)) {
            Some(FileType::Symlink) => {
                symlinks += 1;
                if symlinks > MAX_SYMLINKS {
                    return Err(FileError::TooManySymlinks);
                }
                let target = read_trusted_symlink(&folder, &name)?;
                let mut through = parts(&target);
                if target.as_bytes().starts_with(b"/") {
                    folder = root()?;
                }
                through.append(&mut ahead);
                ahead = through;
            }
            _ if is_last => return Ok(ResolvedPath { folder, name, found }),
            Some(FileType::Directory) => folder = open_directory(&folder, &name)?,
            Some(_) => return Err(FileError::NotADirectory(name)),
            None => {
                match mkdirat(&folder, &name, NEW_DIRECTORY_MODE) {
                    // Made by somebody else meanwhile: looked at like any other.
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(FileError::system("cannot make a folder on the way")(error)),
                }
                folder = open_directory(&folder, &name)?;
            }
        }
    }
}

fn root() -> Result<OwnedFd, FileError> {
    openat(CWD, "/", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(FileError::system("cannot open the root folder"))
}

/// `..` stays: after a link it means the parent of where the link led.
fn parts(path: &OsStr) -> VecDeque<OsString> {
    path.as_bytes()
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
        .map(|part| OsStr::from_bytes(part).to_owned())
        .collect()
}

fn open_directory(folder: &OwnedFd, name: &OsStr) -> Result<OwnedFd, FileError> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(folder, name, flags, Mode::empty()).map_err(|error| match error {
        // It was a folder a moment ago.
        Errno::LOOP | Errno::NOTDIR => FileError::NotADirectory(name.to_owned()),
        error => FileError::system("cannot open a folder on the way")(error),
    })
}

/// Where a link leads, if we or root made it. The link is opened once and everything asked of that.
fn read_trusted_symlink(folder: &OwnedFd, name: &OsStr) -> Result<OsString, FileError> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let link = openat(folder, name, flags, Mode::empty())
        .map_err(FileError::system("cannot open a link on the way"))?;
    let stat = fstat(&link).map_err(FileError::system("cannot look at a link on the way"))?;
    if stat.st_uid != 0 && stat.st_uid != geteuid().as_raw() {
        return Err(FileError::UntrustedSymlink(name.to_owned()));
    }
    let target =
        readlinkat(&link, "", Vec::new()).map_err(FileError::system("cannot read a link on the way"))?;
    Ok(OsStr::from_bytes(target.to_bytes()).to_owned())
}
