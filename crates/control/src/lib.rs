//! The use cases. The only place where rules (`coder_model`), encryption (`coder_crypto`) and storage
//! (`coder_store`) meet; no HTTP here.
//!
//! Every operation is a method of [`Control`], and its documentation says who may call it. A [`Caller`] or an
//! [`AgentSession`] proves an authenticated request, and only this crate makes them; `permissions.rs` has the rules.
//! Operations on secrets take a [`SecretsPermit`] instead of an id. A method without any of these checks no permission:
//! it is for everyone, or for the server's own tasks.
//!
//! Every call can fail with [`Error::Store`] when the database does, with [`Error::Internal`] for reasons that only the
//! log names, and with [`Error::Invalid`] for text with a null byte or a stored template that this version cannot read.
//! `# Errors` lists what else a call returns.

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
