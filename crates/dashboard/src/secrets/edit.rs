//! Changing a secret.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_http::extract::Path;
use coder_model::secret::{MAX_VALUE_BYTES, RawPatch, Secret};
use coder_wire::Sensitive;

use super::{
    LIST_PATH,
    form_value::{LineEndings, normalize_line_endings},
    own,
};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    form::Form,
    form_errors::FormErrors,
    format::{filters, segment},
    layout::{Layout, Section},
    response::{PageResult, dialog, redirect_with_notice},
};

#[derive(Template)]
#[template(path = "secrets/edit.html", blocks = ["dialog"])]
struct EditPage {
    layout: Layout,
    name: String,
    segment: String,
    description: String,
    env_name: String,
    file_path: String,
    errors: FormErrors,
}

/// The form, filled with what is known. The value is not.
pub async fn edit_secret_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
) -> PageResult {
    let secret = state.control.find_secret(own(&current_user)?, &name).await?;
    let shown = EditPage {
        layout: current_user.layout(Section::Secrets),
        segment: segment(&name),
        name,
        description: secret.description.clone(),
        env_name: env_name(&secret),
        file_path: file_path(&secret),
        errors: FormErrors::default(),
    };
    dialog(&current_user.context, StatusCode::OK, &shown, &shown.as_dialog())
}

fn env_name(secret: &Secret) -> String {
    secret.env_name.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn file_path(secret: &Secret) -> String {
    secret.file_path.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// What was filled in.
#[derive(serde::Deserialize)]
pub struct EditForm {
    #[serde(default)]
    value: Sensitive,
    #[serde(default)]
    line_endings: LineEndings,
    #[serde(default)]
    clear_value: bool,
    #[serde(default)]
    description: String,
    #[serde(default)]
    env_name: String,
    #[serde(default)]
    file_path: String,
}

/// Changes what is other than it was. An empty value stays what it is, unless it is to be cleared.
pub async fn edit_secret(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
    Form(form): Form<EditForm>,
) -> PageResult {
    let secret = state.control.find_secret(own(&current_user)?, &name).await?;
    let other = |new: &str, old: &str| (new != old).then(|| new.to_owned());
    let value = normalize_line_endings(&form.value, form.line_endings);
    let raw = RawPatch {
        value: (form.clear_value || !value.is_empty()).then_some(value),
        description: other(&form.description, &secret.description),
        env_name: other(&form.env_name, &env_name(&secret)),
        file_path: other(&form.file_path, &file_path(&secret)),
        enabled: None,
    };
    let errors = if form.clear_value && !form.value.expose().is_empty() {
        FormErrors::field("value", "Either enter a new value or clear the saved one.")
    } else {
        match state.control.update_secret(own(&current_user)?, &name, raw).await {
            Ok(_) => {
                return redirect_with_notice(
                    &state,
                    &current_user.context,
                    LIST_PATH,
                    &format!("Updated secret \"{name}\" successfully."),
                );
            }
            Err(error) => FormErrors::of(error)?,
        }
    };
    let shown = EditPage {
        layout: current_user.layout(Section::Secrets),
        segment: segment(&name),
        name,
        description: form.description,
        env_name: form.env_name,
        file_path: form.file_path,
        errors,
    };
    dialog(&current_user.context, StatusCode::UNPROCESSABLE_ENTITY, &shown, &shown.as_dialog())
}
