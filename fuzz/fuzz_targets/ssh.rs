//! An SSH client may say anything before it is let in.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| coder_agent::fuzzing::handshake(data));
