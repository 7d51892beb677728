//! A workspace with one of its builds and the names that the two refer to, read in one query.

use std::time::Duration;

use coder_model::{
    Moment,
    schedule::Schedule,
    workspace::{Build, BuildReason, JobStatus, ResourceName, Transition, Workspace, WorkspaceWithBuild},
};
use uuid::Uuid;

use crate::{Error, Result};

/// Selects the columns of [`Row`]: builds `b` and their workspaces `w`, with owner `o`, template `t`, version `v` and
/// initiator `i`.
macro_rules! select_workspace_with_build {
    ($($condition:expr),+) => {
        concat!(
            "SELECT w.id, w.owner_id, w.name, w.template_id, w.created_at, w.updated_at, w.last_used_at, w.deleted_at,
                 w.favorite, w.autostart_schedule, w.ttl, w.dormant_at, b.reason, b.then_start, b.deadline,
                 o.username AS owner_name, t.name AS template_name, t.display_name AS template_display_name,
                 t.icon AS template_icon, t.active_version_id, b.id AS build_id, b.build_number, b.template_version_id,
                 b.transition, b.initiator_id, b.status, b.error, b.created_at AS build_created_at,
                 b.updated_at AS build_updated_at, b.started_at, b.completed_at, v.name AS version_name, v.definition, v.file_id,
                 i.username AS initiator_name
             FROM workspaces w
                 JOIN workspace_builds b ON b.workspace_id = w.id
                 JOIN users o ON o.id = w.owner_id
                 JOIN templates t ON t.id = w.template_id
                 JOIN template_versions v ON v.id = b.template_version_id
                 JOIN users i ON i.id = b.initiator_id
             WHERE ",
            $($condition),+
        )
    };
}
pub(crate) use select_workspace_with_build;

/// [`select_workspace_with_build`] of each workspace's latest build.
macro_rules! select_workspace_with_latest_build {
    ($($condition:expr),+) => {
        select_workspace_with_build!(
            "b.build_number = (SELECT MAX(n.build_number) FROM workspace_builds n WHERE n.workspace_id = w.id) AND ",
            $($condition),+
        )
    };
}
pub(crate) use select_workspace_with_latest_build;

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: Uuid,
    owner_id: Uuid,
    name: String,
    template_id: Uuid,
    created_at: i64,
    updated_at: i64,
    last_used_at: i64,
    deleted_at: Option<i64>,
    favorite: bool,
    autostart_schedule: Option<String>,
    ttl: Option<i64>,
    dormant_at: Option<i64>,
    reason: String,
    then_start: bool,
    deadline: Option<i64>,
    owner_name: String,
    template_name: String,
    template_display_name: String,
    template_icon: String,
    active_version_id: Uuid,
    build_id: Uuid,
    build_number: i64,
    template_version_id: Uuid,
    transition: String,
    initiator_id: Uuid,
    status: String,
    error: String,
    build_created_at: i64,
    build_updated_at: i64,
    started_at: Option<i64>,
    completed_at: Option<i64>,
    version_name: String,
    definition: String,
    file_id: Uuid,
    initiator_name: String,
}

impl TryFrom<Row> for WorkspaceWithBuild {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let workspace = Workspace {
            id: row.id.into(),
            owner: row.owner_id.into(),
            name: ResourceName::parse(&row.name).map_err(|_| Error::Unknown { column: "workspaces.name" })?,
            template: row.template_id.into(),
            created_at: Moment::from_micros(row.created_at),
            updated_at: Moment::from_micros(row.updated_at),
            last_used_at: Moment::from_micros(row.last_used_at),
            deleted_at: row.deleted_at.map(Moment::from_micros),
            favorite: row.favorite,
            autostart: row
                .autostart_schedule
                .map(|text| Schedule::parse(&text))
                .transpose()
                .map_err(|_| Error::Unknown { column: "workspaces.autostart_schedule" })?,
            ttl: row.ttl.map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or_default())),
            dormant_at: row.dormant_at.map(Moment::from_micros),
        };
        let build = Build {
            id: row.build_id.into(),
            workspace: row.id.into(),
            number: row.build_number,
            template_version: row.template_version_id.into(),
            transition: Transition::parse(&row.transition)
                .ok_or(Error::Unknown { column: "workspace_builds.transition" })?,
            initiator: row.initiator_id.into(),
            reason: BuildReason::parse(&row.reason)
                .ok_or(Error::Unknown { column: "workspace_builds.reason" })?,
            then_start: row.then_start,
            deadline: row.deadline.map(Moment::from_micros),
            status: JobStatus::parse(&row.status)
                .ok_or(Error::Unknown { column: "workspace_builds.status" })?,
            error: row.error,
            created_at: Moment::from_micros(row.build_created_at),
            updated_at: Moment::from_micros(row.build_updated_at),
            started_at: row.started_at.map(Moment::from_micros),
            completed_at: row.completed_at.map(Moment::from_micros),
        };
        Ok(Self {
            workspace,
            owner_name: row.owner_name,
            template_name: row.template_name,
            template_display_name: row.template_display_name,
            template_icon: row.template_icon,
            active_version: row.active_version_id.into(),
            build,
            version_name: row.version_name,
            definition: row.definition,
            file: row.file_id.into(),
            initiator_name: row.initiator_name,
        })
    }
}
