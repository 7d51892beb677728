//! Create, list, get, update, delete.

use axum::{extract::State, http::StatusCode};
use coder_http::{
    Result,
    extract::{Authenticated, Json, Path},
};
use coder_wire::{
    Sensitive,
    secrets::{CreateUserSecretRequest, UpdateUserSecretRequest, UserSecret},
};

use crate::AppState;

/// Create a secret.
///
/// For the caller's own account only: administrators cannot create secrets of other users.
#[utoipa::path(post, path = "/api/v2/users/{user}/secrets", tag = "Secrets", params(("user" = String, Path)),
    request_body = CreateUserSecretRequest,
    responses((status = 201, body = UserSecret), (status = 400, body = coder_wire::ApiError),
        (status = 403, body = coder_wire::ApiError), (status = 409, body = coder_wire::ApiError)))]
pub async fn create_secret(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
    Json(request): Json<CreateUserSecretRequest>,
) -> Result<(StatusCode, Json<UserSecret>)> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let permit = caller.change_secrets_of(&user)?;
    let (name, value, settings) = request.into_parts();
    let secret = state.control.create_secret(permit, &name, value.into_inner(), &settings).await?;
    Ok((StatusCode::CREATED, Json(UserSecret::from(&secret))))
}

/// List secrets, ordered by name.
///
/// Values are never returned. For the caller's own account only.
#[utoipa::path(get, path = "/api/v2/users/{user}/secrets", tag = "Secrets", params(("user" = String, Path)),
    responses((status = 200, body = [UserSecret])))]
pub async fn list_secrets(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<Json<Vec<UserSecret>>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let secrets = state.control.list_secrets(caller.read_secrets_of(&user)?).await?;
    Ok(Json(secrets.iter().map(UserSecret::from).collect()))
}

/// Get a secret by name.
///
/// The value is never returned. For the caller's own account only.
#[utoipa::path(get, path = "/api/v2/users/{user}/secrets/{name}", tag = "Secrets",
    params(("user" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = UserSecret), (status = 404, body = coder_wire::ApiError)))]
pub async fn get_secret(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path((user, name)): Path<(String, String)>,
) -> Result<Json<UserSecret>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let secret = state.control.find_secret(caller.read_secrets_of(&user)?, &name).await?;
    Ok(Json(UserSecret::from(&secret)))
}

/// Update a secret.
///
/// Fields that are not in the body stay as they are; an empty string clears a field. For the caller's own account only.
#[utoipa::path(patch, path = "/api/v2/users/{user}/secrets/{name}", tag = "Secrets",
    params(("user" = String, Path), ("name" = String, Path)), request_body = UpdateUserSecretRequest,
    responses((status = 200, body = UserSecret), (status = 400, body = coder_wire::ApiError),
        (status = 404, body = coder_wire::ApiError), (status = 409, body = coder_wire::ApiError)))]
pub async fn update_secret(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path((user, name)): Path<(String, String)>,
    Json(request): Json<UpdateUserSecretRequest>,
) -> Result<Json<UserSecret>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let permit = caller.change_secrets_of(&user)?;
    let (value, settings) = request.into_parts();
    let value = value.map(Sensitive::into_inner);
    let secret = state.control.update_secret(permit, &name, value, &settings).await?;
    Ok(Json(UserSecret::from(&secret)))
}

/// Delete a secret.
///
/// Files that were already written to workspaces stay. For the caller's own account only.
#[utoipa::path(delete, path = "/api/v2/users/{user}/secrets/{name}", tag = "Secrets",
    params(("user" = String, Path), ("name" = String, Path)),
    responses((status = 204), (status = 404, body = coder_wire::ApiError)))]
pub async fn delete_secret(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path((user, name)): Path<(String, String)>,
) -> Result<StatusCode> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    // `read`: secrets of other users are not found rather than forbidden.
    state.control.delete_secret(caller.read_secrets_of(&user)?, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
