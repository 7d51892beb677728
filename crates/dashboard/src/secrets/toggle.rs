//! Switching the delivery of a secret on and off.

use axum::extract::State;
use coder_http::extract::Path;
use coder_model::secret::RawSettings;

use super::{LIST_PATH, own};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    form::Form,
    response::{PageResult, redirect_with_notice},
};

/// Which way.
#[derive(serde::Deserialize)]
pub struct ToggleForm {
    enabled: bool,
}

/// Switches it.
pub async fn toggle_secret(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
    Form(form): Form<ToggleForm>,
) -> PageResult {
    let settings = RawSettings { enabled: Some(form.enabled), ..RawSettings::default() };
    state.control.update_secret(own(&current_user)?, &name, None, &settings).await?;
    let now = if form.enabled { "Enabled" } else { "Disabled" };
    redirect_with_notice(
        &state,
        &current_user.context,
        LIST_PATH,
        &format!("{now} secret \"{name}\" successfully."),
    )
}
