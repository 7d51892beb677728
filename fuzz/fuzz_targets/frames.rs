//! Messages of agents and servers, and datagrams, parsed from any bytes.
#![no_main]

use coder_mux::{datagram, frame};
use coder_wire::agent::{AgentMessage, OpenStream, Opened, ServerMessage, TerminalInput};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Builder;

const MAX_SIZE: usize = 64 * 1024;

fuzz_target!(|data: &[u8]| {
    Builder::new_current_thread().build().unwrap().block_on(async {
        if let Ok(Some(message)) = frame::receive::<AgentMessage>(&mut &data[..], MAX_SIZE).await {
            // A parsed message round-trips.
            let mut encoded = Vec::new();
            frame::send(&mut encoded, &message).await.unwrap();
            let again: AgentMessage = frame::receive(&mut &encoded[..], MAX_SIZE * 8).await.unwrap().unwrap();
            assert_eq!(format!("{again:?}"), format!("{message:?}"));
        }
        let _ = frame::receive::<ServerMessage>(&mut &data[..], MAX_SIZE).await;
        let _ = frame::receive::<OpenStream>(&mut &data[..], MAX_SIZE).await;
        let _ = frame::receive::<Opened>(&mut &data[..], MAX_SIZE).await;
        let _ = frame::receive::<TerminalInput>(&mut &data[..], MAX_SIZE).await;
        let (mut rest, mut datagram) = (data, Vec::new());
        while let Ok(true) = datagram::receive(&mut rest, &mut datagram).await {}
    });
});
