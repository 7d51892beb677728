//! Account → Appearance.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
};

use crate::{
    AppState,
    cookies::strict_cookie,
    dashboard::{
        answer::{Answer, done, page},
        form::Form,
        frame::{Frame, Section},
        shown::filters,
        theme::{COOKIE, Theme},
        visit::Member,
    },
    error::HttpError,
};

/// Where the page is.
const HERE: &str = "/settings/appearance";
/// How long a browser keeps the choice: a year.
const KEPT: &str = "; Max-Age=31536000";

#[derive(Template)]
#[template(path = "account/appearance.html")]
struct AppearancePage {
    frame: Frame,
}

/// The choice of a theme.
pub async fn appearance_page(member: Member) -> Answer {
    page(&AppearancePage { frame: member.frame(Section::Appearance) })
}

/// What was chosen.
#[derive(serde::Deserialize)]
pub struct AppearanceForm {
    theme: String,
}

/// Keeps the choice in this browser.
pub async fn choose_appearance(
    State(state): State<AppState>,
    member: Member,
    Form(form): Form<AppearanceForm>,
) -> Answer {
    let Some(theme) = Theme::parse(&form.theme) else {
        return Err(HttpError::new(StatusCode::BAD_REQUEST, "There is no such theme.").into());
    };
    let mut response = done(&state, &member.visit, HERE, "Saved for this browser.")?;
    response.headers_mut().append(header::SET_COOKIE, strict_cookie(&state, COOKIE, theme.as_str(), KEPT)?);
    Ok(response)
}
