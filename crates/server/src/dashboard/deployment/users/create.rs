//! Making a user.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_control::{Error, NewUser};
use coder_wire::Sensitive;

use super::{LIST, may_manage};
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
};

#[derive(Template)]
#[template(path = "users/new.html", blocks = ["sheet"])]
struct NewUserPage {
    frame: Frame,
    username: String,
    name: String,
    email: String,
    complaints: Complaints,
}

/// The form for a new user.
pub async fn new_user_page(member: Member) -> Answer {
    if !may_manage(&member.caller) {
        return Err(Error::Forbidden.into());
    }
    let shown = NewUserPage {
        frame: member.frame(Section::Users),
        username: String::new(),
        name: String::new(),
        email: String::new(),
        complaints: Complaints::default(),
    };
    sheet(&member.visit, StatusCode::OK, &shown, &shown.as_sheet())
}

/// What was filled in.
#[derive(serde::Deserialize)]
pub struct UserForm {
    username: String,
    #[serde(default)]
    name: String,
    email: String,
    password: Sensitive,
}

/// Makes a user.
pub async fn create_user(State(state): State<AppState>, member: Member, Form(form): Form<UserForm>) -> Answer {
    let new = NewUser {
        email: form.email.clone(),
        username: form.username.clone(),
        name: form.name.clone(),
        password: form.password.into_inner(),
        status: None,
    };
    match state.control.create_user(&member.caller, new).await {
        Ok(user) => done(&state, &member.visit, LIST, &format!("Created user \"{}\".", user.username)),
        Err(error) => {
            let shown = NewUserPage {
                frame: member.frame(Section::Users),
                username: form.username,
                name: form.name,
                email: form.email,
                complaints: Complaints::of(error)?,
            };
            sheet(&member.visit, StatusCode::UNPROCESSABLE_ENTITY, &shown, &shown.as_sheet())
        }
    }
}
