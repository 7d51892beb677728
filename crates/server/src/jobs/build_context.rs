//! What a provisioner may ask of the server: the agent's token, and a line in a build's log.

use coder_model::{
    BuildId,
    workspace::{LogLevel, Workspace},
};
use coder_provision::{AgentToken, BuildContext, Error, ProvisionFuture};
use futures_util::{FutureExt, future::BoxFuture};

use crate::AppState;

/// Work on a workspace, for a build or without one.
pub struct JobContext<'a> {
    pub state: &'a AppState,
    pub workspace: &'a Workspace,
    /// Where lines go; without, to the server's own log.
    pub log: Option<BuildLog<'a>>,
}

impl BuildContext for JobContext<'_> {
    fn agent_token(&self) -> ProvisionFuture<'_, AgentToken> {
        async {
            let Workspace { id, owner, .. } = self.workspace;
            match self.state.control.agent_token(*owner, *id).await {
                Ok(token) => Ok(AgentToken::new(token)),
                Err(error) => {
                    tracing::error!(workspace = %id, %error, "cannot decrypt an agent token");
                    Err(Error::AgentToken)
                }
            }
        }
        .boxed()
    }

    fn log<'a>(&'a self, text: &'a str) -> BoxFuture<'a, ()> {
        async move {
            match &self.log {
                Some(log) => log.write(LogLevel::Info, text).await,
                None => tracing::debug!(workspace = %self.workspace.id, text),
            }
        }
        .boxed()
    }
}

/// One stage of a build's log.
#[derive(Clone, Copy)]
pub struct BuildLog<'a> {
    pub state: &'a AppState,
    pub build: BuildId,
    pub stage: &'static str,
}

impl BuildLog<'_> {
    /// A line that cannot be written does not fail its build.
    pub async fn write(&self, level: LogLevel, text: &str) {
        if let Err(error) = self.state.control.log_build(self.build, level, self.stage, text).await {
            tracing::warn!(build = %self.build, %error, "cannot write a build's log");
        }
    }
}
