//! Templates. An archive is uploaded, a version created from it, and the version becomes a template or its active version.

use axum::{body::Bytes, extract::State, http::StatusCode};
use coder_control::NewTemplate;
use coder_http::{
    Result,
    extract::{Authenticated, Json, Path},
};
use coder_model::template::{Definition, TemplateDetails, TemplateVersionDetails};
use coder_wire::{
    deployment::Message,
    templates::{
        CreateTemplateRequest, CreateTemplateVersionRequest, MinimalUser, Template, TemplateVersion,
        UpdateActiveTemplateVersionRequest, UploadResponse,
    },
    workspaces::ProvisionerJob,
};
use uuid::Uuid;

use crate::AppState;

/// The largest archive, in bytes.
pub const MAX_ARCHIVE_BYTES: usize = 10 * 1024 * 1024;

fn to_wire(state: &AppState, details: &TemplateDetails) -> Template {
    let template = &details.template;
    Template {
        id: template.id.uuid(),
        organization_id: state.control.deployment().organization.uuid(),
        name: template.name.as_str().to_owned(),
        display_name: template.display_name.clone(),
        description: template.description.clone(),
        icon: template.icon.clone(),
        provisioner: Definition::parse(&details.definition)
            .map(|definition| definition.provisioner.as_str().to_owned())
            .unwrap_or_default(),
        active_version_id: template.active_version.uuid(),
        active_workspace_count: details.workspaces,
        created_by_id: template.created_by.uuid(),
        created_by_name: details.created_by_name.clone(),
        created_at: template.created_at.into(),
        updated_at: template.updated_at.into(),
    }
}

fn version_to_wire(state: &AppState, details: &TemplateVersionDetails) -> TemplateVersion {
    let version = &details.version;
    TemplateVersion {
        id: version.id.uuid(),
        template_id: version.template.map(coder_model::TemplateId::uuid),
        organization_id: state.control.deployment().organization.uuid(),
        name: version.name.clone(),
        created_by: MinimalUser { id: version.created_by.uuid(), username: details.created_by_name.clone() },
        created_at: version.created_at.into(),
        updated_at: version.created_at.into(),
        job: ProvisionerJob {
            id: version.id.uuid(),
            status: "succeeded".to_owned(),
            error: String::new(),
            r#type: "template_version_import".to_owned(),
            file_id: version.file.uuid(),
            created_at: version.created_at.into(),
            started_at: Some(version.created_at.into()),
            completed_at: Some(version.created_at.into()),
            canceled_at: None,
        },
    }
}

/// Upload a template archive.
///
/// A tar of the template's directory, at most 10 MiB and 1000 entries, with `template.toml` at its top. For owners and
/// template admins.
#[utoipa::path(post, path = "/api/v2/files", tag = "Templates",
    request_body(content = [u8], content_type = "application/x-tar"),
    responses((status = 201, body = UploadResponse)))]
pub async fn upload_file(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    body: Bytes,
) -> Result<(StatusCode, Json<UploadResponse>)> {
    let id = state.control.upload_file(&caller, &body).await?;
    Ok((StatusCode::CREATED, Json(UploadResponse { hash: id.uuid() })))
}

/// Create a template version from an archive.
///
/// Returns 400 with all errors if `template.toml` is invalid. For owners and template admins.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/templateversions", tag = "Templates",
    params(("organization" = String, Path)), request_body = CreateTemplateVersionRequest,
    responses((status = 201, body = TemplateVersion), (status = 400, body = coder_wire::ApiError)))]
pub async fn create_template_version(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Json(request): Json<CreateTemplateVersionRequest>,
) -> Result<(StatusCode, Json<TemplateVersion>)> {
    let template = request.template_id.map(Into::into);
    let details =
        state.control.create_template_version(&caller, request.file_id.into(), template, request.name).await?;
    Ok((StatusCode::CREATED, Json(version_to_wire(&state, &details))))
}

/// Get a template version.
#[utoipa::path(get, path = "/api/v2/templateversions/{version}", tag = "Templates",
    params(("version" = Uuid, Path)), responses((status = 200, body = TemplateVersion)))]
