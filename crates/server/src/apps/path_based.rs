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

#[derive(serde::Deserialize)]
pub struct AppPath {
    owner: String,
    workspace: String,
    slug: String,
}

/// Redirects to the app's root with a trailing slash, so that relative links resolve below it.
pub async fn add_trailing_slash(request: Request) -> Response {
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    match HeaderValue::from_str(&format!("{}/{query}", request.uri().path())) {
        Ok(location) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response(),
        Err(_) => HttpError::not_found().into_response(),
    }
}

/// Proxies a request to an app. The caller has to own its workspace.
pub async fn serve_path(
    State(state): State<AppState>,
    AuthenticatedOrRedirect(caller): AuthenticatedOrRedirect,
    ClientInfo(request_info): ClientInfo,
    Path(path): Path<AppPath>,
    request: Request,
) -> Result<Response> {
    if !state.apps.path_based {
        return Err(HttpError::new(StatusCode::FORBIDDEN, "Apps are not served under a path here.")
            .with_detail("Open the app under its own host name."));
    }
    let owner = path.owner.strip_prefix('@').ok_or_else(HttpError::not_found)?;
    let (workspace, agent) = match path.workspace.split_once('.') {
        Some((workspace, agent)) => (workspace, Some(agent.to_owned())),
        None => (path.workspace.as_str(), None),
    };
    let app_ref =
        AppRef { owner: owner.to_owned(), workspace: workspace.to_owned(), agent, slug: path.slug.clone() };
    let app = state.control.authorize_app(&caller, &app_ref).await?;
    let mux = access::authorize(&state, &caller, app.agent).await?;
    // Not decoded: apps may distinguish `%2F` from a slash.
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let (prefix, below) = split(path).ok_or_else(HttpError::not_found)?;
    let base = AppBase { path: prefix.to_owned(), scheme: state.access_url.scheme().to_owned() };
    let to = Destination { mux, app: app.url, base, below: below.to_owned(), client_ip: request_info.ip };
    forward(&state, caller, to, request).await
}

/// Splits behind `/@OWNER/WORKSPACE/apps/SLUG`.
fn split(path: &str) -> Option<(&str, &str)> {
    let (end, _) = path.match_indices('/').nth(4)?;
    path.split_at_checked(end)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn the_path_below_an_app_is_not_decoded() {
        assert_eq!(split("/@a/b.c/apps/web/"), Some(("/@a/b.c/apps/web", "/")));
        assert_eq!(split("/@a/b/apps/web/x%2Fy/?q=/z"), Some(("/@a/b/apps/web", "/x%2Fy/?q=/z")));
        assert_eq!(split("/@a/b/apps/web"), None);
    }
}
