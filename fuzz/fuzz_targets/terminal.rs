//! Messages of a browser to a terminal, and the output that is stored for reconnecting viewers.
#![no_main]

use coder_wire::workspaces::TerminalMessage;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(message) = serde_json::from_slice::<TerminalMessage>(data) {
        let encoded = serde_json::to_vec(&message).unwrap();
        serde_json::from_slice::<TerminalMessage>(&encoded).unwrap();
    }
    coder_agent::fuzzing::terminal_output(data);
});
