//! Enabling and disabling the delivery of a secret.

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

#[derive(serde::Deserialize)]
pub struct ToggleForm {
    enabled: bool,
}

pub async fn toggle_secret(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
    Form(form): Form<ToggleForm>,
) -> PageResult {
    let settings = RawSettings { enabled: Some(form.enabled), ..RawSettings::default() };
    state.control.update_secret(own(&current_user)?, &name, None, &settings).await?;
    let action = if form.enabled { "Enabled" } else { "Disabled" };
    redirect_with_notice(
        &state,
        &current_user.context,
        LIST_PATH,
        &format!("{action} secret \"{name}\" successfully."),
    )
}
