//! Importing a file of secrets, all or nothing.

use axum::{
    extract::{Multipart, State},
    http::HeaderMap,
};
use coder_http::HttpError;
use coder_model::secret::Secret;
use zeroize::Zeroizing;

use super::{LIST_PATH, add::after_import, own};
use crate::{
    DashboardState, csrf,
    current_user::CurrentUser,
    form_errors::FormErrors,
    response::{PageError, PageResult, redirect_with_notice},
};

/// A file that was sent.
struct Upload {
    name: String,
    content: Zeroizing<Vec<u8>>,
}

/// Keeps every secret of the file, or none.
pub async fn import_secrets(
    State(state): State<DashboardState>,
    headers: HeaderMap,
    current_user: CurrentUser,
    fields: Multipart,
) -> PageResult {
    let Upload { name, content } = read(&headers, fields).await?;
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let format = match extension.as_deref() {
        Some("env") => "env",
        Some("json") => "json",
        Some("yaml" | "yml") => "yaml",
        _ => {
            let unknown = "Unsupported file type. Import a .env, .json, .yaml, or .yml file.";
            return after_import(&current_user, FormErrors::form(unknown));
        }
    };
    let Ok(text) = std::str::from_utf8(&content) else {
        return after_import(&current_user, FormErrors::form("The file must contain valid UTF-8."));
    };
    let text = Zeroizing::new(text.to_owned());
    match state.control.import_secrets(own(&current_user)?, format, text).await {
        Ok(made) => redirect_with_notice(&state, &current_user.context, LIST_PATH, &summary(&made)),
        Err(error) => after_import(&current_user, FormErrors::of(error)?),
    }
}

/// Reads the form, whose token comes before the file.
async fn read(headers: &HeaderMap, mut fields: Multipart) -> Result<Upload, PageError> {
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

fn summary(made: &[Secret]) -> String {
    let count = match made.len() {
        1 => "Imported 1 secret.".to_owned(),
        count => format!("Imported {count} secrets."),
    };
    let bare: Vec<String> = made
        .iter()
        .filter(|secret| secret.settings.env_name.is_none())
        .map(|secret| format!("\"{}\"", secret.name))
        .collect();
    if bare.is_empty() {
        count
    } else {
        format!("{count} Without an environment variable name: {}.", bare.join(", "))
    }
}
