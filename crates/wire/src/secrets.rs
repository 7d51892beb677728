//! User secrets over REST.

use coder_model::secret::{RawSettings, Secret, SecretSettings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Sensitive, Time};

/// A secret's metadata. No response contains a value: it can only be read in a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserSecret {
    /// Stays the same when the value changes.
    pub id: Uuid,
    /// Unique among the owner's secrets, case-sensitive.
    pub name: String,
    /// May be empty.
    pub description: String,
    /// The environment variable to deliver it as; empty for none.
    pub env_name: String,
    /// The file to deliver it as; empty for none.
    pub file_path: String,
    /// Whether it is delivered to workspaces.
    pub enabled: bool,
    /// Creation time.
    pub created_at: Time,
    /// Time of the last change of any field or of the value.
    pub updated_at: Time,
}

impl From<&Secret> for UserSecret {
    fn from(secret: &Secret) -> Self {
        let SecretSettings { description, env_name, file_path, enabled } = &secret.settings;
        Self {
            id: secret.id.uuid(),
            name: secret.name.to_string(),
            description: description.clone(),
            env_name: env_name.as_ref().map(ToString::to_string).unwrap_or_default(),
            file_path: file_path.as_ref().map(ToString::to_string).unwrap_or_default(),
            enabled: *enabled,
            created_at: secret.created_at.into(),
            updated_at: secret.updated_at.into(),
        }
    }
}

/// Body of `POST /api/v2/users/{user}/secrets`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateUserSecretRequest {
    /// Required. 1 to 255 bytes without `/`, `?`, `#` and control characters, no outer whitespace, not `.` or `..`; unique
    /// among the owner's secrets.
    #[serde(default)]
    pub name: String,
    /// Required. 1 to 24576 bytes without null bytes, stored as sent.
    #[serde(default)]
    pub value: Sensitive,
    /// At most 4096 bytes without null bytes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Environment variable to deliver it as; empty or absent for none. At most 256 bytes, `[a-zA-Z_][a-zA-Z0-9_]*`, not a
    /// reserved name, unique among the owner's secrets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub env_name: String,
    /// File to deliver it as; empty or absent for none. At most 4096 bytes without null bytes, starts with `~/` or `/`,
    /// unique among the owner's secrets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file_path: String,
    /// Whether it is delivered to workspaces; true when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

impl CreateUserSecretRequest {
    /// A request with these settings.
    #[must_use]
    pub fn new(name: String, value: Sensitive, settings: RawSettings) -> Self {
        let RawSettings { description, env_name, file_path, enabled } = settings;
        Self {
            name,
            value,
            description: description.unwrap_or_default(),
            env_name: env_name.unwrap_or_default(),
            file_path: file_path.unwrap_or_default(),
            enabled,
        }
    }

    /// Name, value and settings.
    #[must_use]
    pub fn into_parts(self) -> (String, Sensitive, RawSettings) {
        let Self { name, value, description, env_name, file_path, enabled } = self;
        let settings = RawSettings {
            description: Some(description),
            env_name: Some(env_name),
            file_path: Some(file_path),
            enabled,
        };
        (name, value, settings)
    }
}

/// Body of `PATCH /api/v2/users/{user}/secrets/{name}`. An absent field stays as it is, an empty string clears it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateUserSecretRequest {
    /// At most 24576 bytes without null bytes; may be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Sensitive>,
    /// At most 4096 bytes without null bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// As in a create request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_name: Option<String>,
    /// As in a create request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_path: Option<String>,
    /// Whether it is delivered to workspaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

impl UpdateUserSecretRequest {
    /// A request with these settings.
    #[must_use]
    pub fn new(value: Option<Sensitive>, settings: RawSettings) -> Self {
        let RawSettings { description, env_name, file_path, enabled } = settings;
        Self { value, description, env_name, file_path, enabled }
    }

    /// New value and settings.
    #[must_use]
    pub fn into_parts(self) -> (Option<Sensitive>, RawSettings) {
        let Self { value, description, env_name, file_path, enabled } = self;
        (value, RawSettings { description, env_name, file_path, enabled })
    }
}

/// Body of `POST /api/v2/users/{user}/secrets/batch`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ImportUserSecretsRequest {
    /// `env`, `json` or `yaml`.
    #[serde(default)]
    pub format: String,
    /// The file's text, at most 1048576 bytes with at most 50 secrets.
    #[serde(default)]
    pub content: Sensitive,
}
