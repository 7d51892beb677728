//! Secrets of the current user.

use coder_wire::secrets::{
    CreateUserSecretRequest, ImportUserSecretsRequest, UpdateUserSecretRequest, UserSecret,
};
use http::Method;

use crate::{Client, Result};

const SECRETS_PATH: [&str; 5] = ["api", "v2", "users", "me", "secrets"];

impl Client {
    pub async fn create_secret(&self, request: &CreateUserSecretRequest) -> Result<UserSecret> {
        self.send(Method::POST, &SECRETS_PATH, request).await
    }

    /// All secrets, by name.
    pub async fn secrets(&self) -> Result<Vec<UserSecret>> {
        self.get(&SECRETS_PATH, &[]).await
    }

    pub async fn secret(&self, name: &str) -> Result<UserSecret> {
        self.get(&secret_path(name), &[]).await
    }

    pub async fn update_secret(&self, name: &str, request: &UpdateUserSecretRequest) -> Result<UserSecret> {
        self.send(Method::PATCH, &secret_path(name), request).await
    }

    pub async fn delete_secret(&self, name: &str) -> Result<()> {
        self.no_content(self.request(Method::DELETE, &secret_path(name), &[])?).await
    }

    /// Creates all secrets of a file, or none.
    pub async fn import_secrets(&self, request: &ImportUserSecretsRequest) -> Result<Vec<UserSecret>> {
        self.send(Method::POST, &["api", "v2", "users", "me", "secrets", "batch"], request).await
    }
}

fn secret_path(name: &str) -> [&str; 6] {
    ["api", "v2", "users", "me", "secrets", name]
}
