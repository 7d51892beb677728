//! Deployment → Users.

mod confirm;
mod create;
mod list;
mod password;
mod roles;

use std::convert::Infallible;

pub use confirm::{UserAction, user_action};
pub use create::{create_user, new_user_page};
pub use list::users_page;
pub use password::{reset_password, reset_password_page};
pub use roles::{change_roles, roles_page};

use axum::{extract::FromRequestParts, http::request::Parts};
use coder_control::Error;
use coder_model::user::User;
use url::Url;

use crate::{DashboardState, current_user::CurrentUser, page_context::current_url, response::PageError};

const LIST_PATH: &str = "/deployment/users";

/// The list that is shown behind a dialog, with its search and page; the whole list without a dialog.
pub struct ReturnTo(String);

impl<S: Sync> FromRequestParts<S> for ReturnTo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let list = current_url(&parts.headers).filter(|url| url.path() == LIST_PATH);
        let query = list.as_ref().and_then(Url::query);
        Ok(Self(query.map_or_else(|| LIST_PATH.to_owned(), |query| format!("{LIST_PATH}?{query}"))))
    }
}

/// The user to change. Forbidden unless the caller may manage them.
async fn find(state: &DashboardState, current_user: &CurrentUser, reference: &str) -> Result<User, PageError> {
    let user = state.control.user_by_ref(&current_user.caller, reference).await?;
    if current_user.caller.can_manage_user(&user) { Ok(user) } else { Err(Error::Forbidden.into()) }
}

/// As [`find`], for actions that users cannot perform on themselves.
async fn find_other(
    state: &DashboardState,
    current_user: &CurrentUser,
    reference: &str,
) -> Result<User, PageError> {
    let user = find(state, current_user, reference).await?;
    if user.id == current_user.caller.id() { Err(Error::Forbidden.into()) } else { Ok(user) }
}
