//! Changing a secret.

use askama::Template;
use axum::extract::State;
use coder_http::extract::Path;
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
    format::segment,
    layout::{Layout, Section},
    response::{PageResult, dialog, redirect_with_notice},
};

#[derive(Template)]
#[template(path = "secrets/edit.html", blocks = ["dialog"])]
struct EditPage {
    layout: Layout,
    name: String,
    segment: String,
    settings: SettingsForm,
    errors: FormErrors,
}

fn edit_form(
    current_user: &CurrentUser,
    name: String,
    settings: SettingsForm,
    errors: FormErrors,
) -> PageResult {
    let page = EditPage {
        layout: current_user.layout(Section::Secrets),
        segment: segment(&name),
        name,
        settings,
        errors,
    };
    dialog(&current_user.context, page.errors.status(), &page, &page.as_dialog())
}

/// The form with the current fields, except the value.
pub async fn edit_secret_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
) -> PageResult {
    let secret = state.control.find_secret(own(&current_user)?, &name).await?;
    edit_form(&current_user, name, SettingsForm::from(&secret.settings), FormErrors::default())
}

#[derive(serde::Deserialize)]
pub struct EditForm {
    #[serde(default)]
    value: Sensitive,
    #[serde(default)]
    line_endings: LineEndings,
    #[serde(default)]
    clear_value: bool,
    #[serde(flatten)]
    settings: SettingsForm,
}

/// Updates the fields that differ. An empty value keeps the stored one, unless `clear_value` is set.
pub async fn edit_secret(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
    Form(form): Form<EditForm>,
) -> PageResult {
    let secret = state.control.find_secret(own(&current_user)?, &name).await?;
    let value = normalize_line_endings(&form.value, form.line_endings);
    if form.clear_value && !value.is_empty() {
        let errors = FormErrors::field("value", "Either enter a new value or clear the saved one.");
        return edit_form(&current_user, name, form.settings, errors);
    }
    let value = (form.clear_value || !value.is_empty()).then_some(value);
    let changes = form.settings.changes_from(&SettingsForm::from(&secret.settings));
    match state.control.update_secret(own(&current_user)?, &name, value, &changes).await {
        Ok(_) => redirect_with_notice(
            &state,
            &current_user.context,
            LIST_PATH,
            &format!("Updated secret \"{name}\" successfully."),
        ),
        Err(error) => edit_form(&current_user, name, form.settings, FormErrors::of(error)?),
    }
}
