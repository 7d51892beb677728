//! Resolves a path component by component with `openat`, so that it cannot be swapped midway. Symlinks are followed only if
//! owned by this user or root.

use std::{
    collections::VecDeque,
    ffi::{OsStr, OsString},
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::Path,
};

use rustix::{
    fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, mkdirat, openat, readlinkat, statat},
    io::Errno,
    process::{Uid, geteuid},
};

/// As in Linux.
const MAX_SYMLINKS: usize = 40;
const NEW_DIRECTORY_MODE: Mode = Mode::RWXU;

pub struct ResolvedPath {
    pub directory: OwnedFd,
    /// The last component. It was not a symlink when it was resolved.
    pub name: OsString,
    /// The existing file, if there is one.
    pub found: Option<Stat>,
}

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{what}: {error}")]
    System { what: &'static str, error: std::io::Error },
    /// Owned by neither this user nor root.
    #[error("{0:?} in the path is a symlink owned by another user")]
    UntrustedSymlink(OsString),
    #[error("too many symlinks in the path")]
    TooManySymlinks,
    #[error("{0:?} in the path is not a directory")]
    NotADirectory(OsString),
    #[error("it is a directory")]
    IsADirectory,
    #[error("it is not a regular file")]
    NotARegularFile,
}

impl FileError {
    pub fn system(what: &'static str) -> impl FnOnce(Errno) -> Self {
        move |error| Self::System { what, error: error.into() }
    }
}

/// Resolves an absolute path, and creates missing directories with mode 0700.
pub fn resolve(path: &Path) -> Result<ResolvedPath, FileError> {
    resolve_as(path, geteuid())
}

/// The same for a user whose symlinks are followed.
pub fn resolve_as(path: &Path, user: Uid) -> Result<ResolvedPath, FileError> {
    let mut remaining = components(path.as_os_str());
    let mut directory = root()?;
    let mut symlinks = 0;
    loop {
        let name = remaining.pop_front().ok_or(FileError::IsADirectory)?;
        let is_last = remaining.is_empty();
        let found = match statat(&directory, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => Some(found),
            Err(Errno::NOENT) => None,
            Err(error) => return Err(FileError::system("cannot stat a part of the path")(error)),
        };
        match found.map(|stat| FileType::from_raw_mode(stat.st_mode)) {
            Some(FileType::Symlink) => {
                symlinks += 1;
                if symlinks > MAX_SYMLINKS {
                    return Err(FileError::TooManySymlinks);
                }
                let target = read_trusted_symlink(&directory, &name, user)?;
                let mut through = components(&target);
                if target.as_bytes().starts_with(b"/") {
                    directory = root()?;
                }
                through.append(&mut remaining);
                remaining = through;
            }
            _ if is_last => return Ok(ResolvedPath { directory, name, found }),
            Some(FileType::Directory) => directory = open_directory(&directory, &name)?,
            Some(_) => return Err(FileError::NotADirectory(name)),
            None => {
                match mkdirat(&directory, &name, NEW_DIRECTORY_MODE) {
                    // Created by another process meanwhile: opened like any other.
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => {
                        return Err(FileError::system("cannot create a directory in the path")(error));
                    }
                }
                directory = open_directory(&directory, &name)?;
            }
        }
    }
}

fn root() -> Result<OwnedFd, FileError> {
    openat(CWD, "/", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(FileError::system("cannot open the root directory"))
}

/// `..` is kept: after a symlink it means the parent of the symlink's target.
fn components(path: &OsStr) -> VecDeque<OsString> {
    path.as_bytes()
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
        .map(|part| OsStr::from_bytes(part).to_owned())
        .collect()
}

fn open_directory(directory: &OwnedFd, name: &OsStr) -> Result<OwnedFd, FileError> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(directory, name, flags, Mode::empty()).map_err(|error| match error {
        // It was a directory when it was checked.
        Errno::LOOP | Errno::NOTDIR => FileError::NotADirectory(name.to_owned()),
        error => FileError::system("cannot open a directory in the path")(error),
    })
}

/// The target of a symlink that this user or root owns. Both are read from one open file.
fn read_trusted_symlink(directory: &OwnedFd, name: &OsStr, user: Uid) -> Result<OsString, FileError> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let symlink = openat(directory, name, flags, Mode::empty())
        .map_err(FileError::system("cannot open a symlink in the path"))?;
    let stat = fstat(&symlink).map_err(FileError::system("cannot stat a symlink in the path"))?;
    if stat.st_uid != 0 && stat.st_uid != user.as_raw() {
        return Err(FileError::UntrustedSymlink(name.to_owned()));
    }
    let target =
        readlinkat(&symlink, "", Vec::new()).map_err(FileError::system("cannot read a symlink in the path"))?;
    Ok(OsStr::from_bytes(target.to_bytes()).to_owned())
}
