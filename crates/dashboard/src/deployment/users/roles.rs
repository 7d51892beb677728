//! Changing what a user may do.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_http::extract::Path;
use coder_model::user::{Role, User};

use super::{ReturnTo, find};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    form::Form,
    form_errors::FormErrors,
    format::filters,
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

/// A role that may be given or taken.
struct Choice {
    word: &'static str,
    name: &'static str,
    means: &'static str,
    is_held: bool,
}

const fn means(role: Role) -> &'static str {
    match role {
        Role::Owner => "Everything except other users’ secrets.",
        Role::UserAdmin => "Creates, suspends and changes users other than owners.",
        Role::TemplateAdmin => "Creates and changes templates, and sees all workspaces.",
        Role::Auditor => "Reads users, templates, workspaces and the audit log.",
    }
}

impl RolesPage {
    fn new(current_user: &CurrentUser, user: &User, held: impl Fn(Role) -> bool, errors: FormErrors) -> Self {
        let offered = |role: &Role| *role != Role::Owner || current_user.caller.can_grant_owner();
        let choice = |role: Role| Choice {
            word: role.as_str(),
            name: role.display_name(),
            means: means(role),
            is_held: held(role),
        };
        Self {
            layout: current_user.layout(Section::Users),
            id: user.id.to_string(),
            username: user.username.to_string(),
            is_self: user.id == current_user.caller.id(),
            choices: Role::ALL.into_iter().filter(offered).map(choice).collect(),
            errors,
        }
    }
}

/// The roles of a user, to be chosen.
pub async fn roles_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
) -> PageResult {
    let user = find(&state, &current_user, &user).await?;
    let shown = RolesPage::new(&current_user, &user, |role| user.roles.has(role), FormErrors::default());
    dialog(&current_user.context, StatusCode::OK, &shown, &shown.as_dialog())
}

/// What was chosen.
#[derive(serde::Deserialize)]
pub struct RolesForm {
    #[serde(default)]
    roles: Vec<String>,
}

/// Gives a user exactly the roles that were chosen.
pub async fn change_roles(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
    ReturnTo(back): ReturnTo,
    Form(form): Form<RolesForm>,
) -> PageResult {
    let user = find(&state, &current_user, &user).await?;
    match state.control.set_user_roles(&current_user.caller, &user, &form.roles).await {
        Ok(changed) => {
            // Whoever gave up their own roles may not be let into the list any more.
            let to = if changed.id == current_user.caller.id() { "/" } else { &back };
            redirect_with_notice(
                &state,
                &current_user.context,
                to,
                &format!("Changed the roles of \"{}\".", changed.username),
            )
        }
        Err(error) => {
            let chosen = |role: Role| form.roles.iter().any(|word| word == role.as_str());
            let shown = RolesPage::new(&current_user, &user, chosen, FormErrors::of(error)?);
            dialog(&current_user.context, StatusCode::UNPROCESSABLE_ENTITY, &shown, &shown.as_dialog())
        }
    }
}
