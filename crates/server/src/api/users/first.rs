//! The first user.

use axum::{extract::State, http::StatusCode};
use coder_control::NewUser;
use coder_http::{
    HttpError, Result,
    extract::{ClientInfo, Json},
};
use coder_wire::{
    deployment::Message,
    users::{CreateFirstUserRequest, CreateFirstUserResponse},
};

use crate::AppState;

/// Check whether the first user exists.
///
/// Needs no token. Returns 404 if not.
#[utoipa::path(
    get,
    path = "/api/v2/users/first",
    tag = "Users",
    responses((status = 200, body = Message), (status = 404, body = coder_wire::ApiError))
)]
pub async fn has_first_user(State(state): State<AppState>) -> Result<Json<Message>> {
    if state.control.has_users().await? {
        Ok(Json(Message { message: "The initial user has already been created!".to_owned() }))
    } else {
        Err(HttpError::new(StatusCode::NOT_FOUND, "The initial user has not been created!"))
    }
}

/// Create the first user, who owns the deployment.
///
/// Needs no token. Works once.
#[utoipa::path(
    post,
    path = "/api/v2/users/first",
    tag = "Users",
    request_body = CreateFirstUserRequest,
    responses((status = 201, body = CreateFirstUserResponse), (status = 400, body = coder_wire::ApiError),
        (status = 409, body = coder_wire::ApiError))
)]
pub async fn create_first_user(
    State(state): State<AppState>,
    ClientInfo(request_info): ClientInfo,
    Json(request): Json<CreateFirstUserRequest>,
) -> Result<(StatusCode, Json<CreateFirstUserResponse>)> {
    let new = NewUser {
        email: request.email,
        username: request.username,
        name: request.name,
        password: request.password.into_inner(),
        status: None,
    };
    let user = state.control.create_first_user(new, &request_info).await?;
    let organization_id = state.control.deployment().organization.uuid();
    Ok((StatusCode::CREATED, Json(CreateFirstUserResponse { user_id: user.id.uuid(), organization_id })))
}
