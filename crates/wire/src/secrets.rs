//! User secrets over REST.

use coder_model::secret::{RawSettings, Secret, SecretSettings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Sensitive, Time};

/// A secret's metadata. No answer to people ever carries a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserSecret {
    /// The secret.
    pub id: Uuid,
    /// Unique for its owner.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Environment variable target; empty when there is none.
    pub env_name: String,
    /// File target; empty when there is none.
    pub file_path: String,
    /// Whether it is delivered to workspaces.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
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
    /// Required.
    #[serde(default)]
    pub name: String,
    /// Required; at most 24576 bytes without NUL.
    #[serde(default)]
    pub value: Sensitive,
    /// Free text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Environment variable to deliver it as; empty or absent for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub env_name: String,
    /// File to deliver it as, starting with `~/` or `/`; empty or absent for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file_path: String,
    /// Whether it is delivered; absent means yes.
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

/// Body of `PATCH /api/v2/users/{user}/secrets/{name}`. Absent leaves a field alone, an empty string clears it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateUserSecretRequest {
    /// New value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Sensitive>,
    /// New description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// New environment variable target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_name: Option<String>,
    /// New file target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_path: Option<String>,
    /// Whether it is delivered.
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
    /// The whole file; at most 1048576 bytes.
    #[serde(default)]
    pub content: Sensitive,
}
