//! For fuzz targets only: what faces the network, fed with any bytes.

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

/// How long a connection may take to end after its client is gone.
const END_TIMEOUT: Duration = Duration::from_secs(20);

/// A workspace in which every shell ends at once.
fn workspace() -> Option<Arc<Workspace>> {
    let url = Url::parse("http://localhost").ok()?;
    let user = OsUser { home: None, shell: "/bin/false".into(), inherited: EnvMap::new(Platform::CURRENT) };
    Some(Arc::new(Workspace::new(user, url, Zeroizing::new("token".to_owned()))))
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
        assert!(timeout(END_TIMEOUT, both).await.is_ok(), "the connection does not end");
    });
}

/// A terminal that shows these bytes, by pieces whose lengths and repetitions they say themselves, to somebody who watches
/// from the beginning, somebody who looks now and then, and somebody who comes at the end.
pub fn terminal_output(data: &[u8]) {
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let output = Output::default();
        let (mut first, mut slow) = (output.subscribe(), output.subscribe());
        let mut rest = data;
        let mut seen = Vec::new();
        while let [length, times, after @ ..] = rest {
            let (chunk, after) = after.split_at(usize::from(*length).min(after.len()));
            // Up to 64 KiB at once: a few of them are more than is kept.
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
        assert_eq!(first.next().await, None, "everything was seen");
        while slow.next().await.is_some() {}
        let mut late = output.subscribe();
        let mut again = Vec::new();
        while let Some(chunk) = late.next().await {
            again.extend(chunk);
        }
        assert!(seen.ends_with(&again), "who comes later sees the end of the same");
    });
}
