//! The use cases. The only place where rules (`coder_model`), encryption (`coder_crypto`) and storage
//! (`coder_store`) meet; no HTTP here.
//!
//! Every operation is a method of [`Control`] that begins with who is asking. What a caller may do is decided
//! here, by values that only this crate can make: an operation on secrets takes a permit, not an id.

#![allow(missing_docs)]

mod agents;
mod audit;
mod auth;
mod caller;
mod clock;
mod control;
mod deployment;
mod error;
mod permissions;
mod random;
mod secrets;
mod signals;
mod startup;
mod templates;
mod users;
mod workspaces;

pub use agents::{AgentInfo, AgentSession, AgentView, Manifest, NewLine};
pub use audit::RequestInfo;
pub use auth::{IssuedKey, NewToken, Scope, csrf_token, verify_csrf_token};
pub use caller::Caller;
pub use clock::Clock;
pub use control::Control;
pub use deployment::{DeploymentStatus, KeyUse};
pub use error::{Error, Result};
pub use random::Random;
pub use secrets::{DecryptedSecret, SecretsPermit};
pub use startup::{ControlConfig, KeySource, StartupError};
pub use templates::NewTemplate;
pub use users::NewUser;
pub use workspaces::{
    AppAddresses, AppHosts, AppRef, AuthorizedApp, BuildOutcome, ClaimedBuild, HostError, LeaseStatus,
    NewWorkspace, next_start,
};
