//! An SSH client that was let in may ask for anything, in any order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nix::sys::signal::{SigHandler, Signal, signal};

fuzz_target!(
    init: {
        // As agents have it: a process that reads no more is no reason to end.
        // SAFETY: an ignored signal runs no code of ours.
        unsafe { signal(Signal::SIGPIPE, SigHandler::SigIgn) }.unwrap();
    },
    |data: &[u8]| coder_agent::fuzzing::session(data)
);
