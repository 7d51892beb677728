//! Writing one file: whole or not at all, with the permissions and the owner it had.

use std::{
    ffi::OsString,
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    os::fd::OwnedFd,
    path::Path,
};

use rustix::{
    fs::{
        AtFlags, FileType, Mode, OFlags, Stat, fchmod, fchown, flistxattr, fstat, openat, renameat, unlinkat,
    },
    io::Errno,
    process::{Gid, Uid},
};

use super::resolve::{FileError, ResolvedPath, resolve};

/// The mode of files that are made.
const NEW_FILE_MODE: Mode = Mode::RUSR.union(Mode::WUSR);

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It was not there.
    Created,
    /// It has other contents now.
    Replaced,
    /// It had these contents: nothing was written, nobody who watches it is woken.
    Unchanged,
}

/// Makes the file at `path` have these contents.
pub fn write(path: &Path, contents: &[u8]) -> Result<WriteOutcome, FileError> {
    let place = resolve(path)?;
    let Some(found) = place.found else {
        let temporary = TemporaryFile::new(&place)?;
        temporary.fill(contents)?;
        temporary.rename().map_err(FileError::system("cannot put the new file in its place"))?;
        return Ok(WriteOutcome::Created);
    };
    match FileType::from_raw_mode(found.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Err(FileError::IsADirectory),
        _ => return Err(FileError::NotARegularFile),
    }
    if has_contents(&place, contents) {
        return Ok(WriteOutcome::Unchanged);
    }
    if !replace(&place, &found, contents) {
        write_in_place(&place, contents)?;
    }
    Ok(WriteOutcome::Replaced)
}

/// Whether the file has these contents already. One that cannot be read counts as different.
fn has_contents(place: &ResolvedPath, contents: &[u8]) -> bool {
    let Ok(mut file) = open_regular(place, OFlags::RDONLY) else { return false };
    let length = contents.len() as u64;
    if file.metadata().map_or(true, |metadata| metadata.len() != length) {
        return false;
    }
    let mut now = zeroize::Zeroizing::new(Vec::with_capacity(contents.len()));
    Read::by_ref(&mut file).take(length + 1).read_to_end(&mut now).is_ok() && **now == *contents
}

/// Opens what is there, if it is a regular file: without following a link, and without waiting for whoever is at the
/// other end of a FIFO that took its place.
fn open_regular(place: &ResolvedPath, access: OFlags) -> Result<File, FileError> {
    let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = openat(&place.folder, &place.name, flags, Mode::empty())
        .map_err(FileError::system("cannot open it"))?;
    let stat = fstat(&file).map_err(FileError::system("cannot look at it"))?;
    if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
        Ok(file.into())
    } else {
        Err(FileError::NotARegularFile)
    }
}

/// Puts a new file with the same mode and owner in its place. Says no where that would lose something, or cannot be
/// done: a name that is one of several, access lists, a folder we may not write, a file that is mounted.
fn replace(place: &ResolvedPath, found: &Stat, contents: &[u8]) -> bool {
    if found.st_nlink > 1 || has_extended_attributes(place) {
        return false;
    }
    let Ok(temporary) = TemporaryFile::new(place) else { return false };
    let same_owner = fstat(&temporary.file).is_ok_and(|own| {
        (own.st_uid == found.st_uid && own.st_gid == found.st_gid)
            || fchown(&temporary.file, Some(Uid::from_raw(found.st_uid)), Some(Gid::from_raw(found.st_gid)))
                .is_ok()
    });
    // Before any of the contents are in it.
    let same_mode = same_owner && fchmod(&temporary.file, Mode::from_raw_mode(found.st_mode)).is_ok();
    same_mode && temporary.fill(contents).is_ok() && temporary.rename().is_ok()
}

/// Access lists and labels are in extended attributes, which a new file would not have.
fn has_extended_attributes(place: &ResolvedPath) -> bool {
    let Ok(file) = open_regular(place, OFlags::RDONLY) else { return false };
    let mut none: [u8; 0] = [];
    flistxattr(&file, &mut none).is_ok_and(|bytes| bytes > 0)
}

fn write_in_place(place: &ResolvedPath, contents: &[u8]) -> Result<(), FileError> {
    let mut file = open_regular(place, OFlags::WRONLY)?;
    let write = |file: &mut File| {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(contents)?;
        file.set_len(contents.len() as u64)?;
        file.sync_all()
    };
    write(&mut file).map_err(|error| FileError::System { what: "cannot write it", error })
}

/// A file beside the one to be written, gone when it is dropped before it was renamed.
struct TemporaryFile<'p> {
    place: &'p ResolvedPath,
    name: OsString,
    file: OwnedFd,
    renamed: std::cell::Cell<bool>,
}

impl<'p> TemporaryFile<'p> {
    fn new(place: &'p ResolvedPath) -> Result<Self, FileError> {
        let name = OsString::from(format!(".coder-{:016x}", rand::random::<u64>()));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&place.folder, &name, flags, NEW_FILE_MODE)
            .map_err(FileError::system("cannot make a file in its folder"))?;
        Ok(Self { place, name, file, renamed: std::cell::Cell::new(false) })
    }

    fn fill(&self, contents: &[u8]) -> Result<(), FileError> {
        let mut rest = contents;
        while !rest.is_empty() {
            match rustix::io::write(&self.file, rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(error) => return Err(FileError::system("cannot write it")(error)),
            }
        }
        rustix::fs::fsync(&self.file).map_err(FileError::system("cannot write it"))
    }

    fn rename(&self) -> Result<(), Errno> {
        renameat(&self.place.folder, &self.name, &self.place.folder, &self.place.name)?;
        self.renamed.set(true);
        Ok(())
    }
}

impl Drop for TemporaryFile<'_> {
    fn drop(&mut self) {
        if !self.renamed.get() {
            // Nothing more can be done about it here.
            let _ = unlinkat(&self.place.folder, &self.name, AtFlags::empty());
        }
    }
}

#[cfg(test)]
mod tests;
