//! Importing a file of secrets, all or nothing.

use axum::{extract::State, http::StatusCode};
use coder_http::{
    Result,
    extract::{Authenticated, Json, Path},
};
use coder_wire::secrets::{ImportUserSecretsRequest, UserSecret};

use crate::AppState;

/// The largest body, in bytes: a file of 1 MiB with every byte escaped as `\u00xx`, and some more.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Import a file of secrets.
///
/// Creates every secret of the file, in its order, or none. At most 1 MiB. For the caller's own account only.
#[utoipa::path(post, path = "/api/v2/users/{user}/secrets/batch", tag = "Secrets",
    params(("user" = String, Path)), request_body = ImportUserSecretsRequest,
    responses((status = 201, body = [UserSecret]), (status = 400, body = coder_wire::ApiError),
        (status = 409, body = coder_wire::ApiError), (status = 413, body = coder_wire::ApiError)))]
pub async fn import_secrets(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
    Json(request): Json<ImportUserSecretsRequest>,
) -> Result<(StatusCode, Json<Vec<UserSecret>>)> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let permit = caller.change_secrets_of(&user)?;
    let secrets = state.control.import_secrets(permit, &request.format, request.content.into_inner()).await?;
    Ok((StatusCode::CREATED, Json(secrets.iter().map(UserSecret::from).collect())))
}
