//! What every kind of provisioner does.

use std::{fmt, time::Duration};

use coder_model::{
    WorkspaceId,
    template::{Definition, ProvisionerKind},
};
use futures_util::future::BoxFuture;
use zeroize::Zeroizing;

/// What the methods of a provisioner return.
pub type ProvisionFuture<'a, T = ()> = BoxFuture<'a, Result<T, Error>>;

/// Creates, ends and finds the instances that agents run on: a process, a container, a machine. A workspace has at most
/// one instance.
///
/// A build calls these methods, and may call one again after a server failed in the middle of it: each is idempotent.
/// The future of a call is dropped when its build is canceled; what it has created by then must be found by
/// [`stop`](Self::stop) and [`delete`](Self::delete).
pub trait Provisioner: Send + Sync {
    /// What is the same for all instances of this kind.
    fn describe(&self) -> Description;

    /// Starts the workspace's instance with its agent, unless it runs already. Resolves once it is started, which may
    /// take minutes, and does not wait for the agent to connect. The instance outlives the server.
    fn start<'a>(&'a self, request: StartRequest<'a>, build: &'a dyn BuildContext) -> ProvisionFuture<'a>;

    /// Stops the workspace's instance and everything that runs on it; what it has stored stays. An instance that is
    /// still there after `grace` is killed. Succeeds when there is none.
    fn stop<'a>(
        &'a self,
        workspace: WorkspaceId,
        grace: Duration,
        build: &'a dyn BuildContext,
    ) -> ProvisionFuture<'a>;

    /// Deletes a stopped instance and all data in it. Succeeds when there is none.
    fn delete<'a>(&'a self, workspace: WorkspaceId, build: &'a dyn BuildContext) -> ProvisionFuture<'a>;

    /// Called at startup for a workspace that should run: looks for the instance that an earlier run of the server
    /// started, and takes it over.
    fn adopt(&self, workspace: WorkspaceId) -> ProvisionFuture<'_, Adoption>;

    /// The workspaces of all instances that can be reached from this server, running or stopped. One that no row of the
    /// database asks for is a stray.
    fn list_instances(&self) -> ProvisionFuture<'_, Vec<WorkspaceId>>;
}

/// What is the same for all instances of a kind. The texts are shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// The kind.
    pub kind: ProvisionerKind,
    /// Where workspaces run, such as "Process: runs on the server".
    pub summary: &'static str,
    /// Whether this server has it; `None` for a kind that needs nothing of the server.
    pub availability: Option<Availability>,
    /// Whether the agent exits when its workspace stops. Otherwise it stays, and waits for the next start.
    pub agent_exits_on_stop: bool,
}

/// A row of the deployment's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    /// Such as "Process workspaces".
    pub title: &'static str,
    /// Such as "Not allowed".
    pub text: &'static str,
}

/// What to start.
#[derive(Clone, Copy)]
pub struct StartRequest<'a> {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The template, with the settings of the kind.
    pub definition: &'a Definition,
    /// The URL where the agent reaches the server.
    pub access_url: &'a str,
}

/// The build that a provisioner works for.
pub trait BuildContext: Send + Sync {
    /// The agent's token. It is decrypted by this call, so that it is in memory only while a kind hands it over.
    fn agent_token(&self) -> ProvisionFuture<'_, AgentToken>;

    /// Adds a line to the build's log, which the workspace's owner reads.
    fn log<'a>(&'a self, text: &'a str) -> BoxFuture<'a, ()>;
}

/// An agent's token. Wiped when dropped, and never printed; it must not get into arguments, logs or errors.
pub struct AgentToken(Zeroizing<String>);

impl AgentToken {
    /// Wraps a token.
    #[must_use]
    pub fn new(token: Zeroizing<String>) -> Self {
        Self(token)
    }

    /// The token itself, to hand it to the agent.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AgentToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgentToken")
    }
}

/// What was found of a workspace that should run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adoption {
    /// Its instance runs, and is looked after again.
    Adopted,
    /// It has no running instance: it has to be started again.
    Missing,
    /// The server neither starts nor ends instances of this kind.
    NotManaged,
}

/// Why a provisioner failed. The texts are shown to the workspace's owner.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operator has not set this kind up. The text says how to.
    #[error("{0}")]
    Unavailable(&'static str),
    /// The agent's token cannot be read; the cause is in the server's log.
    #[error("The agent token could not be decrypted; see the server log.")]
    AgentToken,
    /// An error of the kind's own.
    #[error(transparent)]
    Failed(Box<dyn std::error::Error + Send + Sync>),
}
