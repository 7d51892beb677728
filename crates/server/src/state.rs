//! What every handler can reach.

use std::{ops::Deref, sync::Arc};

use coder_control::Control;
use coder_provision::Processes;
use coder_wire::deployment::SshConfig;
use tokio::sync::Notify;
use url::Url;
use uuid::Uuid;

use crate::{AppSettings, Stop, agents::Registry};

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct State(Arc<Parts>);

/// The parts of a [`State`].
pub struct Parts {
    /// The use cases.
    pub control: Control,
    /// Agents that are connected to this server.
    pub agents: Registry,
    /// Makes local workspaces; absent where they are not allowed.
    pub processes: Option<Processes>,
    /// Where people and agents reach the server.
    pub access_url: Url,
    /// How apps are reached.
    pub apps: AppSettings,
    /// How workspaces are named for SSH clients.
    pub ssh: SshConfig,
    /// Names this server among those that share the database.
    pub server: Uuid,
    /// Rung when there is a build to work on.
    pub build_bell: Notify,
    /// Rung when a build is called off.
    pub cancel_bell: Notify,
    /// Rung when somebody is signed out: what they have open is to be looked at.
    pub sign_out_bell: Notify,
    /// Tells what is open for long that the server is stopping.
    pub stop: Stop,
}

impl State {
    /// Shares these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for State {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
