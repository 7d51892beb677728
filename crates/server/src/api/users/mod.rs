//! Users.

mod first;
mod manage;
mod session;

pub use first::*;
pub use manage::*;
pub use session::*;

use coder_control::Control;
use coder_model::user::{Role, User};
use coder_wire::users as wire;

pub fn to_wire(control: &Control, user: &User) -> wire::User {
    let roles = user.roles.iter().map(|role: Role| wire::Role {
        name: role.as_str().to_owned(),
        display_name: role.display_name().to_owned(),
    });
    wire::User {
        id: user.id.uuid(),
        username: user.username.as_str().to_owned(),
        name: user.name.clone(),
        email: user.email.as_str().to_owned(),
        avatar_url: String::new(),
        status: user.status.as_str().to_owned(),
        login_type: "password".to_owned(),
        organization_ids: vec![control.deployment().organization.uuid()],
        roles: roles.collect(),
        created_at: user.created_at.into(),
        updated_at: user.updated_at.into(),
        last_seen_at: user.last_seen_at.map(Into::into),
    }
}
