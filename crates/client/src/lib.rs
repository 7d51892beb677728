//! Typed calls of the API, and multiplexed connections to the server.
#![allow(missing_docs)]

mod dial;
mod error;
mod http;
mod secrets;
mod templates;
mod users;
mod workspaces;

pub use coder_mux::{MuxStream as Stream, datagram};
pub use dial::{DialError, Tunnel, dial};
pub use error::Error;
pub use http::Client;

pub type Result<T, E = Error> = std::result::Result<T, E>;
