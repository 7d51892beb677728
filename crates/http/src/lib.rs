//! HTTP for the API and the dashboard.
//!
//! [`extract`] authenticates callers and parses requests; [`error`] is the one place where errors become status codes and
//! bodies; [`cookies`] builds and reads cookies; [`request_id`] gives each request an id for logs and responses.

#![allow(missing_docs)]

pub mod cookies;
pub mod error;
pub mod extract;
pub mod request_id;

pub use error::{HttpError, Result};
