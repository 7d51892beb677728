//! Session keys and API tokens.

use std::time::Duration;

use axum::{extract::State, http::StatusCode};
use coder_control::{IssuedKey, NewToken};
use coder_http::{
    HttpError, Result,
    extract::{Authenticated, Json, Path, Query},
};
use coder_model::token;
use coder_wire::{
    Sensitive,
    users::{ApiKey, CreateTokenRequest, GenerateApiKeyResponse},
};

use crate::AppState;

fn to_wire(key: &token::ApiKey) -> ApiKey {
    ApiKey {
        id: key.id.to_string(),
        user_id: key.user.uuid(),
        token_name: key.name.clone(),
        login_type: key.kind.as_str().to_owned(),
        scope: "all".to_owned(),
        lifetime_seconds: key.lifetime.as_secs(),
        created_at: key.created_at.into(),
        updated_at: key.updated_at.into(),
        last_used: key.last_used.into(),
        expires_at: key.expires_at.into(),
    }
}

fn created(issued: &IssuedKey) -> (StatusCode, Json<GenerateApiKeyResponse>) {
    (StatusCode::CREATED, Json(GenerateApiKeyResponse { key: Sensitive::new(issued.token.expose()) }))
}

/// Create a session key.
///
/// For the caller's own account only.
#[utoipa::path(post, path = "/api/v2/users/{user}/keys", tag = "Keys", params(("user" = String, Path)),
    responses((status = 201, body = GenerateApiKeyResponse)))]
pub async fn create_session_key(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<(StatusCode, Json<GenerateApiKeyResponse>)> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    Ok(created(&state.control.create_session_key(&caller, &user).await?))
}

/// Create an API token.
///
/// For the caller's own account only. The lifetime is given in nanoseconds, at most 366 days; without one it is 30
/// days. The token is returned once and cannot be read again.
#[utoipa::path(post, path = "/api/v2/users/{user}/keys/tokens", tag = "Keys", params(("user" = String, Path)),
    request_body = CreateTokenRequest, responses((status = 201, body = GenerateApiKeyResponse)))]
pub async fn create_token(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
    Json(request): Json<CreateTokenRequest>,
) -> Result<(StatusCode, Json<GenerateApiKeyResponse>)> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let lifetime = u64::try_from(request.lifetime).map_err(|_| {
        HttpError::from(coder_control::Error::invalid_field("lifetime", "Lifetime must be more than zero."))
    })?;
    let lifetime = (lifetime > 0).then(|| Duration::from_nanos(lifetime));
    let new = NewToken { name: request.token_name, lifetime };
    Ok(created(&state.control.create_token(&caller, &user, new).await?))
}

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TokensQuery {
    /// The tokens of all users. For owners and auditors.
    #[serde(default)]
    include_all: bool,
    /// Include expired tokens.
    #[serde(default)]
    include_expired: bool,
}

/// List API tokens.
///
/// Of the caller; of other users for owners, user admins and auditors.
#[utoipa::path(get, path = "/api/v2/users/{user}/keys/tokens", tag = "Keys",
    params(("user" = String, Path), TokensQuery), responses((status = 200, body = [ApiKey])))]
pub async fn list_tokens(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
    Query(query): Query<TokensQuery>,
) -> Result<Json<Vec<ApiKey>>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let keys = state.control.list_tokens(&caller, &user, query.include_all, query.include_expired).await?;
    Ok(Json(keys.iter().map(to_wire).collect()))
}

/// Get an API token by name.
///
/// Of the caller; of other users for owners and user admins.
#[utoipa::path(get, path = "/api/v2/users/{user}/keys/tokens/{name}", tag = "Keys",
    params(("user" = String, Path), ("name" = String, Path)), responses((status = 200, body = ApiKey)))]
pub async fn get_token(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path((user, name)): Path<(String, String)>,
) -> Result<Json<ApiKey>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    Ok(Json(to_wire(&state.control.find_key(&caller, &user, &name).await?)))
}

/// Get a session key or API token by id.
///
/// Of the caller; of other users for owners and user admins.
#[utoipa::path(get, path = "/api/v2/users/{user}/keys/{id}", tag = "Keys",
    params(("user" = String, Path), ("id" = String, Path)), responses((status = 200, body = ApiKey)))]
pub async fn get_key(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path((user, id)): Path<(String, String)>,
) -> Result<Json<ApiKey>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    Ok(Json(to_wire(&state.control.find_key(&caller, &user, &id).await?)))
}

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeleteQuery {
    /// Expire the key instead of deleting it: it stays in lists.
    #[serde(default)]
    expire: bool,
}

/// Delete or expire a session key or API token.
///
/// Its connections are closed. Of the caller; of other users for owners and user admins, of owners for owners only.
#[utoipa::path(delete, path = "/api/v2/users/{user}/keys/{id}", tag = "Keys",
    params(("user" = String, Path), ("id" = String, Path), DeleteQuery), responses((status = 204)))]
pub async fn delete_key(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path((user, id)): Path<(String, String)>,
    Query(query): Query<DeleteQuery>,
) -> Result<StatusCode> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    if query.expire {
        state.control.expire_key(&caller, &user, &id).await?;
    } else {
        state.control.delete_key(&caller, &user, &id).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
