//! Where the deployment keys come from.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use coder_crypto::KeyRing;
use zeroize::Zeroizing;

use super::StartupError;

/// The name of the key file beside an SQLite database.
const KEY_FILE: &str = "encryption.key";

/// Where the deployment keys are.
#[derive(Clone)]
pub enum KeySource {
    /// In the settings: base64, comma-separated, the first one seals.
    Inline(Zeroizing<String>),
    /// In a file with the same text.
    File(PathBuf),
    /// Nowhere yet: beside an SQLite database one is made; PostgreSQL insists on one being given.
    Auto,
}

/// Finds the keys, or makes one for a new SQLite database.
///
/// A database that exists without its key file gets no new key: nothing in it would open.
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
                    "the database {} exists but its encryption key {} does not\nrestore the key from your backup; stored \
                     secrets cannot be decrypted without it",
                    database.display(),
                    path.display()
                )));
            }
            make(&path)
        }
    }
}

fn parse(text: &str, place: &str) -> Result<KeyRing, StartupError> {
    KeyRing::parse(text.trim())
        .map_err(|error| StartupError::Keys(format!("encryption keys in {place}: {error}")))
}

fn read(path: &Path) -> Result<Zeroizing<String>, StartupError> {
    fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
        StartupError::Keys(format!("cannot read the encryption keys in {}: {error}", path.display()))
    })
}

/// Makes a key and keeps it in a file that only this user can read, durable before anything is sealed with it.
fn make(path: &Path) -> Result<KeyRing, StartupError> {
    let failed = |error: std::io::Error| {
        StartupError::Keys(format!("cannot write a new encryption key to {}: {error}", path.display()))
    };
    let ring = KeyRing::generate().map_err(|error| StartupError::Keys(error.to_string()))?;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(ring.encode().as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    if let Some(folder) = path.parent() {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    tracing::warn!(
        path = %path.display(),
        "generated a new encryption key: back it up separately from the database; stored secrets cannot be decrypted \
         without it"
    );
    Ok(ring)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(result: Result<KeyRing, StartupError>) -> String {
        result.err().unwrap().to_string()
    }

    #[test]
    fn a_new_folder_gets_a_private_key_once() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("coder.db");
        load(&KeySource::Auto, folder.path(), &database, false).unwrap();
        let key = folder.path().join(KEY_FILE);
        let text = fs::read_to_string(&key).unwrap();
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&key.metadata().unwrap().permissions()) & 0o777,
            0o600
        );
        load(&KeySource::Auto, folder.path(), &database, false).unwrap();
        assert_eq!(fs::read_to_string(&key).unwrap(), text);
    }

    #[test]
    fn a_database_without_its_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("coder.db");
        fs::write(&database, "").unwrap();
        let said = refusal(load(&KeySource::Auto, folder.path(), &database, false));
        assert!(said.contains("backup"), "{said}");
        assert!(!folder.path().join(KEY_FILE).exists());
    }

    #[test]
    fn postgres_insists_on_a_given_key_and_bad_ones_are_named_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("coder.db");
        let said = refusal(load(&KeySource::Auto, folder.path(), &database, true));
        assert!(said.contains("CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS"), "{said}");
        let given = KeySource::Inline(Zeroizing::new("hunter2hunter2".to_owned()));
        let said = refusal(load(&given, folder.path(), &database, true));
        assert!(said.contains("index 0") && !said.contains("hunter2"), "{said}");
    }
}
