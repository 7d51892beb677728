//! Account → Appearance.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
};
use coder_http::HttpError;
use cookie::time::Duration;

use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    form::Form,
    layout::{Layout, Section},
    response::{PageResult, page, redirect_with_notice},
    theme::{COOKIE, Theme},
};

const PATH: &str = "/settings/appearance";
const COOKIE_MAX_AGE: Duration = Duration::days(365);

#[derive(Template)]
#[template(path = "account/appearance.html")]
struct AppearancePage {
    layout: Layout,
}

pub async fn appearance_page(current_user: CurrentUser) -> PageResult {
    page(&AppearancePage { layout: current_user.layout(Section::Appearance) })
}

#[derive(serde::Deserialize)]
pub struct AppearanceForm {
    theme: String,
}

/// Stores the theme in the browser.
pub async fn choose_appearance(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Form(form): Form<AppearanceForm>,
) -> PageResult {
    let Some(theme) = Theme::parse(&form.theme) else {
        return Err(HttpError::new(StatusCode::BAD_REQUEST, "Unknown theme.").into());
    };
    let mut response = redirect_with_notice(&state, &current_user.context, PATH, "Saved for this browser.")?;
    response
        .headers_mut()
        .append(header::SET_COOKIE, state.cookies.strict(COOKIE, theme.as_str(), Some(COOKIE_MAX_AGE))?);
    Ok(response)
}
