//! A secret's settings in the audit log.

use coder_model::secret::SecretSettings;
use serde_json::Value;

use crate::audit::Diff;

/// Adds the settings that changed; `None` is a secret that does not exist yet, or no longer.
pub(super) fn settings_diff(diff: Diff, old: Option<&SecretSettings>, new: Option<&SecretSettings>) -> Diff {
    let env_name = |settings: Option<&SecretSettings>| text(settings.and_then(|it| it.env_name.as_ref()));
    let file_path = |settings: Option<&SecretSettings>| text(settings.and_then(|it| it.file_path.as_ref()));
    let diff =
        diff.field("env_name", env_name(old), env_name(new)).field("file_path", file_path(old), file_path(new));
    match new {
        Some(new) => diff.field("enabled", old.map_or(Value::Null, |old| old.enabled.into()), new.enabled),
        None => diff,
    }
}

fn text(target: Option<&impl ToString>) -> String {
    target.map(ToString::to_string).unwrap_or_default()
}
