//! Where a browser comes from an app's host name to show who it is.

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

use super::subdomain::TICKET;
use crate::AppState;

/// The longest state that is believed.
const MAX_STATE: usize = 64;

/// Where to go back to.
#[derive(serde::Deserialize)]
pub struct RedirectQuery {
    redirect_uri: String,
    #[serde(default)]
    state: String,
}

/// Sends a browser back to an app of its user's, with a ticket for that app alone.
pub async fn auth_redirect(
    State(state): State<AppState>,
    AuthenticatedOrRedirect(caller): AuthenticatedOrRedirect,
    Query(query): Query<RedirectQuery>,
) -> Result<Response> {
    let refused =
        |detail: &str| HttpError::new(StatusCode::BAD_REQUEST, "Invalid redirect URI.").with_detail(detail);
    let mut back = Url::parse(&query.redirect_uri).map_err(|_| refused("redirect_uri is not a URL."))?;
    let hosts =
        state.apps.hosts.as_ref().ok_or_else(|| refused("Apps have no hostnames on this deployment."))?;
    let host = back.host_str().unwrap_or_default().to_owned();
    let wanted = hosts.app(&host).ok_or_else(|| refused("redirect_uri is not the URL of an app."))?;
    // To the very place where that host name's pages are: no other port or scheme, nobody's name in front.
    let expected = hosts.origin(&state.access_url, &host);
    let same = Url::parse(&expected).is_ok_and(|expected| expected.origin() == back.origin());
    if !same || !back.username().is_empty() || back.password().is_some() {
        return Err(refused("redirect_uri is not the origin of the app."));
    }
    let sound = query.state.len() <= MAX_STATE && query.state.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !sound {
        return Err(refused("state must consist of at most 64 letters and digits."));
    }
    state.control.enter_app(&caller, &wanted).await?;
    let scope = Scope::AppTicket { host: host.to_ascii_lowercase(), state: query.state };
    let (ticket, _) = state.control.issue_grant(&caller, &scope).await?;
    back.query_pairs_mut().append_pair(TICKET, &ticket.expose());
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_str(back.as_str()).map_err(HttpError::internal)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}
