//! Entry points of the fuzz targets, for the parsers and protocols that face the network.

mod session;

use std::{sync::Arc, time::Duration};

pub use session::session;
use tokio::{io::AsyncWriteExt, runtime::Builder, time::timeout};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    environment::{EnvMap, Platform},
    os_user::OsUser,
    ssh,
    terminal_sessions::Output,
    workspace::Workspace,
};

/// For a connection to end after its client has disconnected.
const END_TIMEOUT: Duration = Duration::from_secs(20);

/// A workspace in which every shell exits at once.
fn workspace() -> Option<Arc<Workspace>> {
    let url = Url::parse("http://localhost").ok()?;
    let user = OsUser { home: None, shell: "/bin/false".into(), inherited: EnvMap::new(Platform::CURRENT) };
    Some(Arc::new(Workspace::new(user, url, Zeroizing::new("token".to_owned()))))
}

/// Feeds the SSH server with bytes before authentication. It must end the connection after end of file.
pub fn handshake(data: &[u8]) {
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
    let Some(workspace) = workspace() else { return };
    runtime.block_on(async {
        let (server, mut client_stream) = tokio::io::duplex(1 << 20);
        let client = async {
            let _ = client_stream.write_all(b"SSH-2.0-fuzz\r\n").await;
            let _ = client_stream.write_all(data).await;
            let _ = client_stream.shutdown().await;
            let _ = tokio::io::copy(&mut client_stream, &mut tokio::io::sink()).await;
        };
        let both = async { tokio::join!(ssh::serve(workspace, server), client) };
        assert!(timeout(END_TIMEOUT, both).await.is_ok(), "the connection must end");
    });
}

/// Feeds terminal output with chunks whose lengths and repetitions the bytes choose. One viewer reads everything, one now and
/// then, and one attaches at the end.
pub fn terminal_output(data: &[u8]) {
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let output = Output::default();
        let (mut first, mut slow) = (output.subscribe(), output.subscribe());
        let mut rest = data;
        let mut seen = Vec::new();
        while let [length, times, after @ ..] = rest {
            let (chunk, after) = after.split_at(usize::from(*length).min(after.len()));
            // Up to 64 KiB each: a few of them exceed the scrollback.
            let chunk = chunk.repeat(usize::from(*times));
            output.push(&chunk);
            let before = seen.len();
            while seen.len() < before + chunk.len() {
                seen.extend(first.next().await.unwrap_or_default());
            }
            if times % 16 == 0 && !chunk.is_empty() {
                slow.next().await;
            }
            rest = after;
        }
        output.end();
        assert_eq!(first.next().await, None, "everything is read");
        while slow.next().await.is_some() {}
        let mut late = output.subscribe();
        let mut again = Vec::new();
        while let Some(chunk) = late.next().await {
            again.extend(chunk);
        }
        assert!(seen.ends_with(&again), "a later viewer reads the end of the same output");
    });
}
