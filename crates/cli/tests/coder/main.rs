//! The `coder` program as users run it, against real servers and workspaces.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod agent;
mod agent_forwarding;
mod apps;
mod canary;
mod commands;
mod config_ssh;
mod crash;
mod guide;
mod help;
mod isolation;
mod openssh;
mod port_forward;
mod pty;
mod server;
mod ssh;
mod ssh_status;
mod terminal;

use coder_testkit::Machine;

/// A machine with the built program.
fn machine() -> Machine {
    Machine::new(env!("CARGO_BIN_EXE_coder"))
}
