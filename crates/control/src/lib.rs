//! The use cases. The only place where rules (`coder_model`), encryption (`coder_seal`) and storage
//! (`coder_store`) meet; no HTTP here.
//!
//! Every operation is a method of [`Control`] that begins with who is asking. What a caller may do is decided
//! here, by values that only this crate can make: an operation on secrets takes a permit, not an id.

mod agents;
mod audit;
mod caller;
mod clock;
mod control;
mod error;
mod open;
mod overview;
mod people;
mod random;
mod secrets;
mod templates;
mod workspaces;

pub use agents::{AgentSession, AgentView, Greeting, Manifest, NewLine};
pub use audit::Origin;
pub use caller::Caller;
pub use clock::Clock;
pub use control::Control;
pub use error::{Error, Result};
pub use open::{KeySource, OpenError, Sources};
pub use overview::{Counts, DeploymentOverview, KeyUse};
pub use people::{NewToken, NewUser, Scope, Session, form_token, is_form_token};
pub use random::Random;
pub use secrets::{Opened, OwnSecrets};
pub use templates::NewTemplate;
pub use workspaces::{AppRef, Claim, Claimed, NewWorkspace, Outcome, Overview, next_start};

/// Rows as the store reads them, where nothing is to be added to them.
pub mod rows {
    pub use coder_store::{
        agent_logs::Line as AgentLine,
        build_logs::Line as BuildLine,
        templates::{Found as FoundTemplate, FoundVersion},
    };
}
