//! The REST API and the dashboard over HTTP, on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod authorization;
mod dashboard;
mod dashboard_access;
mod dashboard_users;
mod encryption;
mod error_bodies;
mod fake_agent;
mod identities;
mod import;
mod isolation;
mod limits;
mod openapi;
mod operations;
mod provisioners;
mod request_bodies;
mod response_bodies;
mod schedules;
mod secrets;
mod sessions;
mod targets;
mod transcript;
mod users;
mod workspaces;
