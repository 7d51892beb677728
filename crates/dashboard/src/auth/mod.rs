//! Coming in and going out.

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
use coder_control::{RequestInfo, csrf_token};
use coder_http::{HttpError, Result};
use zeroize::Zeroizing;

use super::{
    page_context::{PageContext, VISITOR_COOKIE},
    response::{PageResult, redirect},
};
use crate::DashboardState;

/// Makes sure that a visitor who is not signed in has a cookie that forms can be bound to; the header that sets it, if one
/// was made.
fn ensure_csrf_cookie(state: &DashboardState, context: &mut PageContext) -> Result<Option<HeaderValue>> {
    if !context.csrf_token.is_empty() {
        return Ok(None);
    }
    let cookie = format!("{:032x}", rand::random::<u128>());
    context.csrf_token = csrf_token(&cookie);
    state.cookies.strict(VISITOR_COOKIE, &cookie, None).map(Some)
}

/// Adds that header to an answer.
fn with_cookie(answer: PageResult, cookie: Option<HeaderValue>) -> PageResult {
    let mut response = answer?;
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Signs somebody in and sends them on.
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
        .map_err(|failure| coder_control::Error::internal(failure.body().message.clone()))?;
    let mut response = redirect(to);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// A place of ours to go to; the beginning when it is somebody else's.
fn safe_redirect(to: &str) -> &str {
    let own = to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains('\\')
        && to.chars().all(|character| character.is_ascii_graphic());
    if own { to } else { "/" }
}

/// A form that does not let anybody in.
fn unauthorized(answer: PageResult) -> PageResult {
    let mut response = answer?;
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    Ok(response)
}

/// The refusal for a second first user.
fn is_set_up() -> HttpError {
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
