//! A token for the command line: the page that `coder login` opens.

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
    /// Shown once.
    token: Option<Zeroizing<String>>,
}

/// Asks whether a token is wanted: a link alone makes none.
pub async fn cli_auth(current_user: CurrentUser) -> PageResult {
    page(&CliAuthPage { layout: current_user.layout(Section::None), token: None })
}

/// Makes a token and shows it, once.
pub async fn create_cli_token(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    _form: Form<Empty>,
) -> PageResult {
    let session = state.control.create_session_key(&current_user.caller, current_user.caller.user()).await?;
    page(&CliAuthPage { layout: current_user.layout(Section::None), token: Some(session.token.expose()) })
}
