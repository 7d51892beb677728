//! Suspending users and letting them back in.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_http::extract::Path;
use coder_model::user::{User, UserStatus};

use super::{ReturnTo, find_other};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    form::{Empty, Form},
    form_errors::FormErrors,
    format::filters,
    layout::{Layout, Section},
    response::{PageResult, dialog, redirect_with_notice},
};

#[derive(Template)]
#[template(path = "users/status.html", blocks = ["dialog"])]
struct StatusPage {
    layout: Layout,
    id: String,
    username: String,
    suspends: bool,
    errors: FormErrors,
}

fn answer(current_user: &CurrentUser, user: &User, to: UserStatus, errors: FormErrors) -> PageResult {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = StatusPage {
        layout: current_user.layout(Section::Users),
        id: user.id.to_string(),
        username: user.username.to_string(),
        suspends: to == UserStatus::Suspended,
        errors,
    };
    dialog(&current_user.context, status, &shown, &shown.as_dialog())
}

async fn change(
    state: &DashboardState,
    current_user: &CurrentUser,
    user: &User,
    to: UserStatus,
    back: &str,
) -> PageResult {
    match state.control.set_user_status(&current_user.caller, user, to).await {
        Ok(changed) => {
            let did = if to == UserStatus::Suspended { "Suspended" } else { "Activated" };
            redirect_with_notice(
                state,
                &current_user.context,
                back,
                &format!("{did} \"{}\".", changed.username),
            )
        }
        Err(error) => answer(current_user, user, to, FormErrors::of(error)?),
    }
}

/// Asks whether it is meant.
pub async fn suspend_user_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
) -> PageResult {
    let user = find_other(&state, &current_user, &user).await?;
    answer(&current_user, &user, UserStatus::Suspended, FormErrors::default())
}

/// Suspends a user; their sessions, terminals and tokens end.
pub async fn suspend_user(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
    ReturnTo(back): ReturnTo,
    _form: Form<Empty>,
) -> PageResult {
    let user = find_other(&state, &current_user, &user).await?;
    change(&state, &current_user, &user, UserStatus::Suspended, &back).await
}

/// Asks whether it is meant.
pub async fn activate_user_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
) -> PageResult {
    let user = find_other(&state, &current_user, &user).await?;
    answer(&current_user, &user, UserStatus::Active, FormErrors::default())
}

/// Lets a suspended user back in.
pub async fn activate_user(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(user): Path<String>,
    ReturnTo(back): ReturnTo,
    _form: Form<Empty>,
) -> PageResult {
    let user = find_other(&state, &current_user, &user).await?;
    change(&state, &current_user, &user, UserStatus::Active, &back).await
}
