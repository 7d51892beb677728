//! Changing a user's roles.

use askama::Template;
use axum::extract::State;
use coder_http::extract::Path;
use coder_model::user::{Role, User};

use super::{ReturnTo, find};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::Form,
    form_errors::FormErrors,
    layout::{Layout, Section},
    response::{PageResult, dialog, redirect_with_notice},
};

#[derive(Template)]
#[template(path = "users/roles.html", blocks = ["dialog"])]
struct RolesPage {
    layout: Layout,
    id: String,
    username: String,
    is_self: bool,
    choices: Vec<Choice>,
    errors: FormErrors,
}

struct Choice {
    value: &'static str,
    name: &'static str,
    description: &'static str,
    is_checked: bool,
}

const fn description(role: Role) -> &'static str {
    match role {
        Role::Owner => "Everything except other users’ secrets.",
        Role::UserAdmin => "Creates, suspends and changes users other than owners.",
        Role::TemplateAdmin => "Creates and changes templates, and sees all workspaces.",
        Role::Auditor => "Reads users, templates, workspaces and the audit log.",
    }
}

fn roles_form(
    current_user: &CurrentUser,
    user: &User,
    is_checked: impl Fn(Role) -> bool,
    errors: FormErrors,
) -> PageResult {
    let can_change = |role: &Role| *role != Role::Owner || current_user.caller.can_grant_owner();
    let choice = |role: Role| Choice {
        value: role.as_str(),
        name: role.display_name(),
        description: description(role),
        is_checked: is_checked(role),
    };
    let page = RolesPage {
        layout: current_user.layout(Section::Users),
        id: user.id.to_string(),
        username: user.username.to_string(),
        is_self: user.id == current_user.caller.id(),
        choices: Role::ALL.into_iter().filter(can_change).map(choice).collect(),
        errors,
    };
    dialog(&current_user.context, page.errors.status(), &page, &page.as_dialog())
}

pub async fn roles_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
) -> PageResult {
    let user = find(&state, &current_user, &user).await?;
    roles_form(&current_user, &user, |role| user.roles.has(role), FormErrors::default())
}

#[derive(serde::Deserialize)]
pub struct RolesForm {
    #[serde(default)]
    roles: Vec<String>,
}

/// Replaces the roles of a user.
pub async fn change_roles(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
    ReturnTo(return_to): ReturnTo,
    Form(form): Form<RolesForm>,
) -> PageResult {
    let user = find(&state, &current_user, &user).await?;
    match state.control.set_user_roles(&current_user.caller, &user, &form.roles).await {
        Ok(changed) => {
            // After changing their own roles, the user may no longer be allowed to see the list.
            let to = if changed.id == current_user.caller.id() { "/" } else { &return_to };
            redirect_with_notice(
                &state,
                &current_user.context,
                to,
                &format!("Changed the roles of \"{}\".", changed.username),
            )
        }
        Err(error) => {
            let is_checked = |role: Role| form.roles.iter().any(|name| name == role.as_str());
            roles_form(&current_user, &user, is_checked, FormErrors::of(error)?)
        }
    }
}
