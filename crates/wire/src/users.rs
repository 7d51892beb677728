//! People over REST.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Sensitive, Time};

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The user.
    pub id: Uuid,
    /// Unique among users.
    pub username: String,
    /// The name to greet them by; may be empty.
    pub name: String,
    /// Unique among users.
    pub email: String,
    /// Empty: pictures are not kept.
    pub avatar_url: String,
    /// `active`, `dormant` or `suspended`.
    pub status: String,
    /// `password`.
    pub login_type: String,
    /// The one organisation.
    pub organization_ids: Vec<Uuid>,
    /// What they may do beyond what every member may.
    pub roles: Vec<Role>,
    /// When the account was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// When they were last here, to the hour.
    pub last_seen_at: Option<Time>,
}

/// A role that a user holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Role {
    /// `owner`, `user-admin`, `template-admin` or `auditor`.
    pub name: String,
    /// The name shown to people.
    pub display_name: String,
}

/// A page of users.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UsersResponse {
    /// The page.
    pub users: Vec<User>,
    /// How many match in all.
    pub count: i64,
}

/// Body of `POST /api/v2/users/first`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateFirstUserRequest {
    /// Required.
    #[serde(default)]
    pub email: String,
    /// Required.
    #[serde(default)]
    pub username: String,
    /// The name to greet them by.
    #[serde(default)]
    pub name: String,
    /// Required; 8 characters to 64 bytes.
    #[serde(default)]
    pub password: Sensitive,
}

/// Answer to `POST /api/v2/users/first`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreateFirstUserResponse {
    /// The new user.
    pub user_id: Uuid,
    /// The one organisation.
    pub organization_id: Uuid,
}

/// Body of `POST /api/v2/users/login`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct LoginRequest {
    /// Required.
    #[serde(default)]
    pub email: String,
    /// Required.
    #[serde(default)]
    pub password: Sensitive,
}

/// Answer to `POST /api/v2/users/login`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LoginResponse {
    /// The token of the new session.
    pub session_token: Sensitive,
}

/// Body of `POST /api/v2/users`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateUserRequest {
    /// Required.
    #[serde(default)]
    pub email: String,
    /// Required.
    #[serde(default)]
    pub username: String,
    /// The name to greet them by.
    #[serde(default)]
    pub name: String,
    /// Required; 8 characters to 64 bytes.
    #[serde(default)]
    pub password: Sensitive,
    /// `active` or `dormant`; dormant when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_status: Option<String>,
}

/// Body of `PUT /api/v2/users/{user}/password`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdatePasswordRequest {
    /// Required for one's own.
    #[serde(default)]
    pub old_password: Sensitive,
    /// The new one.
    #[serde(default)]
    pub password: Sensitive,
}

/// Body of `PUT /api/v2/users/{user}/profile`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateProfileRequest {
    /// Required.
    #[serde(default)]
    pub username: String,
    /// The name to greet them by.
    #[serde(default)]
    pub name: String,
}

/// Body of `PUT /api/v2/users/{user}/roles`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateRolesRequest {
    /// All roles that the user is to have.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// The one organisation of a deployment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Organization {
    /// The organisation.
    pub id: Uuid,
    /// `coder`.
    pub name: String,
    /// The name shown to people.
    pub display_name: String,
    /// Always true.
    pub is_default: bool,
    /// When the deployment was made.
    pub created_at: Time,
    /// The same.
    pub updated_at: Time,
}

/// Body of `POST /api/v2/users/{user}/keys/tokens`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateTokenRequest {
    /// Unique for the user; made up when empty.
    #[serde(default)]
    pub token_name: String,
    /// Nanoseconds; 30 days when absent or zero, at most a year.
    #[serde(default)]
    pub lifetime: i64,
}

/// A new key: the only time its plain text is shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GenerateApiKeyResponse {
    /// The token.
    pub key: Sensitive,
}

/// A key without its secret part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKey {
    /// The public part of the token.
    pub id: String,
    /// Whose it is.
    pub user_id: Uuid,
    /// Its name; empty for sessions.
    pub token_name: String,
    /// `password` for sessions, `token` for tokens.
    pub login_type: String,
    /// `all`.
    pub scope: String,
    /// How long it lives from creation (tokens) or last use (sessions).
    pub lifetime_seconds: u64,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// When it was last used, to the hour.
    pub last_used: Time,
    /// When it stops working.
    pub expires_at: Time,
}
