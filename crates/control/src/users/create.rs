//! Creating users.

use coder_model::{
    FieldError,
    user::{Email, Password, Roles, User, UserStatus, Username},
};
use coder_store::{Error as StoreError, users};
use zeroize::Zeroizing;

use super::change_password::invalid_password;
use crate::{
    Caller, Control, Error, Result,
    audit::{Action, Diff, Resource},
    permissions::require,
};

/// The longest display name, in characters.
const MAX_NAME: usize = 128;

/// A new user, not parsed yet.
#[derive(Default)]
pub struct NewUser {
    pub email: String,
    pub username: String,
    /// Display name.
    pub name: String,
    pub password: Zeroizing<String>,
    /// `active` or `dormant`, the default.
    pub status: Option<String>,
}

impl NewUser {
    /// Parses every field. The password last: its error has a message of its own.
    fn parse(self) -> Result<(Username, Email, String, Password, UserStatus)> {
        let mut errors = Vec::new();
        let mut add = |field: &str, detail: String| errors.push(FieldError::new(field, detail));
        let username = Username::parse(&self.username).map_err(|detail| add("username", detail)).ok();
        let email = Email::parse(&self.email).map_err(|detail| add("email", detail)).ok();
        let name = parse_name(&self.name).map_err(|detail| add("name", detail)).ok();
        let status = match self.status.as_deref() {
            None | Some("") => Some(UserStatus::Dormant),
            Some(text) => match UserStatus::parse(text) {
                Some(status @ (UserStatus::Active | UserStatus::Dormant)) => Some(status),
                _ => {
                    add("user_status", "Status must be active or dormant.".to_owned());
                    None
                }
            },
        };
        match (username, email, name, status) {
            (Some(username), Some(email), Some(name), Some(status)) => {
                let password = Password::parse(self.password).map_err(|detail| invalid_password(&detail))?;
                Ok((username, email, name, password, status))
            }
            _ => Err(Error::invalid(errors)),
        }
    }
}

impl Control {
    /// Creates a user without roles. For owners and user admins.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every field error; [`Error::Conflict`] when the username or e-mail address is in use;
    /// [`Error::Forbidden`] for other callers; [`Error::Busy`].
    pub async fn create_user(&self, caller: &Caller, request: NewUser) -> Result<User> {
        require(caller.can_manage_users())?;
        let (user, hash) = self.prepare_user(request).await?;
        let mut write = self.database.write().await?;
        users::insert(&mut write, &user, &hash).await.map_err(name_conflict)?;
        let diff = Diff::default()
            .field("username", "", user.username.as_str())
            .field("email", "", user.email.as_str())
            .secret("password");
        self.audit(&mut write, caller, Action::Create, Resource::user(&user), diff).await?;
        write.commit().await?;
        Ok(user)
    }

    /// The row of a new user and their password's hash.
    pub(super) async fn prepare_user(&self, request: NewUser) -> Result<(User, String)> {
        let (username, email, name, password, status) = request.parse()?;
        let hash = self.password_hasher.hash(&self.random, password).await?;
        let now = self.clock.now();
        let user = User {
            id: self.random.id(now)?.into(),
            username,
            email,
            name,
            status,
            roles: Roles::default(),
            created_at: now,
            updated_at: now,
            last_seen_at: None,
        };
        Ok((user, hash))
    }
}

/// Parses a display name, which may be empty. The error is shown to users.
pub(super) fn parse_name(raw: &str) -> std::result::Result<String, String> {
    let name = raw.trim();
    if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(format!("Name must be at most {MAX_NAME} characters without control characters."));
    }
    Ok(name.to_owned())
}

/// A violated unique index as a conflict of its field; other errors stay as they are.
pub(super) fn name_conflict(error: StoreError) -> Error {
    let StoreError::Conflict { index } = &error else { return error.into() };
    let field = if index.contains("email") { "email" } else { "username" };
    let detail = format!("Another user has this {field}; choose a different one.");
    Error::conflicting_fields("User already exists.", vec![FieldError::new(field, detail)])
}
