//! Actions on a user that need nothing but a confirmation: suspend, activate, delete.

use askama::Template;
use axum::{
    extract::State,
    routing::{MethodRouter, get},
};
use coder_http::extract::Path;
use coder_model::user::{User, UserStatus};

use super::{ReturnTo, find_other};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::{Empty, Form},
    form_errors::FormErrors,
    layout::{Layout, Section},
    response::{PageResult, dialog, redirect_with_notice},
};

/// An action on another user.
#[derive(Debug, Clone, Copy)]
pub enum UserAction {
    /// Ends their sessions, terminals and tokens, and keeps them from logging in.
    Suspend,
    /// Lets a suspended user log in again.
    Activate,
    /// Deletes a user who owns no workspaces, with their secrets, sessions and tokens.
    Delete,
}

impl UserAction {
    const fn title(self) -> &'static str {
        match self {
            Self::Suspend => "Suspend user",
            Self::Activate => "Activate user",
            Self::Delete => "Delete user",
        }
    }
}

#[derive(Template)]
#[template(path = "users/confirm.html", blocks = ["dialog"])]
struct ConfirmPage {
    layout: Layout,
    id: String,
    username: String,
    action: UserAction,
    errors: FormErrors,
}

fn confirm(current_user: &CurrentUser, user: &User, action: UserAction, errors: FormErrors) -> PageResult {
    let page = ConfirmPage {
        layout: current_user.layout(Section::Users),
        id: user.id.to_string(),
        username: user.username.to_string(),
        action,
        errors,
    };
    dialog(&current_user.context, page.errors.status(), &page, &page.as_dialog())
}

/// GET asks to confirm the action, POST carries it out.
pub fn user_action(action: UserAction) -> MethodRouter<DashboardState> {
    let page = async move |State(state): State<DashboardState>,
                           current_user: CurrentUser,
                           Path(user): Path<String>|
                -> PageResult {
        let user = find_other(&state, &current_user, &user).await?;
        confirm(&current_user, &user, action, FormErrors::default())
    };
    let post =
        async move |State(state): State<DashboardState>,
                    current_user: CurrentUser,
                    Path(user): Path<String>,
                    return_to: ReturnTo,
                    _form: Form<Empty>|
                    -> PageResult { perform(&state, &current_user, &user, action, &return_to).await };
    get(page).post(post)
}

async fn perform(
    state: &DashboardState,
    current_user: &CurrentUser,
    user: &str,
    action: UserAction,
    ReturnTo(return_to): &ReturnTo,
) -> PageResult {
    let user = find_other(state, current_user, user).await?;
    let (control, caller, username) = (&state.control, &current_user.caller, &user.username);
    let (result, notice) = match action {
        UserAction::Suspend => (
            control.set_user_status(caller, &user, UserStatus::Suspended).await.map(drop),
            format!("Suspended \"{username}\"."),
        ),
        UserAction::Activate => (
            control.set_user_status(caller, &user, UserStatus::Active).await.map(drop),
            format!("Activated \"{username}\"."),
        ),
        UserAction::Delete => {
            (control.delete_user(caller, &user).await, format!("Deleted user \"{username}\"."))
        }
    };
    match result {
        Ok(()) => redirect_with_notice(state, &current_user.context, return_to, &notice),
        Err(error) => confirm(current_user, &user, action, FormErrors::of(error)?),
    }
}
