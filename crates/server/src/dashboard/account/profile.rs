//! Account → Profile.

use askama::Template;
use axum::extract::State;
use coder_model::user::Role;

use crate::{
    AppState,
    dashboard::{
        answer::{Answer, done, page, refused},
        complaints::Complaints,
        form::Form,
        frame::{Frame, Section},
        shown::{When, filters},
        visit::Member,
    },
};

/// Where the page is.
const HERE: &str = "/settings/account";

#[derive(Template)]
#[template(path = "account/profile.html")]
struct ProfilePage {
    frame: Frame,
    username: String,
    email: String,
    name: String,
    roles: Vec<&'static str>,
    since: When,
    seen: Option<When>,
    complaints: Complaints,
}

impl ProfilePage {
    fn new(member: &Member, name: String, complaints: Complaints) -> Self {
        let user = member.caller.user();
        Self {
            frame: member.frame(Section::Profile),
            username: user.username.to_string(),
            email: user.email.to_string(),
            name,
            roles: user.roles.iter().map(Role::display_name).collect(),
            since: user.created_at.into(),
            seen: user.last_seen_at.map(Into::into),
            complaints,
        }
    }
}

/// What the deployment knows of somebody.
pub async fn profile_page(member: Member) -> Answer {
    let name = member.caller.user().name.clone();
    page(&ProfilePage::new(&member, name, Complaints::default()))
}

/// What was filled in.
#[derive(serde::Deserialize)]
pub struct ProfileForm {
    name: String,
}

/// Changes the name that somebody is greeted by.
pub async fn change_profile(
    State(state): State<AppState>,
    member: Member,
    Form(form): Form<ProfileForm>,
) -> Answer {
    let user = member.caller.user();
    match state.control.update_profile(&member.caller, user, user.username.as_str(), &form.name).await {
        Ok(_) => done(&state, &member.visit, HERE, "Updated your profile."),
        Err(error) => refused(&ProfilePage::new(&member, form.name, Complaints::of(error)?)),
    }
}
