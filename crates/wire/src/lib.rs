//! JSON on the network: what people's programs and the agent exchange with the server.
//!
//! Shapes only, no rules: requests are parsed into `coder_model` types by whoever receives them. Field names
//! are the contract; `docs/openapi.json` is made from these types.

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

/// The header that carries a token, a user's or an agent's.
pub const TOKEN_HEADER: &str = "Coder-Session-Token";
/// The cookie that carries a user's token in a browser.
pub const TOKEN_COOKIE: &str = "coder_session_token";
/// The header on every answer that names the server's version.
pub const VERSION_HEADER: &str = "X-Coder-Build-Version";
/// The header on every answer that names the request in the server's log.
pub const REQUEST_ID_HEADER: &str = "X-Coder-Request-Id";
