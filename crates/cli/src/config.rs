//! The login of this machine: two small files.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use etcetera::{BaseStrategy, choose_base_strategy};
use url::Url;
use zeroize::Zeroizing;

/// The folder of the login.
#[derive(Clone)]
pub struct Config {
    folder: PathBuf,
}

/// Who this machine is logged in as, and where.
pub struct Login {
    /// The server.
    pub url: Option<Url>,
    /// The session token.
    pub token: Option<Zeroizing<String>>,
}

impl Config {
    /// The folder that was given, or the user's own.
    pub fn open(given: Option<PathBuf>) -> Result<Self> {
        let folder = match given {
            Some(folder) => folder,
            None => choose_base_strategy()
                .map_err(|_| anyhow!("the home directory is not known; set HOME or CODER_CONFIG_DIR"))?
                .config_dir()
                .join("coderv2"),
        };
        Ok(Self { folder })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is stored.
    pub fn login(&self) -> Result<Login> {
        let url = self.read("url")?;
        let url = url.map(|text| Url::parse(text.trim())).transpose();
        Ok(Login {
            url: url.with_context(|| format!("{} is not a URL", self.folder.join("url").display()))?,
            token: self.read("session")?.map(|text| Zeroizing::new(text.trim().to_owned())),
        })
    }

    /// Stores a login, for this user's eyes only.
    pub fn save(&self, url: &Url, token: &str) -> Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder).with_context(|| format!("cannot make {}", self.folder.display()))?;
        self.write("url", url.as_str())?;
        self.write("session", token)
    }

    /// Forgets the login.
    pub fn forget(&self) -> Result<()> {
        for name in ["url", "session"] {
            let path = self.folder.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot delete {}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>> {
        let path = self.folder.join(name);
        match fs::read_to_string(&path) {
            Ok(text) if text.trim().is_empty() => Ok(None),
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Whole or not at all.
    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.join(name);
        write_private(&self.folder, &path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

fn write_private(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
