//! Any bytes of an SSH client before it is authenticated.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| coder_agent::fuzzing::handshake(data));
