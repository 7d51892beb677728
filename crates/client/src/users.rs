//! Users, sessions and tokens.

use coder_wire::{
    deployment::Message,
    users::{
        ApiKey, CreateFirstUserRequest, CreateFirstUserResponse, CreateTokenRequest, CreateUserRequest,
        GenerateApiKeyResponse, LoginRequest, LoginResponse, UpdatePasswordRequest, UpdateRolesRequest, User,
        UsersResponse,
    },
};
use http::Method;

use crate::{Client, Error, Result};

impl Client {
    pub async fn has_first_user(&self) -> Result<bool> {
        match self.get::<Message>(&["api", "v2", "users", "first"], &[]).await {
            Ok(_) => Ok(true),
            Err(Error::Api { status: 404, error }) if error.message.starts_with("The initial user") => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    pub async fn create_first_user(&self, request: &CreateFirstUserRequest) -> Result<CreateFirstUserResponse> {
        self.send(Method::POST, &["api", "v2", "users", "first"], request).await
    }

    pub async fn login(&self, request: &LoginRequest) -> Result<LoginResponse> {
        self.send(Method::POST, &["api", "v2", "users", "login"], request).await
    }

    pub async fn logout(&self) -> Result<()> {
        self.no_content(self.request(Method::POST, &["api", "v2", "users", "logout"], &[])?).await
    }

    /// `user` is an id, a username or `me`.
    pub async fn user(&self, user: &str) -> Result<User> {
        self.get(&["api", "v2", "users", user], &[]).await
    }

    pub async fn users(&self, search: &str) -> Result<UsersResponse> {
        self.get(&["api", "v2", "users"], &[("q", search.to_owned())]).await
    }

    pub async fn create_user(&self, request: &CreateUserRequest) -> Result<User> {
        self.send(Method::POST, &["api", "v2", "users"], request).await
    }

    pub async fn delete_user(&self, user: &str) -> Result<()> {
        self.no_content(self.request(Method::DELETE, &["api", "v2", "users", user], &[])?).await
    }

    /// `verb` is `suspend` or `activate`.
    pub async fn set_user_status(&self, user: &str, verb: &str) -> Result<User> {
        self.json_response(self.request(Method::PUT, &["api", "v2", "users", user, "status", verb], &[])?).await
    }

    pub async fn update_password(&self, user: &str, request: &UpdatePasswordRequest) -> Result<()> {
        self.no_content(
            self.request(Method::PUT, &["api", "v2", "users", user, "password"], &[])?.json(request),
        )
        .await
    }

    /// Replaces the roles of a user.
    pub async fn update_roles(&self, user: &str, request: &UpdateRolesRequest) -> Result<User> {
        self.send(Method::PUT, &["api", "v2", "users", user, "roles"], request).await
    }

    /// Creates another session key for the current user.
    pub async fn create_session_key(&self) -> Result<GenerateApiKeyResponse> {
        self.json_response(self.request(Method::POST, &["api", "v2", "users", "me", "keys"], &[])?).await
    }

    /// Creates an API token for the current user.
    pub async fn create_token(&self, request: &CreateTokenRequest) -> Result<GenerateApiKeyResponse> {
        self.send(Method::POST, &["api", "v2", "users", "me", "keys", "tokens"], request).await
    }

    pub async fn tokens(&self, user: &str, all_users: bool, include_expired: bool) -> Result<Vec<ApiKey>> {
        let query = [("include_all", all_users.to_string()), ("include_expired", include_expired.to_string())];
        self.get(&["api", "v2", "users", user, "keys", "tokens"], &query).await
    }

    /// Deletes a key, or with `expire` keeps it listed as expired. `key` is its id or name.
    pub async fn delete_key(&self, key: &str, expire: bool) -> Result<()> {
        let query = [("expire", expire.to_string())];
        self.no_content(self.request(Method::DELETE, &["api", "v2", "users", "me", "keys", key], &query)?).await
    }
}
