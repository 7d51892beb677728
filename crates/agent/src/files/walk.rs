//! From an absolute path to an open folder and a name in it, without ever going by a path that somebody else can change
//! meanwhile: each part is opened from the folder before it, and links are followed by hand, if whoever made them is
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
const MAX_LINKS: usize = 40;
/// The mode of folders that are made.
const NEW_FOLDER: Mode = Mode::RWXU;

/// Where a path leads.
pub struct Place {
    /// The folder, open.
    pub folder: OwnedFd,
    /// The name in it. Not a link when it was looked at.
    pub name: OsString,
    /// What is there already.
    pub found: Option<Stat>,
}

/// Why a path leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
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
    ForeignLink(OsString),
    /// Links lead to links.
    #[error("too many links on the way")]
    TooManyLinks,
    /// A part of the way is not a folder.
    #[error("{0:?} on the way is not a folder")]
    NotAFolder(OsString),
    /// There is no name at the end.
    #[error("it is a folder")]
    Folder,
    /// What is there is neither file nor folder.
    #[error("it is not a regular file")]
    NotAFile,
}

impl Problem {
    pub fn system(what: &'static str) -> impl FnOnce(Errno) -> Self {
        move |error| Self::System { what, error: error.into() }
    }
}

/// Walks to `path`, making the folders that are missing.
pub fn walk(path: &Path) -> Result<Place, Problem> {
    let mut ahead = parts(path.as_os_str());
    let mut folder = root()?;
    let mut links = 0;
    loop {
        let name = ahead.pop_front().ok_or(Problem::Folder)?;
        let is_last = ahead.is_empty();
        let found = match statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => Some(found),
            Err(Errno::NOENT) => None,
            Err(error) => return Err(Problem::system("cannot look at a part of the path")(error)),
        };
        match found.map(|stat| FileType::from_raw_mode(stat.st_mode)) {
            Some(FileType::Symlink) => {
                links += 1;
                if links > MAX_LINKS {
                    return Err(Problem::TooManyLinks);
                }
                let target = trusted_link(&folder, &name)?;
                let mut through = parts(&target);
                if target.as_bytes().starts_with(b"/") {
                    folder = root()?;
                }
                through.append(&mut ahead);
                ahead = through;
            }
            _ if is_last => return Ok(Place { folder, name, found }),
            Some(FileType::Directory) => folder = open_folder(&folder, &name)?,
            Some(_) => return Err(Problem::NotAFolder(name)),
            None => {
                match mkdirat(&folder, &name, NEW_FOLDER) {
                    // Made by somebody else meanwhile: looked at like any other.
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(Problem::system("cannot make a folder on the way")(error)),
                }
                folder = open_folder(&folder, &name)?;
            }
        }
    }
}

fn root() -> Result<OwnedFd, Problem> {
    openat(CWD, "/", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(Problem::system("cannot open the root folder"))
}

/// `..` stays: after a link it means the parent of where the link led.
fn parts(path: &OsStr) -> VecDeque<OsString> {
    path.as_bytes()
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
        .map(|part| OsStr::from_bytes(part).to_owned())
        .collect()
}

fn open_folder(folder: &OwnedFd, name: &OsStr) -> Result<OwnedFd, Problem> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(folder, name, flags, Mode::empty()).map_err(|error| match error {
        // It was a folder a moment ago.
        Errno::LOOP | Errno::NOTDIR => Problem::NotAFolder(name.to_owned()),
        error => Problem::system("cannot open a folder on the way")(error),
    })
}

/// Where a link leads, if we or root made it. The link is opened once and everything asked of that.
fn trusted_link(folder: &OwnedFd, name: &OsStr) -> Result<OsString, Problem> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let link =
        openat(folder, name, flags, Mode::empty()).map_err(Problem::system("cannot open a link on the way"))?;
    let stat = fstat(&link).map_err(Problem::system("cannot look at a link on the way"))?;
    if stat.st_uid != 0 && stat.st_uid != geteuid().as_raw() {
        return Err(Problem::ForeignLink(name.to_owned()));
    }
    let target = readlinkat(&link, "", Vec::new()).map_err(Problem::system("cannot read a link on the way"))?;
    Ok(OsStr::from_bytes(target.to_bytes()).to_owned())
}
