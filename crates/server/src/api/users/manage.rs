//! Accounts of users.

use axum::{extract::State, http::StatusCode};
use coder_control::NewUser;
use coder_http::{
    Result,
    extract::{Authenticated, Json, Path, Query},
};
use coder_model::user::UserStatus;
use coder_wire::{
    deployment::Message,
    users::{
        CreateUserRequest, Organization, UpdatePasswordRequest, UpdateProfileRequest, UpdateRolesRequest, User,
        UsersResponse,
    },
};

use super::to_wire;
use crate::{AppState, api::pagination::PaginationQuery};

/// List users.
///
/// `q` is `status:active`, `status:dormant` or `status:suspended`, or part of a name or e-mail address. Callers without
/// a role see themselves only.
#[utoipa::path(get, path = "/api/v2/users", tag = "Users", params(PaginationQuery),
    responses((status = 200, body = UsersResponse)))]
pub async fn list_users(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(query): Query<PaginationQuery>,
) -> Result<Json<UsersResponse>> {
    let (users, count) = state.control.list_users(&caller, &query.q, query.pagination()).await?;
    let users = users.iter().map(|user| to_wire(&state.control, user)).collect();
    Ok(Json(UsersResponse { users, count }))
}

/// Create a user.
///
/// For owners and user admins.
#[utoipa::path(post, path = "/api/v2/users", tag = "Users", request_body = CreateUserRequest,
    responses((status = 201, body = User), (status = 409, body = coder_wire::ApiError)))]
pub async fn create_user(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Json(request): Json<CreateUserRequest>,
) -> Result<(StatusCode, Json<User>)> {
    let new = NewUser {
        email: request.email,
        username: request.username,
        name: request.name,
        password: request.password.into_inner(),
        status: request.user_status,
    };
    let user = state.control.create_user(&caller, new).await?;
    Ok((StatusCode::CREATED, Json(to_wire(&state.control, &user))))
}

/// Get a user by id, by username, or the caller as `me`.
///
/// Callers without a role see themselves only.
#[utoipa::path(get, path = "/api/v2/users/{user}", tag = "Users", params(("user" = String, Path)),
    responses((status = 200, body = User)))]
pub async fn get_user(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<Json<User>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    Ok(Json(to_wire(&state.control, &user)))
}

/// Delete a user with their keys and secrets.
///
/// Fails while they own workspaces. For owners and user admins; owners are deleted by owners only.
#[utoipa::path(delete, path = "/api/v2/users/{user}", tag = "Users", params(("user" = String, Path)),
    responses((status = 200, body = Message)))]
pub async fn delete_user(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<Json<Message>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    state.control.delete_user(&caller, &user).await?;
    Ok(Json(Message { message: "User has been deleted!".to_owned() }))
}

/// Suspend a user.
///
/// Their sessions, tokens and open connections end. The last owner and the caller cannot be suspended. For owners and
/// user admins; owners are suspended by owners only.
#[utoipa::path(put, path = "/api/v2/users/{user}/status/suspend", tag = "Users",
    params(("user" = String, Path)), responses((status = 200, body = User)))]
pub async fn suspend_user(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<Json<User>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let user = state.control.set_user_status(&caller, &user, UserStatus::Suspended).await?;
    Ok(Json(to_wire(&state.control, &user)))
}

/// Activate a suspended user.
///
/// They can log in again; old sessions and tokens stay revoked. For owners and user admins.
#[utoipa::path(put, path = "/api/v2/users/{user}/status/activate", tag = "Users",
    params(("user" = String, Path)), responses((status = 200, body = User)))]
pub async fn activate_user(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<Json<User>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let user = state.control.set_user_status(&caller, &user, UserStatus::Active).await?;
    Ok(Json(to_wire(&state.control, &user)))
}

/// Update the username and display name of a user.
///
/// Of the caller; of other users for owners and user admins.
#[utoipa::path(put, path = "/api/v2/users/{user}/profile", tag = "Users", params(("user" = String, Path)),
    request_body = UpdateProfileRequest,
    responses((status = 200, body = User), (status = 409, body = coder_wire::ApiError)))]
pub async fn update_profile(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
    Json(request): Json<UpdateProfileRequest>,
) -> Result<Json<User>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let user = state.control.update_profile(&caller, &user, &request.username, &request.name).await?;
    Ok(Json(to_wire(&state.control, &user)))
}

/// Change the password of a user.
///
/// Callers have to send their own old password. Other sessions and tokens of the user end. For other users: owners and
/// user admins.
#[utoipa::path(put, path = "/api/v2/users/{user}/password", tag = "Users", params(("user" = String, Path)),
    request_body = UpdatePasswordRequest, responses((status = 204)))]
pub async fn update_password(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
    Json(request): Json<UpdatePasswordRequest>,
) -> Result<StatusCode> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let (old, new) = (request.old_password.into_inner(), request.password.into_inner());
    state.control.change_password(&caller, &user, old, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Replace the roles of a user.
///
/// The deployment keeps at least one owner. For owners and user admins; `owner` is granted and removed by owners only.
#[utoipa::path(put, path = "/api/v2/users/{user}/roles", tag = "Users", params(("user" = String, Path)),
    request_body = UpdateRolesRequest, responses((status = 200, body = User)))]
pub async fn update_roles(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
    Json(request): Json<UpdateRolesRequest>,
) -> Result<Json<User>> {
    let user = state.control.user_by_ref(&caller, &user).await?;
    let user = state.control.set_user_roles(&caller, &user, &request.roles).await?;
    Ok(Json(to_wire(&state.control, &user)))
}

/// List the organizations of a user.
///
/// There is one.
#[utoipa::path(get, path = "/api/v2/users/{user}/organizations", tag = "Users",
    params(("user" = String, Path)), responses((status = 200, body = [Organization])))]
pub async fn list_organizations(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<Json<Vec<Organization>>> {
    state.control.user_by_ref(&caller, &user).await?;
    let deployment = state.control.deployment();
    Ok(Json(vec![Organization {
        id: deployment.organization.uuid(),
        name: "coder".to_owned(),
        display_name: "Coder".to_owned(),
        is_default: true,
        created_at: deployment.created_at.into(),
        updated_at: deployment.created_at.into(),
    }]))
}
