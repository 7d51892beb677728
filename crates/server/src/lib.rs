//! The server: REST API, agent endpoint, apps, background jobs, startup and shutdown.
//!
//! Handlers translate: wire types in, one call of `coder_control`, wire types out. They can neither run SQL nor
//! open a ciphertext. [`router`] is the whole URL map on one page.

#![allow(missing_docs)]

mod agents;
mod api;
mod apps;
#[cfg(fuzzing)]
pub mod fuzzing;
mod jobs;
pub mod router;
mod serve;
mod startup;
mod state;

pub use coder_control::{AppHosts, HostError};
pub use coder_wire::deployment::SshConfig;
pub use serve::Server;
pub use startup::{BoundServer, Clock, Config, KeySource, StartupError, bind};
pub use state::AppState;
