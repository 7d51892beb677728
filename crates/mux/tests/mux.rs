//! Multiplexed connections over real WebSockets on loopback: an axum server and a tungstenite client.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::time::Duration;

use axum::{
    Router,
    extract::{WebSocketUpgrade, ws::WebSocket},
    routing::get,
};
use coder_mux::{
    Incoming, Mux, Role, frame,
    socket::{KeepAlive, WebSocketIo},
};
use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use tokio_tungstenite::tungstenite::protocol::Role as WsRole;

/// The two ends of a mux.
async fn pair() -> ((Mux, Incoming), (Mux, Incoming)) {
    let (sender, mut receiver) = mpsc::channel(1);
    let app = Router::new().route(
        "/",
        get(|upgrade: WebSocketUpgrade| async move {
            upgrade.on_upgrade(|socket: WebSocket| async move {
                let end = Mux::new(WebSocketIo::new(socket), Role::Server);
                let mux = end.0.clone();
                sender.send(end).await.unwrap_or_else(|_| panic!("the test has ended"));
                mux.closed().await;
            })
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let stream = TcpStream::connect(address).await.unwrap();
    let (socket, _) = tokio_tungstenite::client_async(format!("ws://{address}/"), stream).await.unwrap();
    let client = Mux::new(WebSocketIo::new(socket), Role::Client);
    (client, receiver.recv().await.unwrap())
}

/// Sends back what each stream receives, until its end.
fn echo(mut incoming: Incoming) {
    tokio::spawn(async move {
        while let Some(stream) = incoming.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = tokio::io::split(stream);
                let _ = tokio::io::copy(&mut read, &mut write).await;
                let _ = write.shutdown().await;
            });
        }
    });
}

#[tokio::test]
async fn streams_carry_ten_megabytes_both_ways_and_close_by_halves() {
    let ((mux, _incoming), (_other, server)) = pair().await;
    echo(server);
    let data: Vec<u8> = (0..10_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let (mut read, mut write) = tokio::io::split(mux.open().await.unwrap());
    let sent = data.clone();
    let writer = tokio::spawn(async move {
        write.write_all(&sent).await.unwrap();
        write.shutdown().await.unwrap();
    });
    let mut back = Vec::new();
    read.read_to_end(&mut back).await.unwrap();
    writer.await.unwrap();
    assert!(back == data, "the bytes came back changed");
}

#[tokio::test]
async fn an_unread_stream_does_not_block_another() {
    let ((mux, _incoming), (_other, mut server)) = pair().await;
    let mut stuck = mux.open().await.unwrap();
    let filler = tokio::spawn(async move {
        // More than any window: ends only when the stream does.
        let _ = stuck.write_all(&vec![0; 64 * 1024 * 1024]).await;
    });
    let _unread = server.accept().await.unwrap();
    echo(server);
    for _ in 0..20 {
        let mut quick = mux.open().await.unwrap();
        quick.write_all(b"hello").await.unwrap();
        let mut echoed = [0; 5];
        timeout(Duration::from_secs(5), quick.read_exact(&mut echoed)).await.unwrap().unwrap();
        assert_eq!(&echoed, b"hello");
    }
    assert!(!filler.is_finished(), "an unread stream must apply back-pressure");
    filler.abort();
}

#[tokio::test]
async fn closing_one_end_closes_both() {
    let ((mux, mut incoming), (other, mut server)) = pair().await;
    other.close();
    timeout(Duration::from_secs(5), mux.closed()).await.unwrap();
    assert!(incoming.accept().await.is_none());
    assert!(server.accept().await.is_none());
    assert!(mux.open().await.is_err());
}

#[tokio::test]
async fn a_silent_peer_times_out_and_a_live_one_does_not() {
    let default = KeepAlive::default();
    assert!(default.timeout < Duration::from_secs(30) && default.interval * 2 < default.timeout);
    let keep_alive = KeepAlive { interval: Duration::from_millis(100), timeout: Duration::from_millis(250) };
    let end = |io, role| async move {
        let socket = tokio_tungstenite::WebSocketStream::from_raw_socket(io, role, None).await;
        WebSocketIo::with_keep_alive(socket, keep_alive)
    };
    // Two ends that only exchange pings.
    let (client_io, server_io) = tokio::io::duplex(1 << 16);
    let (one, _one_in) = Mux::new(end(client_io, WsRole::Client).await, Role::Client);
    let (_other, _other_in) = Mux::new(end(server_io, WsRole::Server).await, Role::Server);
    // One end whose peer never sends anything.
    let (client_io, silent) = tokio::io::duplex(1 << 16);
    let (alone, _alone_in) = Mux::new(end(client_io, WsRole::Client).await, Role::Client);
    let reason = timeout(Duration::from_secs(10), alone.closed()).await.unwrap();
    assert!(reason.contains("timed out"), "{reason}");
    assert!(timeout(Duration::from_secs(1), one.closed()).await.is_err(), "a live connection timed out");
    drop(silent);
}

#[tokio::test]
async fn frames_are_bounded_and_errors_do_not_contain_the_message() {
    let mut wire = Vec::new();
    frame::send(&mut wire, &"hunter2").await.unwrap();
    let error = frame::receive::<u32>(&mut wire.as_slice(), 100).await.unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    let error = frame::receive::<String>(&mut wire.as_slice(), 5).await.unwrap_err();
    assert!(matches!(error, frame::FrameError::TooLong { length: 9, limit: 5 }), "{error}");
    assert!(frame::receive::<String>(&mut [].as_slice(), 5).await.unwrap().is_none());
    assert!(frame::receive::<String>(&mut [0, 0].as_slice(), 5).await.is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _ = runtime.block_on(frame::receive::<serde_json::Value>(&mut bytes.as_slice(), 100));
    }
}
