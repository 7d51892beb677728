//! Templates and their versions.

use coder_model::{
    Moment, TemplateId, TemplateVersionId,
    template::{Template, TemplateDetails, TemplateVersion, TemplateVersionDetails},
    workspace::ResourceName,
};
use uuid::Uuid;

use crate::{Error, Readable, Result, WriteTransaction, executor::statements};

/// Selects the columns of [`Row`] of templates that are not deleted.
macro_rules! select_template {
    ($condition:literal) => {
        concat!(
            "SELECT t.id, t.name, t.display_name, t.description, t.icon, t.active_version_id, t.created_by,
                 t.created_at, t.updated_at, u.username AS created_by_name, v.definition,
                 (SELECT COUNT(*) FROM workspaces w WHERE w.template_id = t.id AND w.deleted_at IS NULL) AS workspaces
             FROM templates t
                 JOIN users u ON u.id = t.created_by
                 JOIN template_versions v ON v.id = t.active_version_id
             WHERE t.deleted_at IS NULL AND ",
            $condition
        )
    };
}

statements! {
    INSERT = "INSERT INTO templates (id, name, display_name, description, icon, active_version_id, created_by,
                  created_at, updated_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    FIND = select_template!("t.id = $1");
    FIND_BY_NAME = select_template!("lower(t.name) = lower($1)");
    LIST = select_template!("TRUE ORDER BY lower(t.name)");
    // Also the row lock that prevents a template from being deleted while a workspace is created from it.
    LOCK = "UPDATE templates SET updated_at = $2 WHERE id = $1 AND deleted_at IS NULL";
    SET_ACTIVE_VERSION = "UPDATE templates SET active_version_id = $2, updated_at = $3 WHERE id = $1";
    DELETE = "UPDATE templates SET deleted_at = $2, updated_at = $2 WHERE id = $1";
    INSERT_VERSION = "INSERT INTO template_versions (id, template_id, name, file_id, definition, created_by, created_at)
                      VALUES ($1, $2, $3, $4, $5, $6, $7)";
    FIND_VERSION = "SELECT v.id, v.template_id, v.name, v.file_id, v.definition, v.created_by, v.created_at,
                        u.username AS created_by_name
                    FROM template_versions v JOIN users u ON u.id = v.created_by WHERE v.id = $1";
    ASSIGN_VERSION = "UPDATE template_versions SET template_id = $2 WHERE id = $1 AND template_id IS NULL";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    display_name: String,
    description: String,
    icon: String,
    active_version_id: Uuid,
    created_by: Uuid,
    created_at: i64,
    updated_at: i64,
    created_by_name: String,
    definition: String,
    workspaces: i64,
}

impl TryFrom<Row> for TemplateDetails {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let template = Template {
            id: row.id.into(),
            name: ResourceName::parse(&row.name).map_err(|_| Error::Unknown { column: "templates.name" })?,
            display_name: row.display_name,
            description: row.description,
            icon: row.icon,
            active_version: row.active_version_id.into(),
            created_by: row.created_by.into(),
            created_at: Moment::from_micros(row.created_at),
            updated_at: Moment::from_micros(row.updated_at),
        };
        Ok(Self {
            template,
            created_by_name: row.created_by_name,
            definition: row.definition,
            workspaces: row.workspaces,
        })
    }
}

/// # Errors
/// [`Error::Conflict`] when the name is taken.
pub async fn insert(write: &mut WriteTransaction, template: &Template) -> Result<()> {
    INSERT
        .bind(template.id)
        .bind(template.name.as_str())
        .bind(template.display_name.as_str())
        .bind(template.description.as_str())
        .bind(template.icon.as_str())
        .bind(template.active_version)
        .bind(template.created_by)
        .bind(template.created_at)
        .execute(write)
        .await
}

pub async fn find(reads: &mut impl Readable, id: TemplateId) -> Result<Option<TemplateDetails>> {
    FIND.bind(id).find::<Row, _>(reads).await
}

/// Ignores case.
pub async fn find_by_name(reads: &mut impl Readable, name: &str) -> Result<Option<TemplateDetails>> {
    FIND_BY_NAME.bind(name).find::<Row, _>(reads).await
}

/// By name.
pub async fn list(reads: &mut impl Readable) -> Result<Vec<TemplateDetails>> {
    LIST.query().list::<Row, _>(reads).await
}

/// Locks the template's row until the transaction ends. Returns whether the template exists.
pub async fn lock(write: &mut WriteTransaction, id: TemplateId, now: Moment) -> Result<bool> {
    LOCK.bind(id).bind(now).changes_row(write).await
}

/// The active version is the one that new workspaces use.
pub async fn set_active_version(
    write: &mut WriteTransaction,
    id: TemplateId,
    version: TemplateVersionId,
    now: Moment,
) -> Result<()> {
    SET_ACTIVE_VERSION.bind(id).bind(version).bind(now).execute(write).await
}

/// Marks the template as deleted. Its versions stay for the builds that used them.
pub async fn delete(write: &mut WriteTransaction, id: TemplateId, now: Moment) -> Result<()> {
    DELETE.bind(id).bind(now).execute(write).await
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    id: Uuid,
    template_id: Option<Uuid>,
    name: String,
    file_id: Uuid,
    definition: String,
    created_by: Uuid,
    created_at: i64,
    created_by_name: String,
}

pub async fn insert_version(
    write: &mut WriteTransaction,
    version: &TemplateVersion,
    definition: &str,
) -> Result<()> {
    INSERT_VERSION
        .bind(version.id)
        .bind(version.template)
        .bind(version.name.as_str())
        .bind(version.file)
        .bind(definition)
        .bind(version.created_by)
        .bind(version.created_at)
        .execute(write)
        .await
}

pub async fn find_version(
    reads: &mut impl Readable,
    id: TemplateVersionId,
) -> Result<Option<TemplateVersionDetails>> {
    let row: Option<VersionRow> = FIND_VERSION.bind(id).optional(reads).await?;
    Ok(row.map(|row| TemplateVersionDetails {
        version: TemplateVersion {
            id: row.id.into(),
            template: row.template_id.map(Into::into),
            name: row.name,
            file: row.file_id.into(),
            created_by: row.created_by.into(),
            created_at: Moment::from_micros(row.created_at),
        },
        definition: row.definition,
        created_by_name: row.created_by_name,
    }))
}

/// Assigns an uploaded version to a template. Returns false if it belongs to one already.
pub async fn assign_version(
    write: &mut WriteTransaction,
    id: TemplateVersionId,
    template: TemplateId,
) -> Result<bool> {
    ASSIGN_VERSION.bind(id).bind(template).changes_row(write).await
}
