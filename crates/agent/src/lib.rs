//! The workspace agent: keeps a link to the server, writes the owner's secret files, runs the template's scripts, and
//! lets the owner in.
//!
//! [`run`](run()) is an agent's life, top to bottom.

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
mod pty;
mod run;
mod scripts;
mod serve;
mod ssh;
mod terminal_sessions;
mod until;
mod workspace;

pub use error::Error;
pub use run::{Options, run};
