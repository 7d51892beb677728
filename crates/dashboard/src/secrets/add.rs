//! Adding a secret.

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
struct AddPage {
    layout: Layout,
    name: String,
    settings: SettingsForm,
    errors: FormErrors,
    import_errors: FormErrors,
}

impl AddPage {
    fn new(current_user: &CurrentUser) -> Self {
        Self {
            layout: current_user.layout(Section::Secrets),
            name: String::new(),
            settings: SettingsForm::default(),
            errors: FormErrors::default(),
            import_errors: FormErrors::default(),
        }
    }

    fn answer(&self, current_user: &CurrentUser) -> PageResult {
        let fine = self.errors.is_empty() && self.import_errors.is_empty();
        let status = if fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        dialog(&current_user.context, status, self, &self.as_dialog())
    }
}

/// The form, empty.
pub async fn add_secret_page(current_user: CurrentUser) -> PageResult {
    AddPage::new(&current_user).answer(&current_user)
}

/// The form, with what is wrong with a file that was to be imported.
pub fn after_import(current_user: &CurrentUser, import_errors: FormErrors) -> PageResult {
    AddPage { import_errors, ..AddPage::new(current_user) }.answer(current_user)
}

/// What was filled in.
#[derive(serde::Deserialize)]
pub struct AddForm {
    name: String,
    value: Sensitive,
    #[serde(default)]
    line_endings: LineEndings,
    #[serde(flatten)]
    settings: SettingsForm,
}

/// Keeps a new secret.
pub async fn add_secret(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Form(form): Form<AddForm>,
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
        Err(error) => AddPage {
            name: form.name,
            settings: form.settings,
            errors: FormErrors::of(error)?,
            ..AddPage::new(&current_user)
        }
        .answer(&current_user),
    }
}
