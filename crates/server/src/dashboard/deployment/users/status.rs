//! Suspending users and letting them back in.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_model::user::{User, UserStatus};

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
#[template(path = "users/status.html", blocks = ["sheet"])]
struct StatusPage {
    frame: Frame,
    id: String,
    username: String,
    suspends: bool,
    /// The last part of where the form goes.
    verb: &'static str,
    complaints: Complaints,
}

fn answer(member: &Member, user: &User, to: UserStatus, complaints: Complaints) -> Answer {
    let status = if complaints.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = StatusPage {
        frame: member.frame(Section::Users),
        id: user.id.to_string(),
        username: user.username.to_string(),
        suspends: to == UserStatus::Suspended,
        verb: if to == UserStatus::Suspended { "suspend" } else { "activate" },
        complaints,
    };
    sheet(&member.visit, status, &shown, &shown.as_sheet())
}

async fn change(state: &AppState, member: &Member, user: &User, to: UserStatus, back: &str) -> Answer {
    match state.control.set_user_status(&member.caller, user, to).await {
        Ok(changed) => {
            state.session_revoked.notify_waiters();
            let did = if to == UserStatus::Suspended { "Suspended" } else { "Activated" };
            done(state, &member.visit, back, &format!("{did} \"{}\".", changed.username))
        }
        Err(error) => answer(member, user, to, Complaints::of(error)?),
    }
}

/// Asks whether it is meant.
pub async fn suspend_user_page(
    State(state): State<AppState>,
    member: Member,
    Path(user): Path<String>,
) -> Answer {
    let user = find_other(&state, &member, &user).await?;
    answer(&member, &user, UserStatus::Suspended, Complaints::default())
}

/// Suspends a user; their sessions, terminals and tokens end.
pub async fn suspend_user(
    State(state): State<AppState>,
    member: Member,
    Path(user): Path<String>,
    Back(back): Back,
    _form: Form<Nothing>,
) -> Answer {
    let user = find_other(&state, &member, &user).await?;
    change(&state, &member, &user, UserStatus::Suspended, &back).await
}

/// Asks whether it is meant.
pub async fn activate_user_page(
    State(state): State<AppState>,
    member: Member,
    Path(user): Path<String>,
) -> Answer {
    let user = find_other(&state, &member, &user).await?;
    answer(&member, &user, UserStatus::Active, Complaints::default())
}

/// Lets a suspended user back in.
pub async fn activate_user(
    State(state): State<AppState>,
    member: Member,
    Path(user): Path<String>,
    Back(back): Back,
    _form: Form<Nothing>,
) -> Answer {
    let user = find_other(&state, &member, &user).await?;
    change(&state, &member, &user, UserStatus::Active, &back).await
}
