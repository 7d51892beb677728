//! The workspace agent: keeps a connection to the server, writes the owner's secret files, runs the template's scripts, and
//! serves sessions.
//!
//! [`run`](run()) is its main loop; read that first.
#![allow(missing_docs)]

mod backoff;
mod connect;
mod dial;
mod environment;
mod error;
mod files;
#[cfg(fuzzing)]
pub mod fuzzing;
mod healthcheck;
mod launch;
mod os_user;
mod outbox;
mod process_group;
mod pty;
mod run;
mod scripts;
mod serve;
mod ssh;
mod terminal_sessions;
mod workspace;

pub use error::Error;
pub use run::{Options, run};
