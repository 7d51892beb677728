//! Any requests of an authenticated SSH client, in any order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nix::sys::signal::{SigHandler, Signal, signal};

fuzz_target!(
    init: {
        // As in an agent: a process that stops reading must not end it.
        // SAFETY: ignoring a signal installs no handler.
        unsafe { signal(Signal::SIGPIPE, SigHandler::SigIgn) }.unwrap();
    },
    |data: &[u8]| coder_agent::fuzzing::session(data)
);
