//! Loads the encryption keys of the deployment.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use coder_crypto::KeyRing;
use zeroize::Zeroizing;

use super::StartupError;

/// In the data directory, beside the SQLite database.
const KEY_FILE: &str = "encryption.key";

/// Where to find the encryption keys.
#[derive(Clone)]
pub enum KeySource {
    /// The keys themselves: base64, comma-separated, the primary key first.
    Inline(Zeroizing<String>),
    /// A file with the same text.
    File(PathBuf),
    /// A generated key file in the data directory, for SQLite. With PostgreSQL a startup error: all servers need the
    /// same key.
    Auto,
}

/// Loads the keys, or generates one for a new SQLite database. A database that exists without its key file gets no
/// new key: that could decrypt nothing in it.
pub(super) fn load(
    source: &KeySource,
    data_dir: &Path,
    database: &Path,
    on_postgres: bool,
) -> Result<KeyRing, StartupError> {
    match source {
        KeySource::Inline(text) => parse(text, "CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS"),
        KeySource::File(path) => parse(&read(path)?, &path.display().to_string()),
        KeySource::Auto if on_postgres => Err(StartupError::Keys(
            "PostgreSQL needs an encryption key that all servers share\ngenerate one with `openssl rand -base64 32` \
             and set it as CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS (or its file as \
             CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS_FILE)"
                .to_owned(),
        )),
        KeySource::Auto => {
            let path = data_dir.join(KEY_FILE);
            if path.exists() {
                return parse(&read(&path)?, &path.display().to_string());
            }
            if database.exists() {
                return Err(StartupError::Keys(format!(
                    "the database {} exists but its encryption key {} does not\nrestore the key from your backup; \
                     stored secrets cannot be decrypted without it",
                    database.display(),
                    path.display()
                )));
            }
            generate(&path)
        }
    }
}

fn parse(text: &str, source: &str) -> Result<KeyRing, StartupError> {
    KeyRing::parse(text.trim())
        .map_err(|error| StartupError::Keys(format!("encryption keys in {source}: {error}")))
}

fn read(path: &Path) -> Result<Zeroizing<String>, StartupError> {
    fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
        StartupError::Keys(format!("cannot read the encryption keys in {}: {error}", path.display()))
    })
}

/// Writes a new key to a file that only this user can read. It is synced before anything is encrypted with the key.
fn generate(path: &Path) -> Result<KeyRing, StartupError> {
    let failed = |error: std::io::Error| {
        StartupError::Keys(format!("cannot write a new encryption key to {}: {error}", path.display()))
    };
    let key_ring = KeyRing::generate().map_err(|error| StartupError::Keys(error.to_string()))?;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(key_ring.encode().as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    if let Some(directory) = path.parent() {
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed)?;
    }
    tracing::warn!(
        path = %path.display(),
        "generated a new encryption key: back it up separately from the database; stored secrets cannot be decrypted \
         without it"
    );
    Ok(key_ring)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_text(result: Result<KeyRing, StartupError>) -> String {
        result.err().unwrap().to_string()
    }

    #[test]
    fn a_new_directory_gets_a_private_key_once() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("coder.db");
        load(&KeySource::Auto, directory.path(), &database, false).unwrap();
        let key = directory.path().join(KEY_FILE);
        let text = fs::read_to_string(&key).unwrap();
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&key.metadata().unwrap().permissions()) & 0o777,
            0o600
        );
        load(&KeySource::Auto, directory.path(), &database, false).unwrap();
        assert_eq!(fs::read_to_string(&key).unwrap(), text);
    }

    #[test]
    fn a_database_without_its_key_fails() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("coder.db");
        fs::write(&database, "").unwrap();
        let error = error_text(load(&KeySource::Auto, directory.path(), &database, false));
        assert!(error.contains("backup"), "{error}");
        assert!(!directory.path().join(KEY_FILE).exists());
    }

    #[test]
    fn postgres_requires_a_key_and_errors_do_not_show_invalid_ones() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("coder.db");
        let error = error_text(load(&KeySource::Auto, directory.path(), &database, true));
        assert!(error.contains("CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS"), "{error}");
        let inline = KeySource::Inline(Zeroizing::new("hunter2hunter2".to_owned()));
        let error = error_text(load(&inline, directory.path(), &database, true));
        assert!(error.contains("index 0") && !error.contains("hunter2"), "{error}");
    }
}
