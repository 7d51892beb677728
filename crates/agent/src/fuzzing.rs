//! For fuzz targets only: what faces the network, fed with any bytes.

mod session;

use std::{sync::Arc, time::Duration};

pub use session::session;
use tokio::{io::AsyncWriteExt, runtime::Builder, time::timeout};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    account::Account,
    environment::{Platform, Variables},
    ssh,
    terminals::Output,
    workspace::Workspace,
};

/// How long a connection may take to end after its client is gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// A workspace in which every shell ends at once.
fn workspace() -> Option<Arc<Workspace>> {
    let url = Url::parse("http://localhost").ok()?;
    let account = Account { home: None, shell: "/bin/false".into(), inherited: Variables::new(Platform::HERE) };
    Some(Arc::new(Workspace::new(account, url, Zeroizing::new("token".to_owned()))))
}

/// An SSH client that says these bytes before it is let in. The agent answers and, once nothing more comes, ends the
/// connection.
pub fn handshake(data: &[u8]) {
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
    let Some(workspace) = workspace() else { return };
    runtime.block_on(async {
        let (near, mut far) = tokio::io::duplex(1 << 20);
        let client = async {
            let _ = far.write_all(b"SSH-2.0-fuzz\r\n").await;
            let _ = far.write_all(data).await;
            let _ = far.shutdown().await;
            let _ = tokio::io::copy(&mut far, &mut tokio::io::sink()).await;
        };
        let both = async { tokio::join!(ssh::serve(workspace, near), client) };
        assert!(timeout(PATIENCE, both).await.is_ok(), "the connection does not end");
    });
}

/// A terminal that shows these bytes, by pieces whose lengths and repetitions they say themselves, to somebody who watches
/// from the beginning, somebody who looks now and then, and somebody who comes at the end.
pub fn terminal_output(data: &[u8]) {
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let output = Output::default();
        let (mut first, mut slow) = (output.watch(), output.watch());
        let mut rest = data;
        let mut seen = Vec::new();
        while let [length, times, after @ ..] = rest {
            let (piece, after) = after.split_at(usize::from(*length).min(after.len()));
            // Up to 64 KiB at once: a few of them are more than is kept.
            let piece = piece.repeat(usize::from(*times));
            output.push(&piece);
            let before = seen.len();
            while seen.len() < before + piece.len() {
                seen.extend(first.next().await.unwrap_or_default());
            }
            if times % 16 == 0 && !piece.is_empty() {
                slow.next().await;
            }
            rest = after;
        }
        output.end();
        assert_eq!(first.next().await, None, "everything was seen");
        while slow.next().await.is_some() {}
        let mut late = output.watch();
        let mut again = Vec::new();
        while let Some(piece) = late.next().await {
            again.extend(piece);
        }
        assert!(seen.ends_with(&again), "who comes later sees the end of the same");
    });
}
