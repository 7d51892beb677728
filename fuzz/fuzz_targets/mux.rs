//! Any bytes of a peer close its mux, and have no other effect.
#![no_main]

use std::time::Duration;

use coder_mux::{Mux, Role};
use libfuzzer_sys::fuzz_target;
use tokio::{io::AsyncWriteExt, runtime::Builder, time::timeout};

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let role = if first & 1 == 0 { Role::Client } else { Role::Server };
    Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let (local, mut remote) = tokio::io::duplex(1 << 20);
        let (mux, mut incoming) = Mux::new(local, role);
        let peer = async {
            let _ = remote.write_all(bytes).await;
            let _ = remote.shutdown().await;
            // Reads the responses, as a peer does.
            let _ = tokio::io::copy(&mut remote, &mut tokio::io::sink()).await;
        };
        let streams = async { while incoming.accept().await.is_some() {} };
        let all = async { tokio::join!(peer, streams, mux.closed()) };
        assert!(timeout(Duration::from_secs(10), all).await.is_ok(), "the mux does not close");
    });
});
