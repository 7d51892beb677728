//! Requests to create or change a secret: raw fields in, parsed fields or every field error out.

use zeroize::Zeroizing;

use super::{EnvName, FileTarget, SecretName, SecretValue};
use crate::FieldError;

/// The longest description, in bytes.
const MAX_DESCRIPTION_BYTES: usize = 4096;

/// The fields of a create request as they came in.
#[derive(Clone, Default)]
pub struct RawSecret {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Zeroizing<String>,
    /// Free text.
    pub description: String,
    /// Environment variable name; empty for none.
    pub env_name: String,
    /// File path; empty for none.
    pub file_path: String,
    /// Whether it is delivered; absent means yes.
    pub enabled: Option<bool>,
}

/// A secret that may be stored, as far as its own fields tell.
#[derive(Debug, Clone)]
pub struct NewSecret {
    /// The name.
    pub name: SecretName,
    /// The value.
    pub value: SecretValue,
    /// Free text.
    pub description: String,
    /// Environment variable target.
    pub env_name: Option<EnvName>,
    /// File target.
    pub file_path: Option<FileTarget>,
    /// Whether it is delivered.
    pub enabled: bool,
}

impl NewSecret {
    /// Parses every field.
    ///
    /// # Errors
    /// All field errors, in the order name, value, `env_name`, `file_path`.
    pub fn parse(raw: RawSecret) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = collect_error(&mut errors, "name", SecretName::parse(&raw.name));
        let value = collect_error(&mut errors, "value", required_value(raw.value));
        let env_name = collect_error(&mut errors, "env_name", optional(&raw.env_name, EnvName::parse));
        let file_path = collect_error(&mut errors, "file_path", optional(&raw.file_path, FileTarget::parse));
        let description = collect_error(&mut errors, "description", parse_description(raw.description));
        match (name, value, env_name, file_path, description) {
            (Some(name), Some(value), Some(env_name), Some(file_path), Some(description)) => {
                Ok(Self { name, value, description, env_name, file_path, enabled: raw.enabled.unwrap_or(true) })
            }
            _ => Err(errors),
        }
    }
}

/// The fields of an update request as they came in; `None` is a field that was not sent.
#[derive(Clone, Default)]
pub struct RawPatch {
    /// New value; may be empty.
    pub value: Option<Zeroizing<String>>,
    /// New description; may be empty.
    pub description: Option<String>,
    /// New environment variable name; empty clears it.
    pub env_name: Option<String>,
    /// New file path; empty clears it.
    pub file_path: Option<String>,
    /// Whether it is delivered.
    pub enabled: Option<bool>,
}

/// A change to a secret. `None` leaves a field alone; `Some(None)` clears a target.
#[derive(Debug, Clone, Default)]
pub struct SecretPatch {
    /// New value.
    pub value: Option<SecretValue>,
    /// New description.
    pub description: Option<String>,
    /// New environment variable target.
    pub env_name: Option<Option<EnvName>>,
    /// New file target.
    pub file_path: Option<Option<FileTarget>>,
    /// Whether it is delivered.
    pub enabled: Option<bool>,
}

impl SecretPatch {
    /// Parses the fields that were sent.
    ///
    /// # Errors
    /// All field errors, in the order value, `env_name`, `file_path`.
    pub fn parse(raw: RawPatch) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let value = raw.value.and_then(|value| collect_error(&mut errors, "value", SecretValue::parse(value)));
        let env_name =
            raw.env_name.and_then(|env| collect_error(&mut errors, "env_name", optional(&env, EnvName::parse)));
        let file_path = raw
            .file_path
            .and_then(|path| collect_error(&mut errors, "file_path", optional(&path, FileTarget::parse)));
        let description =
            raw.description.and_then(|text| collect_error(&mut errors, "description", parse_description(text)));
        if errors.is_empty() {
            Ok(Self { value, description, env_name, file_path, enabled: raw.enabled })
        } else {
            Err(errors)
        }
    }

    /// Whether the patch changes nothing because no field was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.value.is_none()
            && self.description.is_none()
            && self.env_name.is_none()
            && self.file_path.is_none()
            && self.enabled.is_none()
    }
}

/// The parsed field, or `None` with its error collected.
fn collect_error<T>(errors: &mut Vec<FieldError>, field: &str, parsed: Result<T, String>) -> Option<T> {
    parsed.map_err(|detail| errors.push(FieldError::new(field, detail))).ok()
}

/// Empty text is no target; anything else must parse.
fn optional<T>(raw: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if raw.is_empty() { Ok(None) } else { parse(raw).map(Some) }
}

fn parse_description(raw: String) -> Result<String, String> {
    if raw.contains('\0') {
        Err("description must not contain null bytes".to_owned())
    } else if raw.len() > MAX_DESCRIPTION_BYTES {
        Err(format!("description must not exceed {MAX_DESCRIPTION_BYTES} bytes"))
    } else {
        Ok(raw)
    }
}

fn required_value(raw: Zeroizing<String>) -> Result<SecretValue, String> {
    if raw.is_empty() { Err("Value is required.".to_owned()) } else { SecretValue::parse(raw) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Zeroizing<String> {
        Zeroizing::new(value.to_owned())
    }

    #[test]
    fn every_broken_field_is_reported_in_order() {
        let raw = RawSecret { env_name: "1".into(), file_path: "x".into(), ..RawSecret::default() };
        let fields: Vec<_> = NewSecret::parse(raw).unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["name", "value", "env_name", "file_path"]);
    }

    #[test]
    fn a_secret_needs_no_target() {
        let raw = RawSecret { name: "a".into(), value: text("v"), ..RawSecret::default() };
        let secret = NewSecret::parse(raw).unwrap();
        assert!(secret.enabled && secret.env_name.is_none() && secret.file_path.is_none());
    }

    #[test]
    fn an_empty_string_in_a_patch_clears_and_an_absent_one_leaves_alone() {
        let patch = SecretPatch::parse(RawPatch {
            value: Some(text("")),
            env_name: Some(String::new()),
            ..RawPatch::default()
        })
        .unwrap();
        assert!(patch.value.as_ref().is_some_and(SecretValue::is_empty));
        assert_eq!(patch.env_name, Some(None));
        assert_eq!(patch.file_path, None);
        assert!(!patch.is_empty());
        assert!(SecretPatch::parse(RawPatch::default()).unwrap().is_empty());
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
