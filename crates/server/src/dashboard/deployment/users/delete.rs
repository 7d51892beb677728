//! Deleting a user.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_model::user::User;

use super::{Back, find_other};
use crate::{
    AppState,
    dashboard::{
        answer::{Answer, done, sheet},
        complaints::Complaints,
        form::{Form, Nothing},
        frame::{Frame, Section},
        shown::filters,
        visit::Member,
    },
    extract::Path,
};

#[derive(Template)]
#[template(path = "users/delete.html", blocks = ["sheet"])]
struct DeletePage {
    frame: Frame,
    id: String,
    username: String,
    complaints: Complaints,
}

impl DeletePage {
    fn new(member: &Member, user: &User, complaints: Complaints) -> Self {
        Self {
            frame: member.frame(Section::Users),
            id: user.id.to_string(),
            username: user.username.to_string(),
            complaints,
        }
    }
}

/// Asks whether it is meant.
pub async fn delete_user_page(
    State(state): State<AppState>,
    member: Member,
    Path(user): Path<String>,
) -> Answer {
    let user = find_other(&state, &member, &user).await?;
    let shown = DeletePage::new(&member, &user, Complaints::default());
    sheet(&member.visit, StatusCode::OK, &shown, &shown.as_sheet())
}

/// Deletes a user who owns no workspaces, with their secrets, sessions and tokens.
pub async fn delete_user(
    State(state): State<AppState>,
    member: Member,
    Path(user): Path<String>,
    Back(back): Back,
    _form: Form<Nothing>,
) -> Answer {
    let user = find_other(&state, &member, &user).await?;
    match state.control.delete_user(&member.caller, &user).await {
        Ok(()) => {
            state.session_revoked.notify_waiters();
            done(&state, &member.visit, &back, &format!("Deleted user \"{}\".", user.username))
        }
        Err(error) => {
            let shown = DeletePage::new(&member, &user, Complaints::of(error)?);
            sheet(&member.visit, StatusCode::UNPROCESSABLE_ENTITY, &shown, &shown.as_sheet())
        }
    }
}
