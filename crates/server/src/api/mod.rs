//! The REST API: a folder per subject, a file per operation.

pub mod health;
