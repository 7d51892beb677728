//! The page of a terminal. Its input and output use the API's WebSocket.

use askama::Template;
use axum::{extract::State, http::StatusCode};
use coder_http::{HttpError, extract::Query};
use coder_model::template::AppTarget;

use super::{
    path::{WorkspacePath, workspace_url},
    show::title,
};
use crate::{
    DashboardState,
    current_user::CurrentUser,
    filters,
    layout::{Layout, Section},
    response::{PageResult, page},
    security_headers::StyleNonce,
};

#[derive(Template)]
#[template(path = "workspaces/terminal.html")]
struct TerminalPage {
    layout: Layout,
    workspace: String,
    path: String,
    title: String,
    agent: String,
    app: String,
    nonce: String,
}

/// The app to run instead of a shell, by slug.
#[derive(serde::Deserialize)]
pub struct TerminalQuery {
    #[serde(default)]
    app: String,
}

/// A terminal. Owner only.
pub async fn terminal_page(
    State(state): State<DashboardState>,
    path: WorkspacePath,
    current_user: CurrentUser,
    Query(query): Query<TerminalQuery>,
) -> PageResult {
    let overview = path.find(&state, &current_user).await?;
    if !current_user.caller.owns(&overview.workspace) {
        return Err(HttpError::not_found().into());
    }
    let agent = state.control.agent_of(&overview).await?.ok_or_else(|| {
        HttpError::new(StatusCode::CONFLICT, "The workspace is not running.")
            .with_detail("Start it, then open the terminal.")
    })?;
    if path.agent.as_ref().is_some_and(|name| *name != agent.agent.name) {
        return Err(HttpError::not_found().into());
    }
    let heading = match query.app.as_str() {
        "" => "Terminal".to_owned(),
        slug => {
            let app = agent.definition.apps.iter().find(|app| app.slug == slug);
            let app = app
                .filter(|app| matches!(app.target, AppTarget::Command(_)))
                .ok_or_else(HttpError::not_found)?;
            title(&app.display_name, &app.slug)
        }
    };
    let nonce = format!("{:032x}", rand::random::<u128>());
    let mut response = page(&TerminalPage {
        layout: current_user.layout(Section::Workspaces),
        workspace: overview.workspace.name.to_string(),
        path: workspace_url(&overview),
        title: heading,
        agent: agent.agent.id.to_string(),
        app: query.app,
        nonce: nonce.clone(),
    })?;
    response.extensions_mut().insert(StyleNonce(nonce));
    Ok(response)
}
