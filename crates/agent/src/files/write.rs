//! Writes one file atomically where possible, and keeps its mode and owner.

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

const NEW_FILE_MODE: Mode = Mode::RUSR.union(Mode::WUSR);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOutcome {
    Created,
    Replaced,
    /// The contents were equal, so the file was not touched: programs that watch it are not notified.
    Unchanged,
}

pub fn write(path: &Path, contents: &[u8]) -> Result<WriteOutcome, FileError> {
    write_at(&resolve(path)?, contents)
}

fn write_at(path: &ResolvedPath, contents: &[u8]) -> Result<WriteOutcome, FileError> {
    let Some(found) = path.found else {
        let temporary = TemporaryFile::new(path)?;
        temporary.fill(contents)?;
        temporary.rename().map_err(FileError::system("cannot rename the new file"))?;
        return Ok(WriteOutcome::Created);
    };
    match FileType::from_raw_mode(found.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Err(FileError::IsADirectory),
        _ => return Err(FileError::NotARegularFile),
    }
    if has_contents(path, contents) {
        return Ok(WriteOutcome::Unchanged);
    }
    if !replace(path, &found, contents) {
        write_in_place(path, contents)?;
    }
    Ok(WriteOutcome::Replaced)
}

/// Whether the file has these contents already. An unreadable file counts as different.
fn has_contents(path: &ResolvedPath, contents: &[u8]) -> bool {
    let Ok(mut file) = open_regular(path, OFlags::RDONLY) else { return false };
    let length = contents.len() as u64;
    if file.metadata().map_or(true, |metadata| metadata.len() != length) {
        return false;
    }
    let mut now = zeroize::Zeroizing::new(Vec::with_capacity(contents.len()));
    Read::by_ref(&mut file).take(length + 1).read_to_end(&mut now).is_ok() && **now == *contents
}

/// Opens a regular file. Does not follow symlinks, and does not block on a FIFO that took the file's place.
fn open_regular(path: &ResolvedPath, access: OFlags) -> Result<File, FileError> {
    let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = openat(&path.directory, &path.name, flags, Mode::empty())
        .map_err(FileError::system("cannot open it"))?;
    let stat = fstat(&file).map_err(FileError::system("cannot stat it"))?;
    if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
        Ok(file.into())
    } else {
        Err(FileError::NotARegularFile)
    }
}

/// Replaces the file by a new one with the same mode and owner. Returns false where that would lose hard links or access
/// lists, or is not possible: in a directory without write permission, or for a mounted file.
fn replace(path: &ResolvedPath, found: &Stat, contents: &[u8]) -> bool {
    if found.st_nlink > 1 || has_extended_attributes(path) {
        return false;
    }
    let Ok(temporary) = TemporaryFile::new(path) else { return false };
    let same_owner = fstat(&temporary.file).is_ok_and(|own| {
        (own.st_uid == found.st_uid && own.st_gid == found.st_gid)
            || fchown(&temporary.file, Some(Uid::from_raw(found.st_uid)), Some(Gid::from_raw(found.st_gid)))
                .is_ok()
    });
    // Before the contents are written.
    let same_mode = same_owner && fchmod(&temporary.file, Mode::from_raw_mode(found.st_mode)).is_ok();
    same_mode && temporary.fill(contents).is_ok() && temporary.rename().is_ok()
}

/// Access lists and security labels, which a new file would not have.
fn has_extended_attributes(path: &ResolvedPath) -> bool {
    let Ok(file) = open_regular(path, OFlags::RDONLY) else { return false };
    let mut none: [u8; 0] = [];
    flistxattr(&file, &mut none).is_ok_and(|bytes| bytes > 0)
}

fn write_in_place(path: &ResolvedPath, contents: &[u8]) -> Result<(), FileError> {
    let mut file = open_regular(path, OFlags::WRONLY)?;
    let write = |file: &mut File| {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(contents)?;
        file.set_len(contents.len() as u64)?;
        file.sync_all()
    };
    write(&mut file).map_err(|error| FileError::System { what: "cannot write it", error })
}

/// A file in the same directory. Removed on drop, unless it was renamed.
struct TemporaryFile<'p> {
    path: &'p ResolvedPath,
    name: OsString,
    file: OwnedFd,
    renamed: std::cell::Cell<bool>,
}

impl<'p> TemporaryFile<'p> {
    fn new(path: &'p ResolvedPath) -> Result<Self, FileError> {
        let name = OsString::from(format!(".coder-{:016x}", rand::random::<u64>()));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&path.directory, &name, flags, NEW_FILE_MODE)
            .map_err(FileError::system("cannot create a file in its directory"))?;
        Ok(Self { path, name, file, renamed: std::cell::Cell::new(false) })
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
        renameat(&self.path.directory, &self.name, &self.path.directory, &self.path.name)?;
        self.renamed.set(true);
        Ok(())
    }
}

impl Drop for TemporaryFile<'_> {
    fn drop(&mut self) {
        if !self.renamed.get() {
            let _ = unlinkat(&self.path.directory, &self.name, AtFlags::empty());
        }
    }
}

#[cfg(test)]
mod tests;
