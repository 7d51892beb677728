//! The dashboard in a real browser, with the `coder` program as server.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod accessibility;
mod account;
mod imports;
mod keyboard;
mod login;
mod no_javascript;
mod page_states;
mod sample_data;
mod secrets;
mod values;
mod workspaces;

use coder_testkit::{Browser, Machine, PASSWORD, Server};

/// A machine with the built program.
fn machine() -> Machine {
    Machine::new(env!("CARGO_BIN_EXE_coder"))
}

/// A server whose first user is logged in, on the command line and in a browser.
fn logged_in() -> (Machine, Server, Browser) {
    let machine = machine();
    let server = machine.serve_and_log_in();
    let browser = Browser::new(&server.url);
    browser.log_in("admin@example.com", PASSWORD);
    (machine, server, browser)
}
