//! Giving a user a new password.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_model::user::User;
use coder_wire::Sensitive;
use zeroize::Zeroizing;

use super::{Back, find_other};
use crate::{
    AppState,
    dashboard::{
        answer::{Answer, done, sheet},
        complaints::Complaints,
        form::Form,
        frame::{Frame, Section},
        shown::filters,
        visit::Member,
    },
    extract::Path,
};

#[derive(Template)]
#[template(path = "users/password.html", blocks = ["sheet"])]
struct PasswordPage {
    frame: Frame,
    id: String,
    username: String,
    complaints: Complaints,
}

impl PasswordPage {
    fn new(member: &Member, user: &User, complaints: Complaints) -> Self {
        Self {
            frame: member.frame(Section::Users),
            id: user.id.to_string(),
            username: user.username.to_string(),
            complaints,
        }
    }
}

/// The form for another's new password. One's own is changed in the account, by telling the old one.
pub async fn reset_password_page(
    State(state): State<AppState>,
    member: Member,
    Path(user): Path<String>,
) -> Answer {
    let user = find_other(&state, &member, &user).await?;
    let shown = PasswordPage::new(&member, &user, Complaints::default());
    sheet(&member.visit, StatusCode::OK, &shown, &shown.as_sheet())
}

/// What was filled in.
#[derive(serde::Deserialize)]
pub struct PasswordForm {
    password: Sensitive,
}

/// Sets it. Whatever is signed in as this user is signed out.
pub async fn reset_password(
    State(state): State<AppState>,
    member: Member,
    Path(user): Path<String>,
    Back(back): Back,
    Form(form): Form<PasswordForm>,
) -> Answer {
    let user = find_other(&state, &member, &user).await?;
    let none = Zeroizing::default();
    match state.control.change_password(&member.caller, &user, none, form.password.into_inner()).await {
        Ok(()) => {
            state.session_revoked.notify_waiters();
            done(&state, &member.visit, &back, &format!("Changed the password of \"{}\".", user.username))
        }
        Err(error) => {
            let shown = PasswordPage::new(&member, &user, Complaints::of(error)?);
            sheet(&member.visit, StatusCode::UNPROCESSABLE_ENTITY, &shown, &shown.as_sheet())
        }
    }
}
