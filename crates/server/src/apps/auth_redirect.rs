//! Log-in for apps with host names: a browser comes from the app's host name and returns with a ticket.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use coder_control::Scope;
use coder_http::{
    HttpError, Result,
    extract::{AuthenticatedOrRedirect, Query},
};
use url::Url;

use super::subdomain::TICKET_PARAM;
use crate::AppState;

/// The longest `state`, in bytes.
const MAX_STATE: usize = 64;

#[derive(serde::Deserialize)]
pub struct RedirectQuery {
    redirect_uri: String,
    #[serde(default)]
    state: String,
}

/// Redirects a browser back to an app, with a ticket that is valid for this app only. The caller has to own its workspace.
pub async fn auth_redirect(
    State(state): State<AppState>,
    AuthenticatedOrRedirect(caller): AuthenticatedOrRedirect,
    Query(query): Query<RedirectQuery>,
) -> Result<Response> {
    let invalid =
        |detail: &str| HttpError::new(StatusCode::BAD_REQUEST, "Invalid redirect URI.").with_detail(detail);
    let mut redirect_uri =
        Url::parse(&query.redirect_uri).map_err(|_| invalid("redirect_uri is not a URL."))?;
    let hosts =
        state.apps.hosts.as_ref().ok_or_else(|| invalid("Apps have no hostnames on this deployment."))?;
    let host = redirect_uri.host_str().unwrap_or_default().to_owned();
    let app = hosts.app(&host).ok_or_else(|| invalid("redirect_uri is not the URL of an app."))?;
    // The origin of the app exactly: no other scheme or port, no user info.
    let origin = hosts.origin(&state.access_url, &host);
    let is_same = Url::parse(&origin).is_ok_and(|origin| origin.origin() == redirect_uri.origin());
    if !is_same || !redirect_uri.username().is_empty() || redirect_uri.password().is_some() {
        return Err(invalid("redirect_uri is not the origin of the app."));
    }
    let is_valid =
        query.state.len() <= MAX_STATE && query.state.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_valid {
        return Err(invalid("state must consist of at most 64 letters and digits."));
    }
    let app = state.control.authorize_app(&caller, &app).await?;
    state.control.record_workspace_use(&app.workspace).await?;
    let scope = Scope::AppTicket { host: host.to_ascii_lowercase(), state: query.state };
    let (ticket, _) = state.control.issue_grant(&caller, &scope).await?;
    redirect_uri.query_pairs_mut().append_pair(TICKET_PARAM, &ticket.expose());
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers
        .insert(header::LOCATION, HeaderValue::from_str(redirect_uri.as_str()).map_err(HttpError::internal)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}
