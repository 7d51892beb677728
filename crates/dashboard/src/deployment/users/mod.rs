//! Users, as those who look after them see them.

mod confirm;
mod create;
mod list;
mod password;
mod roles;

pub use confirm::{UserAction, user_action};
pub use create::{create_user, new_user_page};
pub use list::users_page;
pub use password::{reset_password, reset_password_page};
pub use roles::{change_roles, roles_page};

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use coder_control::Error;
use coder_model::user::User;
use url::Url;

use crate::{DashboardState, current_user::CurrentUser, response::PageError};

/// Where the list is.
const LIST_PATH: &str = "/deployment/users";

/// The part of the list that is shown behind a dialog; all of it where there is no dialog.
pub struct ReturnTo(String);

impl<S: Sync> FromRequestParts<S> for ReturnTo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let shown = parts.headers.get("hx-current-url").and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|url| Url::parse(url).ok()).filter(|url| url.path() == LIST_PATH);
        let query = shown.as_ref().and_then(Url::query);
        Ok(Self(query.map_or_else(|| LIST_PATH.to_owned(), |query| format!("{LIST_PATH}?{query}"))))
    }
}

/// The user that a page is for changing.
async fn find(state: &DashboardState, current_user: &CurrentUser, reference: &str) -> Result<User, PageError> {
    let user = state.control.user_by_ref(&current_user.caller, reference).await?;
    if current_user.caller.can_manage_user(&user) { Ok(user) } else { Err(Error::Forbidden.into()) }
}

/// The same where nobody does it to themselves.
async fn find_other(
    state: &DashboardState,
    current_user: &CurrentUser,
    reference: &str,
) -> Result<User, PageError> {
    let user = find(state, current_user, reference).await?;
    if user.id == current_user.caller.id() { Err(Error::Forbidden.into()) } else { Ok(user) }
}
