//! Importing a file of secrets, all or nothing.

use axum::{
    extract::{Multipart, State},
    http::HeaderMap,
};
use coder_http::HttpError;
use coder_model::secret::Secret;
use zeroize::Zeroizing;

use super::{LIST_PATH, create::after_import, own};
use crate::{
    DashboardState, csrf,
    current_user::CurrentUser,
    form_errors::FormErrors,
    response::{PageError, PageResult, redirect_with_notice},
};

/// The uploaded file.
struct Upload {
    name: String,
    content: Zeroizing<Vec<u8>>,
}

/// Imports every secret of the file, or none.
pub async fn import_secrets(
    State(state): State<DashboardState>,
    headers: HeaderMap,
    current_user: CurrentUser,
    fields: Multipart,
) -> PageResult {
    let Upload { name, content } = read_upload(&headers, fields).await?;
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let format = match extension.as_deref() {
        Some("env") => "env",
        Some("json") => "json",
        Some("yaml" | "yml") => "yaml",
        _ => {
            let message = "Unsupported file type. Import a .env, .json, .yaml, or .yml file.";
            return after_import(&current_user, FormErrors::form(message));
        }
    };
    let Ok(text) = std::str::from_utf8(&content) else {
        return after_import(&current_user, FormErrors::form("The file must contain valid UTF-8."));
    };
    let text = Zeroizing::new(text.to_owned());
    match state.control.import_secrets(own(&current_user)?, format, text).await {
        Ok(imported) => redirect_with_notice(&state, &current_user.context, LIST_PATH, &summary(&imported)),
        Err(error) => after_import(&current_user, FormErrors::of(error)?),
    }
}

/// Reads the form. The CSRF token has to come before the file.
async fn read_upload(headers: &HeaderMap, mut fields: Multipart) -> Result<Upload, PageError> {
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        HttpError::new(error.status(), "The file could not be read.")
            .with_detail("Import a file of 1 MiB or smaller, and try again.")
    };
    let mut checked = false;
    while let Some(field) = fields.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some(csrf::FIELD) => {
                csrf::check(headers, &field.text().await.map_err(unreadable)?)?;
                checked = true;
            }
            Some("file") if checked => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let content = field.bytes().await.map_err(unreadable)?;
                return Ok(Upload { name, content: Zeroizing::new(content.to_vec()) });
            }
            _ => {}
        }
    }
    csrf::check(headers, "")?;
    Ok(Upload { name: String::new(), content: Zeroizing::default() })
}

fn summary(imported: &[Secret]) -> String {
    let count = match imported.len() {
        1 => "Imported 1 secret.".to_owned(),
        count => format!("Imported {count} secrets."),
    };
    let without_env_name: Vec<String> = imported
        .iter()
        .filter(|secret| secret.settings.env_name.is_none())
        .map(|secret| format!("\"{}\"", secret.name))
        .collect();
    if without_env_name.is_empty() {
        count
    } else {
        format!("{count} Without an environment variable name: {}.", without_env_name.join(", "))
    }
}
