//! Log-in and log-out.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use coder_http::{
    Result,
    extract::{Authenticated, ClientInfo, Json},
};
use coder_wire::{
    Sensitive,
    deployment::Message,
    users::{LoginRequest, LoginResponse},
};

use crate::AppState;

/// Log in with e-mail address and password.
///
/// Returns a session token, and sets it as a cookie. After 20 failed attempts for an account from one address within a
/// minute, further ones are rejected.
#[utoipa::path(
    post,
    path = "/api/v2/users/login",
    tag = "Users",
    request_body = LoginRequest,
    responses((status = 201, body = LoginResponse), (status = 401, body = coder_wire::ApiError))
)]
pub async fn login(
    State(state): State<AppState>,
    ClientInfo(request_info): ClientInfo,
    Json(request): Json<LoginRequest>,
) -> Result<impl IntoResponse> {
    let issued = state.control.log_in(&request.email, request.password.into_inner(), &request_info).await?;
    let token = issued.token.expose();
    let cookie = state.cookies.session(&token)?;
    Ok((
        StatusCode::CREATED,
        AppendHeaders([(header::SET_COOKIE, cookie)]),
        Json(LoginResponse { session_token: Sensitive::new(token) }),
    ))
}

/// End the session of the request's token.
#[utoipa::path(post, path = "/api/v2/users/logout", tag = "Users", responses((status = 200, body = Message)))]
pub async fn logout(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
) -> Result<impl IntoResponse> {
    state.control.log_out(&caller).await?;
    let cookie = state.cookies.clear_session()?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Json(Message { message: "Logged out!".to_owned() })))
}
