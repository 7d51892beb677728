//! The workspace agent: keeps a link to the server, writes the owner's secret files, runs the template's scripts, and
//! lets the owner in.
//!
//! [`run`](run()) is an agent's life, top to bottom.

mod account;
mod backoff;
mod connect;
mod dial;
mod environment;
mod error;
mod files;
#[cfg(fuzzing)]
pub mod fuzzing;
mod health;
mod launch;
mod pty;
mod reports;
mod run;
mod scripts;
mod serve;
mod ssh;
mod terminals;
mod until;
mod workspace;

pub use error::Error;
pub use run::{Options, run};
