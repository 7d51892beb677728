//! Parses files of secrets into entries, in file order. Nothing is validated beyond the format: entries become requests.

mod env;
mod json;
mod yaml;

use std::path::Path;

use zeroize::Zeroizing;

use crate::{
    FieldError,
    secret::{EnvName, MAX_SECRETS, NewSecret, RawSettings},
};

/// The largest file, in bytes (user guide, Limits).
pub const MAX_FILE_BYTES: usize = 1_048_576;

/// The longest key in messages, in characters; longer ones are cut.
const MAX_SHOWN_KEY: usize = 64;

/// The format of a file of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `KEY=VALUE` lines.
    Env,
    /// One flat object of strings.
    Json,
    /// One mapping of strings.
    Yaml,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Env, Self::Json, Self::Yaml];

    /// The string value in JSON and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }

    /// Parses a string value.
    ///
    /// # Errors
    /// [`ParseError`] for an empty or unknown one.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if text.is_empty() {
            return Err(ParseError("a secrets file format is required".to_owned()));
        }
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| ParseError(format!("unknown secrets file format {text:?}")))
    }

    /// The format by the file's extension; `None` for another one.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        // By hand, since `Path` sees no extension in `.env`.
        let path = Path::new(path);
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        match name.rsplit_once('.')?.1 {
            "env" => Some(Self::Env),
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }
}

/// One secret of a file.
#[derive(Clone)]
pub struct Entry {
    /// Becomes the secret's name, and its environment variable if it is a valid one.
    pub key: String,
    /// Becomes the secret's value.
    pub value: Zeroizing<String>,
    /// The line of the key, from 1; unknown for JSON.
    pub line: Option<usize>,
}

impl Entry {
    /// For messages: `Secret "KEY" on line 3`.
    #[must_use]
    pub fn describe(&self) -> String {
        let line = self.line.map(|line| format!(" on line {line}")).unwrap_or_default();
        format!("Secret \"{}\"{line}", self.shown_key())
    }

    /// The entry as a secret: the key is its name, and its environment variable if it is a valid one.
    ///
    /// # Errors
    /// All field errors.
    pub fn to_secret(&self) -> Result<NewSecret, Vec<FieldError>> {
        let env_name = EnvName::parse(&self.key).is_ok().then(|| self.key.clone());
        let settings = RawSettings { env_name, ..RawSettings::default() };
        NewSecret::parse(&self.key, self.value.clone(), &settings)
    }

    /// The key for messages: at most 64 characters, escaped.
    #[must_use]
    pub fn shown_key(&self) -> String {
        shown(&self.key)
    }
}

/// A file cannot be parsed. The message never contains a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(pub(crate) String);

/// Parses a file of secrets.
///
/// # Errors
/// The first error in the text.
pub fn parse(format: Format, text: &str) -> Result<Vec<Entry>, ParseError> {
    if text.len() > MAX_FILE_BYTES {
        return Err(ParseError(format!(
            "secrets file exceeds the maximum allowed size of {MAX_FILE_BYTES} bytes"
        )));
    }
    let entries = match format {
        Format::Env => env::parse(text),
        Format::Json => json::parse(text),
        Format::Yaml => yaml::parse(text),
    }?;
    if entries.is_empty() {
        return Err(ParseError("no secrets found in file".to_owned()));
    }
    let count = entries.len();
    if count as u64 > MAX_SECRETS {
        return Err(ParseError(format!(
            "secrets file contains {count} secrets, which exceeds the maximum of {MAX_SECRETS} secrets per user"
        )));
    }
    Ok(entries)
}

/// Adds an entry; a duplicate key is an error.
fn add(entries: &mut Vec<Entry>, entry: Entry) -> Result<(), ParseError> {
    if entries.iter().any(|other| other.key == entry.key) {
        let line = entry.line.map(|line| format!(" on line {line}")).unwrap_or_default();
        return Err(ParseError(format!("duplicate key \"{}\"{line}", entry.shown_key())));
    }
    entries.push(entry);
    Ok(())
}

fn shown(key: &str) -> String {
    let mut text: String = key.chars().take(MAX_SHOWN_KEY).flat_map(char::escape_debug).collect();
    if key.chars().count() > MAX_SHOWN_KEY {
        text.push_str("...");
    }
    text
}

#[cfg(test)]
mod tests;
