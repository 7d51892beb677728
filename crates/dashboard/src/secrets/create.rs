//! Creating a secret.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_model::secret::MAX_VALUE_BYTES;
use coder_wire::Sensitive;

use super::{
    LIST_PATH,
    form_value::{LineEndings, normalize_line_endings},
    own,
    settings_form::SettingsForm,
};
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
#[template(path = "secrets/create.html", blocks = ["dialog"])]
struct CreatePage {
    layout: Layout,
    name: String,
    settings: SettingsForm,
    errors: FormErrors,
    import_errors: FormErrors,
}

impl CreatePage {
    fn new(current_user: &CurrentUser) -> Self {
        Self {
            layout: current_user.layout(Section::Secrets),
            name: String::new(),
            settings: SettingsForm::default(),
            errors: FormErrors::default(),
            import_errors: FormErrors::default(),
        }
    }

    fn respond(&self, current_user: &CurrentUser) -> PageResult {
        let is_valid = self.errors.is_empty() && self.import_errors.is_empty();
        let status = if is_valid { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        dialog(&current_user.context, status, self, &self.as_dialog())
    }
}

pub async fn create_secret_page(current_user: CurrentUser) -> PageResult {
    CreatePage::new(&current_user).respond(&current_user)
}

/// The form with the errors of an import.
pub fn after_import(current_user: &CurrentUser, import_errors: FormErrors) -> PageResult {
    CreatePage { import_errors, ..CreatePage::new(current_user) }.respond(current_user)
}

#[derive(serde::Deserialize)]
pub struct CreateForm {
    name: String,
    value: Sensitive,
    #[serde(default)]
    line_endings: LineEndings,
    #[serde(flatten)]
    settings: SettingsForm,
}

/// Creates a secret.
pub async fn create_secret(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Form(form): Form<CreateForm>,
) -> PageResult {
    let value = normalize_line_endings(&form.value, form.line_endings);
    let permit = own(&current_user)?;
    match state.control.create_secret(permit, &form.name, value, &form.settings.raw()).await {
        Ok(secret) => redirect_with_notice(
            &state,
            &current_user.context,
            LIST_PATH,
            &format!("Created secret \"{}\" successfully.", secret.name),
        ),
        Err(error) => CreatePage {
            name: form.name,
            settings: form.settings,
            errors: FormErrors::of(error)?,
            ..CreatePage::new(&current_user)
        }
        .respond(&current_user),
    }
}
