//! Apps with host names of their own, and so with origins of their own.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use coder_control::{AppHosts, Caller, Scope};
use coder_http::{
    HttpError, Result,
    cookies::cookie,
    extract::{header_token, is_navigation, is_same_origin, is_state_changing, request_info},
};
use cookie::time::Duration;
use url::form_urlencoded;

use super::{
    headers::AppBase,
    proxy::{Destination, forward},
};
use crate::{AppState, agents::access};

/// The session of an app's host name.
const SESSION_COOKIE: &str = "coder_app_session";
/// Binds a ticket to the browser that was redirected to log-in.
const STATE_COOKIE: &str = "coder_app_state";
/// The query parameter with the ticket.
pub const TICKET_PARAM: &str = "coder_app_ticket";

/// Middleware: proxies requests for an app's host name and passes on all others.
pub async fn serve_subdomain(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).or(request.uri().host());
    let host = host.unwrap_or_default().to_owned();
    match &state.apps.hosts {
        Some(hosts) if hosts.contains(&host) => match handle(&state, hosts, &host, request).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        },
        _ => next.run(request).await,
    }
}

async fn handle(state: &AppState, hosts: &AppHosts, host: &str, request: Request) -> Result<Response> {
    let app_ref = hosts.app(host).ok_or_else(HttpError::not_found)?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase();
    let (parts, body) = request.into_parts();
    let (ticket, path) = without_ticket(&parts);
    let caller = match (ticket, authenticate(state, &name, &parts).await?) {
        (Some(ticket), _) => return exchange_ticket(state, &name, &parts, &ticket, &path).await,
        (None, Some(caller)) => caller,
        (None, None) if is_navigation(&parts) => {
            return redirect_to_login(state, &format!("{}{path}", hosts.origin(&state.access_url, host)));
        }
        (None, None) => {
            return Err(HttpError::new(StatusCode::UNAUTHORIZED, "You are not signed in to this app.")
                .with_detail("Open it in a browser, or send a token in the Coder-Session-Token header."));
        }
    };
    let app = state.control.authorize_app(&caller, &app_ref).await?;
    let mux = access::authorize(state, &caller, app.agent).await?;
    let base = AppBase { path: String::new(), scheme: state.access_url.scheme().to_owned() };
    let to = Destination { mux, app: app.url, base, below: path, client_ip: request_info(&parts).ip };
    forward(state, caller, to, Request::from_parts(parts, body)).await
}

/// The caller, by a token in a header or the session cookie of this host name.
async fn authenticate(state: &AppState, host: &str, parts: &Parts) -> Result<Option<Caller>> {
    if let Some(token) = header_token(&parts.headers)
        && parts.headers.contains_key(coder_wire::TOKEN_HEADER)
    {
        return Ok(Some(state.control.authenticate(Some(token), request_info(parts)).await?));
    }
    let Some(token) = cookie(&parts.headers, SESSION_COOKIE) else { return Ok(None) };
    if is_state_changing(parts) && !is_same_origin(&parts.headers) {
        return Err(HttpError::new(StatusCode::FORBIDDEN, "The request comes from another site."));
    }
    let scope = Scope::AppSession { host: host.to_owned() };
    // An expired session is the same as none: the browser is redirected to log-in.
    Ok(state.control.authenticate_grant(token, &scope, request_info(parts)).await.ok())
}

/// Redirects to the server's log-in, which redirects to `return_to` with a ticket.
fn redirect_to_login(state: &AppState, return_to: &str) -> Result<Response> {
    let nonce = hex(&rand::random::<[u8; 16]>());
    let mut to = state.access_url.clone();
    if let Ok(mut path) = to.path_segments_mut() {
        path.pop_if_empty().extend(["api", "v2", "applications", "auth-redirect"]);
    }
    to.query_pairs_mut().append_pair("redirect_uri", return_to).append_pair("state", &nonce);
    redirect(to.as_str(), [state.cookies.lax(STATE_COOKIE, &nonce, Duration::minutes(5))?])
}

/// Exchanges a ticket for a session of this host name, and redirects to the URL without the ticket.
async fn exchange_ticket(
    state: &AppState,
    host: &str,
    parts: &Parts,
    ticket: &str,
    path: &str,
) -> Result<Response> {
    let nonce = cookie(&parts.headers, STATE_COOKIE).unwrap_or_default().to_owned();
    let scope = Scope::AppTicket { host: host.to_owned(), state: nonce };
    let caller = state.control.redeem_grant(ticket, &scope, request_info(parts)).await?;
    let (session, _) = state.control.issue_grant(&caller, &Scope::AppSession { host: host.to_owned() }).await?;
    let cookies = [
        state.cookies.lax(SESSION_COOKIE, &session.expose(), Duration::days(1))?,
        state.cookies.lax(STATE_COOKIE, "", Duration::ZERO)?,
    ];
    redirect(path, cookies)
}

fn redirect(to: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Result<Response> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_str(to).map_err(|_| HttpError::not_found())?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The ticket of a request, and the path and query without it. Leading slashes are merged: `//host` would be another origin.
fn without_ticket(parts: &Parts) -> (Option<String>, String) {
    let path = format!("/{}", parts.uri.path().trim_start_matches('/'));
    let Some(query) = parts.uri.query() else { return (None, path) };
    let is_ticket = |pair: &&str| pair.split('=').next() == Some(TICKET_PARAM);
    let ticket = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == TICKET_PARAM);
    let rest: Vec<&str> = query.split('&').filter(|pair| !is_ticket(pair)).collect();
    let path = if rest.is_empty() { path } else { format!("{path}?{}", rest.join("&")) };
    (ticket.map(|(_, ticket)| ticket.into_owned()), path)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
