//! The settings of a secret in a form: the same fields to create and to edit one.

use coder_model::secret::{RawSettings, SecretSettings};

/// The fields of a form, as text. `templates/secrets/fields.html` shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct SettingsForm {
    pub description: String,
    pub env_name: String,
    pub file_path: String,
}

impl SettingsForm {
    /// The names of the fields, for errors that are shown beside them.
    pub const NAMES: &str = "env_name file_path description";

    /// Every field of the form: an empty one clears what was there.
    pub fn raw(&self) -> RawSettings {
        let Self { description, env_name, file_path } = self.clone();
        RawSettings {
            description: Some(description),
            env_name: Some(env_name),
            file_path: Some(file_path),
            enabled: None,
        }
    }

    /// The fields that differ from `old`.
    pub fn changes_from(&self, old: &Self) -> RawSettings {
        let changed = |new: Option<String>, old: &str| new.filter(|new| new != old);
        let new = self.raw();
        RawSettings {
            description: changed(new.description, &old.description),
            env_name: changed(new.env_name, &old.env_name),
            file_path: changed(new.file_path, &old.file_path),
            enabled: None,
        }
    }
}

impl From<&SecretSettings> for SettingsForm {
    fn from(settings: &SecretSettings) -> Self {
        Self {
            description: settings.description.clone(),
            env_name: settings.env_name.as_ref().map(ToString::to_string).unwrap_or_default(),
            file_path: settings.file_path.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }
}
