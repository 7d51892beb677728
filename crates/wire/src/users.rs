//! Users, their API keys, and the organization over REST.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Sensitive, Time};

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Stays the same when the username changes.
    pub id: Uuid,
    /// Unique among users, ignoring case.
    pub username: String,
    /// Display name; may be empty.
    pub name: String,
    /// Unique among users, ignoring case.
    pub email: String,
    /// Always empty: avatars are not stored.
    pub avatar_url: String,
    /// `active`, `dormant` or `suspended`.
    pub status: String,
    /// Always `password`.
    pub login_type: String,
    /// The deployment's one organization.
    pub organization_ids: Vec<Uuid>,
    /// Roles beyond `member`, which every user has.
    pub roles: Vec<Role>,
    /// Creation time.
    pub created_at: Time,
    /// Time of the last change of the account.
    pub updated_at: Time,
    /// Time of the last request, updated at most once an hour; null before the first one.
    pub last_seen_at: Option<Time>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Role {
    /// `owner`, `user-admin`, `template-admin` or `auditor`.
    pub name: String,
    /// The name for display, such as `User Admin`.
    pub display_name: String,
}

/// A page of users.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UsersResponse {
    /// By username.
    pub users: Vec<User>,
    /// Count of all users that match, on all pages.
    pub count: i64,
}

/// Body of `POST /api/v2/users/first`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateFirstUserRequest {
    /// Required. At most 254 bytes, like `name@example.com`; unique among users, ignoring case.
    #[serde(default)]
    pub email: String,
    /// Required. 1 to 32 letters and digits with single hyphens between them, not `me`; unique among users, ignoring case.
    #[serde(default)]
    pub username: String,
    /// Display name; at most 128 characters without control characters.
    #[serde(default)]
    pub name: String,
    /// Required. 8 characters to 64 bytes, not one character repeated.
    #[serde(default)]
    pub password: Sensitive,
}

/// Response of `POST /api/v2/users/first`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreateFirstUserResponse {
    /// The new user, who has the role `owner`.
    pub user_id: Uuid,
    /// The deployment's one organization.
    pub organization_id: Uuid,
}

/// Body of `POST /api/v2/users/login`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct LoginRequest {
    /// Required. Case is ignored.
    #[serde(default)]
    pub email: String,
    /// Required. Case is significant.
    #[serde(default)]
    pub password: Sensitive,
}

/// Response of `POST /api/v2/users/login`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LoginResponse {
    /// The token of the new session.
    pub session_token: Sensitive,
}

/// Body of `POST /api/v2/users`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateUserRequest {
    /// Required. At most 254 bytes, like `name@example.com`; unique among users, ignoring case.
    #[serde(default)]
    pub email: String,
    /// Required. 1 to 32 letters and digits with single hyphens between them, not `me`; unique among users, ignoring case.
    #[serde(default)]
    pub username: String,
    /// Display name; at most 128 characters without control characters.
    #[serde(default)]
    pub name: String,
    /// Required. 8 characters to 64 bytes, not one character repeated.
    #[serde(default)]
    pub password: Sensitive,
    /// `active` or `dormant`; `dormant` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_status: Option<String>,
}

/// Body of `PUT /api/v2/users/{user}/password`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdatePasswordRequest {
    /// The current password; required for a user's own.
    #[serde(default)]
    pub old_password: Sensitive,
    /// The new password. Required; 8 characters to 64 bytes, not one character repeated.
    #[serde(default)]
    pub password: Sensitive,
}

/// Body of `PUT /api/v2/users/{user}/profile`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateProfileRequest {
    /// Required. 1 to 32 letters and digits with single hyphens between them, not `me`; unique among users, ignoring case.
    #[serde(default)]
    pub username: String,
    /// Display name; at most 128 characters without control characters.
    #[serde(default)]
    pub name: String,
}

/// Body of `PUT /api/v2/users/{user}/roles`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UpdateRolesRequest {
    /// Replaces the user's roles: `owner`, `user-admin`, `template-admin`, `auditor`.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// The one organization of a deployment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Organization {
    /// Stays the same for the deployment's life.
    pub id: Uuid,
    /// Always `coder`.
    pub name: String,
    /// The name for display.
    pub display_name: String,
    /// Always true.
    pub is_default: bool,
    /// Creation time of the deployment.
    pub created_at: Time,
    /// Always the creation time.
    pub updated_at: Time,
}

/// Body of `POST /api/v2/users/{user}/keys/tokens`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateTokenRequest {
    /// At most 64 letters, digits, hyphens, dots and underscores, unique among the user's tokens; generated when empty.
    #[serde(default)]
    pub token_name: String,
    /// In nanoseconds, at most 366 days; 30 days when absent or zero.
    #[serde(default)]
    pub lifetime: i64,
}

/// A new token. No other response contains it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GenerateApiKeyResponse {
    /// The whole token, `<id>-<secret>`.
    pub key: Sensitive,
}

/// A session or token, without the secret part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKey {
    /// The public part of the token, 10 characters.
    pub id: String,
    /// The user whom it authenticates.
    pub user_id: Uuid,
    /// Unique among the user's tokens; empty for sessions.
    pub token_name: String,
    /// `password` for sessions, `token` for tokens.
    pub login_type: String,
    /// Always `all`.
    pub scope: String,
    /// Lifetime, from creation (tokens) or from last use (sessions).
    pub lifetime_seconds: u64,
    /// Creation time.
    pub created_at: Time,
    /// Time of the last change, including use.
    pub updated_at: Time,
    /// Time of the last use, updated at most once an hour.
    pub last_used: Time,
    /// Requests are rejected from then on.
    pub expires_at: Time,
}
