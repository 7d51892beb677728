//! Switching the delivery of a secret on and off.

use axum::extract::State;
use coder_model::secret::RawPatch;

use super::{LIST, own};
use crate::{
    AppState,
    dashboard::{
        answer::{Answer, done},
        form::Form,
        visit::Member,
    },
    extract::Path,
};

/// Which way.
#[derive(serde::Deserialize)]
pub struct ToggleForm {
    enabled: bool,
}

/// Switches it.
pub async fn toggle_secret(
    State(state): State<AppState>,
    member: Member,
    Path(name): Path<String>,
    Form(form): Form<ToggleForm>,
) -> Answer {
    let raw = RawPatch { enabled: Some(form.enabled), ..RawPatch::default() };
    state.control.update_secret(own(&member)?, &name, raw).await?;
    let now = if form.enabled { "Enabled" } else { "Disabled" };
    done(&state, &member.visit, LIST, &format!("{now} secret \"{name}\" successfully."))
}
