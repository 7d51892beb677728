//! The workspace agent: keeps a link to the server, writes the owner's secret files, runs the template's scripts, and
//! lets the owner in.
//!
//! [`run`](run()) is an agent's life, top to bottom.

mod backoff;
mod connect;
mod environment;
mod error;
mod files;
mod launch;
mod pty;
mod reports;
mod run;
mod scripts;
mod serve;
mod ssh;
mod workspace;

pub use error::Error;
pub use run::{Options, run};
