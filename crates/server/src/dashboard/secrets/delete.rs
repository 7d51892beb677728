//! Deleting a secret.

use askama::Template;
use axum::{extract::State, http::StatusCode};

use super::{LIST, own};
use crate::{
    AppState,
    dashboard::{
        answer::{Answer, done, sheet},
        form::{Form, Nothing},
        frame::{Frame, Section},
        shown::{filters, segment},
        visit::Member,
    },
    extract::Path,
};

#[derive(Template)]
#[template(path = "secrets/delete.html", blocks = ["sheet"])]
struct DeletePage {
    frame: Frame,
    name: String,
    segment: String,
    file_path: String,
}

/// Asks whether it is meant.
pub async fn delete_secret_page(
    State(state): State<AppState>,
    member: Member,
    Path(name): Path<String>,
) -> Answer {
    let secret = state.control.find_secret(own(&member)?, &name).await?;
    let shown = DeletePage {
        frame: member.frame(Section::Secrets),
        segment: segment(&name),
        name,
        file_path: secret.file_path.map(|path| path.to_string()).unwrap_or_default(),
    };
    sheet(&member.visit, StatusCode::OK, &shown, &shown.as_sheet())
}

/// Deletes it.
pub async fn delete_secret(
    State(state): State<AppState>,
    member: Member,
    Path(name): Path<String>,
    _form: Form<Nothing>,
) -> Answer {
    state.control.delete_secret(own(&member)?, &name).await?;
    done(&state, &member.visit, LIST, &format!("Deleted secret \"{name}\" successfully."))
}
