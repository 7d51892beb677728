//! Create, list, show, update, delete.

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

/// Keeps a new secret.
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

/// All secrets, by name.
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

/// A secret by name.
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

/// Changes what the body names; an empty string clears a field.
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

/// Deletes a secret.
#[utoipa::path(delete, path = "/api/v2/users/{user}/secrets/{name}", tag = "Secrets",
    params(("user" = String, Path), ("name" = String, Path)),
    responses((status = 204), (status = 404, body = coder_wire::ApiError)))]
pub async fn delete_secret(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path((user, name)): Path<(String, String)>,
) -> Result<StatusCode> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    // Somebody else's secrets do not exist for the caller, so there is nothing to forbid.
    state.control.delete_secret(caller.read_secrets_of(&user)?, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
