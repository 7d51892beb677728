//! A token for the command line: the page that `coder login` opens.

use askama::Template;
use axum::extract::State;
use zeroize::Zeroizing;

use crate::{
    AppState,
    dashboard::{
        answer::{Answer, page},
        form::{Form, Nothing},
        frame::{Frame, Section},
        visit::Member,
    },
};

#[derive(Template)]
#[template(path = "entry/cli_auth.html")]
struct CliAuthPage {
    frame: Frame,
    /// Shown once.
    token: Option<Zeroizing<String>>,
}

/// Asks whether a token is wanted: a link alone makes none.
pub async fn cli_auth(member: Member) -> Answer {
    page(&CliAuthPage { frame: member.frame(Section::None), token: None })
}

/// Makes a token and shows it, once.
pub async fn create_cli_token(State(state): State<AppState>, member: Member, _form: Form<Nothing>) -> Answer {
    let session = state.control.create_session_key(&member.caller, member.caller.user()).await?;
    page(&CliAuthPage { frame: member.frame(Section::None), token: Some(session.token.expose()) })
}
