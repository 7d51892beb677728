//! HTTP: the REST API, the agent endpoint, configuration, background jobs, start-up and shutdown.
//!
//! Handlers translate: wire types in, one call of `coder_control`, wire types out. They can neither run SQL nor
//! open a ciphertext. [`router`] is the whole URL map on one page.

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
