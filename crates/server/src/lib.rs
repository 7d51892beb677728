//! HTTP: the REST API, the agent endpoint, configuration, background jobs, start-up and shutdown.
//!
//! Handlers translate: wire types in, one call of `coder_control`, wire types out. They can neither run SQL nor
//! open a ciphertext. [`router`] is the whole URL map on one page.

mod api;
mod error;
mod extract;
mod request_id;
pub mod router;
mod serve;
mod state;

pub use serve::{Server, Stop};
pub use state::State;