pub async fn get_template_version(
    State(state): State<AppState>,
    _caller: Authenticated,
    Path(version): Path<Uuid>,
) -> Result<Json<TemplateVersion>> {
    Ok(Json(version_to_wire(&state, &state.control.find_template_version(version.into()).await?)))
}

/// Create a template from a version.
///
/// For owners and template admins.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/templates", tag = "Templates",
    params(("organization" = String, Path)), request_body = CreateTemplateRequest,
    responses((status = 201, body = Template), (status = 409, body = coder_wire::ApiError)))]
pub async fn create_template(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Json(request): Json<CreateTemplateRequest>,
) -> Result<(StatusCode, Json<Template>)> {
    let new = NewTemplate {
        name: request.name,
        version: request.template_version_id.into(),
        display_name: request.display_name,
        description: request.description,
        icon: request.icon,
    };
    let details = state.control.create_template(&caller, new).await?;
    Ok((StatusCode::CREATED, Json(to_wire(&state, &details))))
}

/// List all templates, ordered by name.
#[utoipa::path(get, path = "/api/v2/templates", tag = "Templates", responses((status = 200, body = [Template])))]
pub async fn list_templates(
    State(state): State<AppState>,
    _caller: Authenticated,
) -> Result<Json<Vec<Template>>> {
    let templates = state.control.list_templates().await?;
    Ok(Json(templates.iter().map(|details| to_wire(&state, details)).collect()))
}

/// List all templates of the organization, ordered by name.
///
/// There is one organization, whatever the path names.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/templates", tag = "Templates",
    params(("organization" = String, Path)), responses((status = 200, body = [Template])))]
pub async fn list_organization_templates(
    state: State<AppState>,
    caller: Authenticated,
) -> Result<Json<Vec<Template>>> {
    list_templates(state, caller).await
}

/// Get a template by name.
///
/// There is one organization, whatever the path names.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/templates/{name}", tag = "Templates",
    params(("organization" = String, Path), ("name" = String, Path)), responses((status = 200, body = Template)))]
pub async fn get_template_by_name(
    State(state): State<AppState>,
    _caller: Authenticated,
    Path((_organization, name)): Path<(String, String)>,
) -> Result<Json<Template>> {
    Ok(Json(to_wire(&state, &state.control.find_template_by_name(&name).await?)))
}

/// Get a template.
#[utoipa::path(get, path = "/api/v2/templates/{template}", tag = "Templates",
    params(("template" = Uuid, Path)), responses((status = 200, body = Template)))]
pub async fn get_template(
    State(state): State<AppState>,
    _caller: Authenticated,
    Path(template): Path<Uuid>,
) -> Result<Json<Template>> {
    Ok(Json(to_wire(&state, &state.control.find_template(template.into()).await?)))
}

/// Delete a template.
///
/// Fails while workspaces use it. For owners and template admins.
#[utoipa::path(delete, path = "/api/v2/templates/{template}", tag = "Templates",
    params(("template" = Uuid, Path)), responses((status = 200, body = Message)))]
pub async fn delete_template(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(template): Path<Uuid>,
) -> Result<Json<Message>> {
    state.control.delete_template(&caller, template.into()).await?;
    Ok(Json(Message { message: "Template has been deleted!".to_owned() }))
}

/// Set the active version of a template.
///
/// New builds use it. For owners and template admins.
#[utoipa::path(patch, path = "/api/v2/templates/{template}/versions", tag = "Templates",
    params(("template" = Uuid, Path)), request_body = UpdateActiveTemplateVersionRequest,
    responses((status = 200, body = Message)))]
pub async fn activate_template_version(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(template): Path<Uuid>,
    Json(request): Json<UpdateActiveTemplateVersionRequest>,
) -> Result<Json<Message>> {
    state.control.activate_template_version(&caller, template.into(), request.id.into()).await?;
    Ok(Json(Message { message: "Updated the active template version.".to_owned() }))
}
