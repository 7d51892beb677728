//! What the API and the dashboard share of HTTP.
//!
//! [`extract`] authenticates callers and parses requests; [`error`] is the one place where errors become status codes and
//! bodies; [`cookies`] says which attributes our cookies have; [`request_id`] names each request in logs and responses.

pub mod cookies;
pub mod error;
pub mod extract;
pub mod request_id;

pub use error::{HttpError, Result};
