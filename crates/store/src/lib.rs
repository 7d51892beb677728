//! SQL: connections, transactions, migrations, and one module per table.
//!
//! One text per query serves SQLite and PostgreSQL (`executor.rs`). What writes takes a [`WriteTransaction`], what only
//! reads takes anything [`Readable`]. This crate links no cipher: sealed values pass through as opaque bytes.
//!
//! Every call returns [`Error::Database`] when the database fails; `# Errors` lists what else a call can return.
#![allow(missing_docs)]

mod database;
mod error;
mod executor;
mod like;
mod transaction;
mod workspace_with_build;

pub mod agent_app_health;
pub mod agent_deliveries;
pub mod agent_logs;
pub mod agent_warnings;
pub mod agents;
pub mod api_keys;
pub mod audit;
pub mod build_logs;
pub mod builds;
pub mod data_keys;
pub mod deployment;
pub mod files;
pub mod grants;
pub mod secrets;
pub mod templates;
pub mod users;
pub mod workspaces;

pub use database::{Database, Engine};
pub use error::{Error, Result};
pub use executor::Statement;
pub use transaction::{ReadConnection, Readable, WriteTransaction};

/// Every statement by table, so that a test can prepare each on both engines.
pub const STATEMENTS: &[(&str, &[Statement])] = &[
    ("agent_app_health", agent_app_health::STATEMENTS),
    ("agent_deliveries", agent_deliveries::STATEMENTS),
    ("agent_logs", agent_logs::STATEMENTS),
    ("agent_warnings", agent_warnings::STATEMENTS),
    ("agents", agents::STATEMENTS),
    ("api_keys", api_keys::STATEMENTS),
    ("audit", audit::STATEMENTS),
    ("build_logs", build_logs::STATEMENTS),
    ("builds", builds::STATEMENTS),
    ("data_keys", data_keys::STATEMENTS),
    ("deployment", deployment::STATEMENTS),
    ("files", files::STATEMENTS),
    ("grants", grants::STATEMENTS),
    ("secrets", secrets::STATEMENTS),
    ("templates", templates::STATEMENTS),
    ("users", users::STATEMENTS),
    ("workspaces", workspaces::STATEMENTS),
];
