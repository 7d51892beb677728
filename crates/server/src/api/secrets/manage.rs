//! Create, list, show, update, delete.

use axum::{extract::State, http::StatusCode};
use coder_http::{
    Result,
    extract::{Authenticated, Json, Path},
};
use coder_model::secret::{RawPatch, RawSecret};
use coder_wire::{
    Sensitive,
    secrets::{CreateUserSecretRequest, UpdateUserSecretRequest, UserSecret},
};

use super::to_wire;
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
    let raw = RawSecret {
        name: request.name,
        value: request.value.into_inner(),
        description: request.description,
        env_name: request.env_name,
        file_path: request.file_path,
        enabled: request.enabled,
    };
    let secret = state.control.create_secret(permit, raw).await?;
    Ok((StatusCode::CREATED, Json(to_wire(&secret))))
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
    Ok(Json(secrets.iter().map(to_wire).collect()))
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
    Ok(Json(to_wire(&state.control.find_secret(caller.read_secrets_of(&user)?, &name).await?)))
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
    let raw = RawPatch {
        value: request.value.map(Sensitive::into_inner),
        description: request.description,
        env_name: request.env_name,
        file_path: request.file_path,
        enabled: request.enabled,
    };
    Ok(Json(to_wire(&state.control.update_secret(permit, &name, raw).await?)))
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
