//! The page that `coder login` opens: it creates a session token for the command line.

use askama::Template;
use axum::extract::State;
use zeroize::Zeroizing;

use crate::{
    DashboardState,
    current_user::CurrentUser,
    form::{Empty, Form},
    layout::{Layout, Section},
    response::{PageResult, page},
};

#[derive(Template)]
#[template(path = "auth/cli_auth.html")]
struct CliAuthPage {
    layout: Layout,
    /// None until the user has confirmed.
    token: Option<Zeroizing<String>>,
}

/// Asks to confirm: a link alone must not create a token.
pub async fn cli_auth(current_user: CurrentUser) -> PageResult {
    page(&CliAuthPage { layout: current_user.layout(Section::None), token: None })
}

/// Creates a token and shows it, once.
pub async fn create_cli_token(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    _form: Form<Empty>,
) -> PageResult {
    let issued = state.control.create_session_key(&current_user.caller, current_user.caller.user()).await?;
    page(&CliAuthPage { layout: current_user.layout(Section::None), token: Some(issued.token.expose()) })
}
