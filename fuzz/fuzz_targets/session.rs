//! An SSH client that was let in may ask for anything, in any order.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| coder_agent::fuzzing::session(data));
