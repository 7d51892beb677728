//! One server per data directory.

use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

use super::StartupError;

/// A lock on a data directory. The system releases it when the process exits, however it exits.
pub struct DataDirLock {
    _file: File,
}

impl DataDirLock {
    /// Acquires the lock. The error names the process that holds it.
    pub fn acquire(data_dir: &Path) -> Result<Self, StartupError> {
        let path = data_dir.join("server.lock");
        let failed = |error: std::io::Error| StartupError::DataDir {
            path: data_dir.display().to_string(),
            reason: format!("{}: {error}", path.display()),
        };
        let mut file =
            File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let is_known =
                    file.take(20).read_to_string(&mut pid).is_ok() && pid.trim().parse::<u32>().is_ok();
                return Err(StartupError::Locked {
                    path: data_dir.display().to_string(),
                    pid: if is_known { format!(" (process {})", pid.trim()) } else { String::new() },
                });
            }
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_the_process_that_holds_the_lock() {
        let directory = tempfile::tempdir().unwrap();
        let lock = DataDirLock::acquire(directory.path()).unwrap();
        let error = DataDirLock::acquire(directory.path()).err().unwrap().to_string();
        assert!(error.contains(&format!("(process {})", std::process::id())), "{error}");
        assert!(error.contains("--data-dir"), "{error}");
        drop(lock);
        assert!(DataDirLock::acquire(directory.path()).is_ok());
    }
}
