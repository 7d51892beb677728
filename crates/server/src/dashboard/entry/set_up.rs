//! Making the first user, who owns the deployment.

use askama::Template;
use axum::extract::State;
use coder_control::NewUser;
use coder_wire::Sensitive;

use super::{bind, enter, is_set_up, redirect, with_cookie};
use crate::{
    AppState,
    dashboard::{
        answer::{Answer, page, refused},
        complaints::Complaints,
        form::Form,
        frame::Frame,
        shown::filters,
        visit::Visit,
    },
    extract::ClientInfo,
};

#[derive(Template)]
#[template(path = "entry/set_up.html")]
struct SetUpPage {
    frame: Frame,
    username: String,
    name: String,
    email: String,
    complaints: Complaints,
}

/// The form for the first user.
pub async fn set_up_page(State(state): State<AppState>, mut visit: Visit) -> Answer {
    if state.control.has_users().await? {
        return Ok(redirect("/login"));
    }
    let cookie = bind(&state, &mut visit)?;
    let shown = SetUpPage {
        frame: visit.frame(),
        username: String::new(),
        name: String::new(),
        email: String::new(),
        complaints: Complaints::default(),
    };
    with_cookie(page(&shown), cookie)
}

/// What was filled in.
#[derive(serde::Deserialize)]
pub struct SetUpForm {
    username: String,
    #[serde(default)]
    name: String,
    email: String,
    password: Sensitive,
}

/// Makes the first user and lets them in.
pub async fn set_up(
    State(state): State<AppState>,
    visit: Visit,
    ClientInfo(request_info): ClientInfo,
    Form(form): Form<SetUpForm>,
) -> Answer {
    if state.control.has_users().await? {
        return Err(is_set_up().into());
    }
    let password = form.password.into_inner();
    let new = NewUser {
        email: form.email.clone(),
        username: form.username.clone(),
        name: form.name.clone(),
        password: password.clone(),
        status: None,
    };
    match state.control.create_first_user(new, &request_info).await {
        Ok(_) => Ok(enter(&state, &form.email, password, &request_info, "/workspaces").await?),
        Err(error) => refused(&SetUpPage {
            frame: visit.frame(),
            username: form.username,
            name: form.name,
            email: form.email,
            complaints: Complaints::of(error)?,
        }),
    }
}
