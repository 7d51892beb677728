//! Apps under a path of the server: `/@OWNER/WORKSPACE.AGENT/apps/SLUG/`.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use coder_control::AppRef;
use coder_http::{
    HttpError, Result,
    extract::{AuthenticatedOrRedirect, ClientInfo, Path},
};

use super::{
    headers::AppBase,
    proxy::{Destination, forward},
};
use crate::{AppState, agents::access};

/// Where the app is: the parameters of the path.
#[derive(serde::Deserialize)]
pub struct AppPath {
    owner: String,
    workspace: String,
    slug: String,
}

/// An app's root has a slash at its end: what it links to is seen from there.
pub async fn add_trailing_slash(request: Request) -> Response {
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    match HeaderValue::from_str(&format!("{}/{query}", request.uri().path())) {
        Ok(location) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response(),
        Err(_) => HttpError::not_found().into_response(),
    }
}

/// Carries a request to an app of the caller's.
pub async fn serve_path(
    State(state): State<AppState>,
    AuthenticatedOrRedirect(caller): AuthenticatedOrRedirect,
    ClientInfo(request_info): ClientInfo,
    Path(at): Path<AppPath>,
    request: Request,
) -> Result<Response> {
    if !state.apps.path_based {
        return Err(HttpError::new(StatusCode::FORBIDDEN, "Apps are not served under a path here.")
            .with_detail("Open the app under its own host name."));
    }
    let owner = at.owner.strip_prefix('@').ok_or_else(HttpError::not_found)?;
    let (workspace, agent) = match at.workspace.split_once('.') {
        Some((workspace, agent)) => (workspace, Some(agent.to_owned())),
        None => (at.workspace.as_str(), None),
    };
    let wanted =
        AppRef { owner: owner.to_owned(), workspace: workspace.to_owned(), agent, slug: at.slug.clone() };
    let (agent, _, app) = state.control.enter_app(&caller, &wanted).await?;
    let mux = access::authorize(&state, &caller, agent).await?;
    // As it was asked for, not decoded: an app may tell `%2F` from a slash.
    let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
    let (prefix, below) = split(asked).ok_or_else(HttpError::not_found)?;
    let base = AppBase { path: prefix.to_owned(), scheme: state.access_url.scheme().to_owned() };
    let to = Destination { mux, app, base, below: below.to_owned(), from: request_info.ip };
    forward(&state, caller, to, request).await
}

/// Splits behind `/@OWNER/WORKSPACE/apps/SLUG`.
fn split(asked: &str) -> Option<(&str, &str)> {
    let (at, _) = asked.match_indices('/').nth(4)?;
    asked.split_at_checked(at)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn what_is_below_an_app_stays_as_it_was_asked_for() {
        assert_eq!(split("/@a/b.c/apps/web/"), Some(("/@a/b.c/apps/web", "/")));
        assert_eq!(split("/@a/b/apps/web/x%2Fy/?q=/z"), Some(("/@a/b/apps/web", "/x%2Fy/?q=/z")));
        assert_eq!(split("/@a/b/apps/web"), None);
    }
}
