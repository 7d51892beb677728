//! The fields of the forms that create a user.

use coder_control::NewUser;
use coder_wire::Sensitive;
use zeroize::Zeroizing;

/// The fields of the forms that create a user. Pages show them again after an error, but never the password.
#[derive(Default, serde::Deserialize)]
pub struct NewUserForm {
    pub username: String,
    #[serde(default)]
    pub name: String,
    pub email: String,
    password: Sensitive,
}

impl NewUserForm {
    /// The user to create.
    pub fn to_new_user(&self) -> NewUser {
        NewUser {
            email: self.email.clone(),
            username: self.username.clone(),
            name: self.name.clone(),
            password: self.password(),
            status: None,
        }
    }

    /// A copy of the password.
    pub fn password(&self) -> Zeroizing<String> {
        Zeroizing::new(self.password.expose().to_owned())
    }
}
