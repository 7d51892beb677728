//! Set-up, log-in, log-out, and tokens for the command line.

mod cli_auth;
mod index;
mod log_in;
mod log_out;
mod set_up;

pub use cli_auth::{cli_auth, create_cli_token};
pub use index::index;
pub use log_in::{log_in, log_in_page};
pub use log_out::log_out;
pub use set_up::{set_up, set_up_page};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use coder_control::RequestInfo;
use coder_http::{HttpError, Result};
use zeroize::Zeroizing;

use crate::{
    DashboardState, csrf,
    page_context::PageContext,
    response::{PageResult, redirect},
};

/// Gives a visitor without any cookie a visitor cookie, so that their forms can have a CSRF token. Returns the `Set-Cookie`
/// header.
fn ensure_csrf_cookie(state: &DashboardState, context: &mut PageContext) -> Result<Option<HeaderValue>> {
    if !context.csrf_token.is_empty() {
        return Ok(None);
    }
    let (cookie, token) = csrf::new_visitor(state)?;
    context.csrf_token = token;
    Ok(Some(cookie))
}

fn with_cookie(page: PageResult, cookie: Option<HeaderValue>) -> PageResult {
    let mut response = page?;
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Logs in and redirects to `to`.
async fn start_session(
    state: &DashboardState,
    email: &str,
    password: Zeroizing<String>,
    request_info: &RequestInfo,
    to: &str,
) -> std::result::Result<Response, coder_control::Error> {
    let session = state.control.log_in(email, password, request_info).await?;
    let cookie = state
        .cookies
        .session(&session.token.expose())
        .map_err(|error| coder_control::Error::internal(error.body().message.clone()))?;
    let mut response = redirect(to);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `to` if it is a path of this server, else `/`.
fn safe_redirect(to: &str) -> &str {
    let is_own = to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains('\\')
        && to.chars().all(|character| character.is_ascii_graphic());
    if is_own { to } else { "/" }
}

/// The log-in page after a wrong password.
fn unauthorized(page: PageResult) -> PageResult {
    let mut response = page?;
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    Ok(response)
}

/// The error of a second set-up.
fn already_set_up() -> HttpError {
    HttpError::new(StatusCode::CONFLICT, "The initial user has already been created.")
        .with_detail("Sign in instead.")
}

#[cfg(test)]
mod tests {
    use super::safe_redirect;

    #[test]
    fn log_in_leads_to_our_own_pages_only() {
        for own in ["/", "/workspaces", "/@ada/dev.main/terminal?app=web", "/cli-auth"] {
            assert_eq!(safe_redirect(own), own);
        }
        for other in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "javascript:alert(1)"]
        {
            assert_eq!(safe_redirect(other), "/", "{other}");
        }
    }
}
