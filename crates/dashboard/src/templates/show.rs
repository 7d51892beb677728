//! A template.

use askama::Template;
use axum::extract::State;
use coder_http::extract::Path;

use super::{provisioner, title};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    format::DisplayTime,
    layout::{Layout, Section},
    response::{PageResult, page},
};

#[derive(Template)]
#[template(path = "templates/show.html")]
struct TemplatePage {
    layout: Layout,
    name: String,
    title: String,
    description: String,
    /// Where its workspaces run; none when the active version cannot be read.
    provisioner: Option<&'static str>,
    workspaces: i64,
    version: String,
    pushed: DisplayTime,
    pushed_by: String,
    source: String,
    can_manage: bool,
}

/// A template with the source of its active version.
pub async fn template_page(
    State(state): State<DashboardState>,
    current_user: CurrentUser,
    Path(name): Path<String>,
) -> PageResult {
    let details = state.control.find_template_by_name(&name).await?;
    let active = state.control.find_template_version(details.template.active_version).await?;
    page(&TemplatePage {
        layout: current_user.layout(Section::Templates),
        name: details.template.name.to_string(),
        title: title(&details),
        description: details.template.description,
        provisioner: provisioner(&active.definition).map(|kind| state.live.provisioner_summary(kind)),
        workspaces: details.workspaces,
        version: active.version.name,
        pushed: active.version.created_at.into(),
        pushed_by: active.created_by_name,
        // Browsers show only line feeds.
        source: active.definition.replace("\r\n", "\n"),
        can_manage: current_user.caller.can_manage_templates(),
    })
}
