//! The stored login: a server's URL and a session token, in a file each.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use etcetera::{BaseStrategy, choose_base_strategy};
use url::Url;
use zeroize::Zeroizing;

#[derive(Clone)]
pub struct LoginStore {
    directory: PathBuf,
}

pub struct Login {
    pub url: Option<Url>,
    pub token: Option<Zeroizing<String>>,
}

impl LoginStore {
    /// By default in the user's configuration directory.
    pub fn open(directory: Option<PathBuf>) -> Result<Self> {
        let directory = match directory {
            Some(directory) => directory,
            None => choose_base_strategy()
                .map_err(|_| anyhow!("the home directory is not known; set HOME or CODER_CONFIG_DIR"))?
                .config_dir()
                .join("coderv2"),
        };
        Ok(Self { directory })
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    pub fn read(&self) -> Result<Login> {
        let url = self.read_file("url")?;
        let url = url.map(|text| Url::parse(text.trim())).transpose();
        Ok(Login {
            url: url.with_context(|| format!("{} is not a URL", self.directory.join("url").display()))?,
            token: self.read_file("session")?.map(|text| Zeroizing::new(text.trim().to_owned())),
        })
    }

    /// Writes both files with mode 0600.
    pub fn save(&self, url: &Url, token: &str) -> Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.directory)
            .with_context(|| format!("cannot create {}", self.directory.display()))?;
        self.write_file("url", url.as_str())?;
        self.write_file("session", token)
    }

    pub fn delete(&self) -> Result<()> {
        for name in ["url", "session"] {
            let path = self.directory.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot delete {}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read_file(&self, name: &str) -> Result<Option<Zeroizing<String>>> {
        let path = self.directory.join(name);
        match fs::read_to_string(&path) {
            Ok(text) if text.trim().is_empty() => Ok(None),
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Atomic.
    fn write_file(&self, name: &str, text: &str) -> Result<()> {
        let path = self.directory.join(name);
        write_private(&self.directory, &path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

fn write_private(directory: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
