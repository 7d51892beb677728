//! JSON on the network: the REST API and the agent protocol.
//!
//! Types without validation: the receiver parses them into types of `coder_model`. Field names are the contract.
//! `docs/openapi.json` is generated from these types, and their doc comments are its text.

pub mod agent;
pub mod deployment;
pub mod error;
pub mod secrets;
mod sensitive;
pub mod templates;
mod time;
pub mod users;
pub mod workspaces;

pub use error::{ApiError, FieldError};
pub use sensitive::Sensitive;
pub use time::Time;

/// The request header with a user's or an agent's token.
pub const TOKEN_HEADER: &str = "Coder-Session-Token";
/// The cookie with a user's token in a browser.
pub const TOKEN_COOKIE: &str = "coder_session_token";
/// The response header with the server's version, in every response.
pub const VERSION_HEADER: &str = "X-Coder-Build-Version";
/// The response header with the request's id in the server's log, in every response.
pub const REQUEST_ID_HEADER: &str = "X-Coder-Request-Id";
