//! One server per data folder.

use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

use super::StartupError;

/// Held while a server works in a data folder. The system lets go of it when the process ends, however it ends.
pub struct DataDirLock {
    _file: File,
}

impl DataDirLock {
    /// Takes the lock, or says who holds it.
    pub fn take(data_dir: &Path) -> Result<Self, StartupError> {
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
                let known = file.take(20).read_to_string(&mut pid).is_ok() && pid.trim().parse::<u32>().is_ok();
                return Err(StartupError::Locked {
                    path: data_dir.display().to_string(),
                    pid: if known { format!(" (process {})", pid.trim()) } else { String::new() },
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
    fn a_second_server_is_told_who_holds_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let held = DataDirLock::take(folder.path()).unwrap();
        let refused = DataDirLock::take(folder.path()).err().unwrap().to_string();
        assert!(refused.contains(&format!("(process {})", std::process::id())), "{refused}");
        assert!(refused.contains("--data-dir"), "{refused}");
        drop(held);
        assert!(DataDirLock::take(folder.path()).is_ok());
    }
}
