//! Account → Profile.

use askama::Template;
use axum::extract::State;
use coder_model::user::Role;

use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::Form,
    form_errors::FormErrors,
    format::DisplayTime,
    layout::{Layout, Section},
    response::{PageResult, page, redirect_with_notice, unprocessable},
};

const PATH: &str = "/settings/account";

#[derive(Template)]
#[template(path = "account/profile.html")]
struct ProfilePage {
    layout: Layout,
    username: String,
    email: String,
    name: String,
    roles: Vec<&'static str>,
    since: DisplayTime,
    seen: Option<DisplayTime>,
    errors: FormErrors,
}

impl ProfilePage {
    fn new(current_user: &CurrentUser, name: String, errors: FormErrors) -> Self {
        let user = current_user.caller.user();
        Self {
            layout: current_user.layout(Section::Profile),
            username: user.username.to_string(),
            email: user.email.to_string(),
            name,
            roles: user.roles.iter().map(Role::display_name).collect(),
            since: user.created_at.into(),
            seen: user.last_seen_at.map(Into::into),
            errors,
        }
    }
}

pub async fn profile_page(current_user: CurrentUser) -> PageResult {
    let name = current_user.caller.user().name.clone();
    page(&ProfilePage::new(&current_user, name, FormErrors::default()))
}

#[derive(serde::Deserialize)]
pub struct ProfileForm {
    name: String,
}

/// Changes the display name.
pub async fn change_profile(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Form(form): Form<ProfileForm>,
) -> PageResult {
    let user = current_user.caller.user();
    match state.control.update_profile(&current_user.caller, user, user.username.as_str(), &form.name).await {
        Ok(_) => redirect_with_notice(&state, &current_user.context, PATH, "Updated your profile."),
        Err(error) => unprocessable(&ProfilePage::new(&current_user, form.name, FormErrors::of(error)?)),
    }
}
