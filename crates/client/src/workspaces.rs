//! Workspaces, builds and agents.

use coder_wire::workspaces::{
    AgentLog, BuildLog, CreateWorkspaceBuildRequest, CreateWorkspaceRequest, ExternalAgentCredentials,
    Workspace, WorkspaceAgent, WorkspaceBuild, WorkspacesResponse,
};
use http::Method;
use uuid::Uuid;

use crate::{Client, Result};

impl Client {
    /// Creates a workspace and starts it.
    pub async fn create_workspace(&self, request: &CreateWorkspaceRequest) -> Result<Workspace> {
        self.send(Method::POST, &["api", "v2", "users", "me", "workspaces"], request).await
    }

    pub async fn workspaces(&self, search: &str) -> Result<WorkspacesResponse> {
        self.get(&["api", "v2", "workspaces"], &[("q", search.to_owned())]).await
    }

    pub async fn workspace(&self, owner: &str, name: &str) -> Result<Workspace> {
        self.get(&["api", "v2", "users", owner, "workspace", name], &[]).await
    }

    pub async fn create_build(
        &self,
        workspace: Uuid,
        request: &CreateWorkspaceBuildRequest,
    ) -> Result<WorkspaceBuild> {
        self.send(Method::POST, &["api", "v2", "workspaces", &workspace.to_string(), "builds"], request).await
    }

    /// Returns the first build of the restart: a stop that a start follows, or a start.
    pub async fn restart(&self, workspace: Uuid) -> Result<WorkspaceBuild> {
        let path = ["api", "v2", "workspaces", &workspace.to_string(), "restart"];
        self.send(Method::POST, &path, &()).await
    }

    pub async fn build(&self, build: Uuid) -> Result<WorkspaceBuild> {
        self.get(&["api", "v2", "workspacebuilds", &build.to_string()], &[]).await
    }

    /// The latest build comes first.
    pub async fn builds(&self, workspace: Uuid) -> Result<Vec<WorkspaceBuild>> {
        self.get(&["api", "v2", "workspaces", &workspace.to_string(), "builds"], &[]).await
    }

    /// Log lines with an id above `after`.
    pub async fn build_logs(&self, build: Uuid, after: i64) -> Result<Vec<BuildLog>> {
        let path = ["api", "v2", "workspacebuilds", &build.to_string(), "logs"];
        self.get(&path, &[("after", after.to_string())]).await
    }

    pub async fn agent(&self, agent: Uuid) -> Result<WorkspaceAgent> {
        self.get(&["api", "v2", "workspaceagents", &agent.to_string()], &[]).await
    }

    /// Log lines with an id above `after`.
    pub async fn agent_logs(&self, agent: Uuid, after: i64) -> Result<Vec<AgentLog>> {
        let path = ["api", "v2", "workspaceagents", &agent.to_string(), "logs"];
        self.get(&path, &[("after", after.to_string())]).await
    }

    /// The token of an external workspace's agent, and the command that starts it.
    pub async fn external_agent_credentials(
        &self,
        workspace: Uuid,
        agent: &str,
    ) -> Result<ExternalAgentCredentials> {
        let path = ["api", "v2", "workspaces", &workspace.to_string(), "external-agent", agent, "credentials"];
        self.get(&path, &[]).await
    }
}
