//! Users, as those who look after them see them.

mod create;
mod delete;
mod list;
mod password;
mod roles;
mod status;

pub use create::{create_user, new_user_page};
pub use delete::{delete_user, delete_user_page};
pub use list::users_page;
pub use password::{reset_password, reset_password_page};
pub use roles::{change_roles, roles_page};
pub use status::{activate_user, activate_user_page, suspend_user, suspend_user_page};

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use coder_control::{Caller, Error};
use coder_model::user::{Role, User};
use url::Url;

use crate::{
    AppState,
    dashboard::{answer::Refusal, visit::Member},
};

/// Where the list is.
const LIST: &str = "/deployment/users";

/// The part of the list that is shown behind a dialog; all of it where there is no dialog.
pub struct Back(String);

impl<S: Sync> FromRequestParts<S> for Back {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let shown = parts.headers.get("hx-current-url").and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|url| Url::parse(url).ok()).filter(|url| url.path() == LIST);
        let query = shown.as_ref().and_then(Url::query);
        Ok(Self(query.map_or_else(|| LIST.to_owned(), |query| format!("{LIST}?{query}"))))
    }
}

/// Whether users are somebody's to change.
fn may_manage(caller: &Caller) -> bool {
    caller.has_any(&[Role::Owner, Role::UserAdmin])
}

/// Whether this user is: owners are changed by owners only.
fn may_touch(caller: &Caller, user: &User) -> bool {
    may_manage(caller) && (!user.roles.has(Role::Owner) || caller.has_any(&[Role::Owner]))
}

/// The user that a page is for changing.
async fn find(state: &AppState, member: &Member, reference: &str) -> Result<User, Refusal> {
    let user = state.control.user_by_ref(&member.caller, reference).await?;
    if may_touch(&member.caller, &user) { Ok(user) } else { Err(Error::Forbidden.into()) }
}

/// The same where nobody does it to themselves.
async fn find_other(state: &AppState, member: &Member, reference: &str) -> Result<User, Refusal> {
    let user = find(state, member, reference).await?;
    if user.id == member.caller.id() { Err(Error::Forbidden.into()) } else { Ok(user) }
}
