//! What an owner sets on a secret beside its name and value: raw text in, parsed fields or every field error out.
//!
//! A new field of a secret begins here: each struct has it once, and `parse` is the one place that reads it.

use zeroize::Zeroizing;

use super::{EnvName, FileTarget, SecretName, SecretValue};
use crate::FieldError;

/// The longest description, in bytes.
const MAX_DESCRIPTION_BYTES: usize = 4096;

/// What an owner sets on a secret beside its name and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretSettings {
    /// At most 4096 bytes without NUL; may be empty.
    pub description: String,
    /// The environment variable it is delivered as.
    pub env_name: Option<EnvName>,
    /// The file it is delivered as.
    pub file_path: Option<FileTarget>,
    /// Whether it is delivered to workspaces at all.
    pub enabled: bool,
}

impl Default for SecretSettings {
    fn default() -> Self {
        Self { description: String::new(), env_name: None, file_path: None, enabled: true }
    }
}

/// Settings as a request has them. `None` leaves a field as it is; empty text clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawSettings {
    /// As in [`SecretSettings`].
    pub description: Option<String>,
    /// As in [`SecretSettings`]; empty for none.
    pub env_name: Option<String>,
    /// As in [`SecretSettings`]; empty for none.
    pub file_path: Option<String>,
    /// As in [`SecretSettings`].
    pub enabled: Option<bool>,
}

impl RawSettings {
    /// Whether no field was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl SecretSettings {
    /// Whether workspaces get the secret: it is enabled and has a target.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        self.enabled && (self.env_name.is_some() || self.file_path.is_some())
    }

    /// These settings with the fields of `raw` replaced.
    ///
    /// # Errors
    /// All field errors, in the order `env_name`, `file_path`, `description`.
    pub fn with(&self, raw: &RawSettings) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let settings = self.parse(raw, &mut errors);
        if errors.is_empty() { Ok(settings) } else { Err(errors) }
    }

    fn parse(&self, raw: &RawSettings, errors: &mut Vec<FieldError>) -> Self {
        let RawSettings { description, env_name, file_path, enabled } = raw;
        Self {
            env_name: replace(errors, "env_name", &self.env_name, env_name.as_deref(), |text| {
                optional(text, EnvName::parse)
            }),
            file_path: replace(errors, "file_path", &self.file_path, file_path.as_deref(), |text| {
                optional(text, FileTarget::parse)
            }),
            description: replace(errors, "description", &self.description, description.as_deref(), |text| {
                parse_description(text)
            }),
            enabled: enabled.unwrap_or(self.enabled),
        }
    }
}

/// A secret that may be stored, as far as its own fields tell.
#[derive(Debug, Clone)]
pub struct NewSecret {
    /// Unique for the owner.
    pub name: SecretName,
    /// Never empty.
    pub value: SecretValue,
    /// What its owner sets.
    pub settings: SecretSettings,
}

impl NewSecret {
    /// Parses every field.
    ///
    /// # Errors
    /// All field errors, in the order name, value, then those of [`SecretSettings::with`].
    pub fn parse(name: &str, value: Zeroizing<String>, raw: &RawSettings) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = collect_error(&mut errors, "name", SecretName::parse(name));
        let value = collect_error(&mut errors, "value", required_value(value));
        let settings = SecretSettings::default().parse(raw, &mut errors);
        match (name, value) {
            (Some(name), Some(value)) if errors.is_empty() => Ok(Self { name, value, settings }),
            _ => Err(errors),
        }
    }
}

/// The parsed field, or `None` with its error collected.
fn collect_error<T>(errors: &mut Vec<FieldError>, field: &str, parsed: Result<T, String>) -> Option<T> {
    parsed.map_err(|detail| errors.push(FieldError::new(field, detail))).ok()
}

/// The field's new content: `old` unless text was sent that parses.
fn replace<T: Clone>(
    errors: &mut Vec<FieldError>,
    field: &str,
    old: &T,
    raw: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> T {
    raw.and_then(|text| collect_error(errors, field, parse(text))).unwrap_or_else(|| old.clone())
}

/// Empty text is no target; anything else must parse.
fn optional<T>(raw: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if raw.is_empty() { Ok(None) } else { parse(raw).map(Some) }
}

fn parse_description(raw: &str) -> Result<String, String> {
    if raw.contains('\0') {
        Err("description must not contain null bytes".to_owned())
    } else if raw.len() > MAX_DESCRIPTION_BYTES {
        Err(format!("description must not exceed {MAX_DESCRIPTION_BYTES} bytes"))
    } else {
        Ok(raw.to_owned())
    }
}

fn required_value(raw: Zeroizing<String>) -> Result<SecretValue, String> {
    if raw.is_empty() { Err("Value is required.".to_owned()) } else { SecretValue::parse(raw) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[test]
    fn every_field_error_is_reported_in_order() {
        let raw = RawSettings {
            description: Some("\0".into()),
            env_name: Some("1".into()),
            file_path: Some("x".into()),
            enabled: None,
        };
        let fields = |errors: Vec<FieldError>| errors.into_iter().map(|error| error.field).collect::<Vec<_>>();
        let errors = NewSecret::parse("", value(""), &raw).unwrap_err();
        assert_eq!(fields(errors), ["name", "value", "env_name", "file_path", "description"]);
        let errors = SecretSettings::default().with(&raw).unwrap_err();
        assert_eq!(fields(errors), ["env_name", "file_path", "description"]);
    }

    #[test]
    fn a_secret_needs_no_target() {
        let secret = NewSecret::parse("a", value("v"), &RawSettings::default()).unwrap();
        assert_eq!(secret.settings, SecretSettings::default());
        assert!(secret.settings.enabled);
    }

    #[test]
    fn empty_text_clears_and_absent_fields_stay() {
        let old = SecretSettings {
            description: "d".to_owned(),
            env_name: Some(EnvName::parse("A").unwrap()),
            file_path: Some(FileTarget::parse("~/a").unwrap()),
            enabled: false,
        };
        let raw = RawSettings { env_name: Some(String::new()), ..RawSettings::default() };
        assert!(!raw.is_empty());
        assert_eq!(old.with(&raw).unwrap(), SecretSettings { env_name: None, ..old.clone() });
        assert!(RawSettings::default().is_empty());
        assert_eq!(old.with(&RawSettings::default()).unwrap(), old);
        let raw = RawSettings { enabled: Some(true), ..RawSettings::default() };
        assert_eq!(old.with(&raw).unwrap(), SecretSettings { enabled: true, ..old });
    }

    #[test]
    fn a_value_is_bounded_in_bytes_and_never_shown() {
        let parse = |value: String| SecretValue::parse(Zeroizing::new(value));
        assert!(parse("é".repeat(12_288)).is_ok());
        assert_eq!(parse("v".repeat(24_577)), Err("secret value must not exceed 24576 bytes".to_owned()));
        assert_eq!(parse("a\0".to_owned()), Err("secret value must not contain null bytes".to_owned()));
        assert_eq!(format!("{:?}", parse("hunter2".to_owned()).unwrap()), "SecretValue(..)");
    }
}
