//! The SSH server inside the workspace. Whoever gets here was let in by the server: there is nothing to authenticate.
//!
//! All of `russh` is behind this module: it changes often.

mod agent_forwarding;
mod channel;
mod forward;
mod forwarded;
mod handler;
mod host_key;
mod modes;
mod process;
mod stdin_queue;

use std::{sync::Arc, time::Duration};

use handler::ConnectionHandler;
use russh::{
    Limits, MethodKind, MethodSet, Preferred, cipher, kex, mac,
    server::{Config, run_stream},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::timeout,
};

use crate::{until::until, workspace::Workspace};

/// Bytes that a client may send ahead on one channel.
pub(super) const WINDOW: u32 = 1024 * 1024;
/// The largest packet, in bytes.
const MAX_PACKET_BYTES: u32 = 32 * 1024;
/// How often a client that says nothing is asked whether it is there; one that misses three is gone.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);

/// How long a client may take until it is let in.
const LOGIN_GRACE_TIME: Duration = Duration::from_secs(60);

/// What is offered: what every current OpenSSH has, and nothing that is known to be weak.
const ALGORITHMS: Preferred = Preferred {
    kex: std::borrow::Cow::Borrowed(&[
        kex::MLKEM768X25519_SHA256,
        kex::CURVE25519,
        kex::CURVE25519_PRE_RFC_8731,
        kex::EXTENSION_SUPPORT_AS_SERVER,
        kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER,
    ]),
    cipher: std::borrow::Cow::Borrowed(&[cipher::AES_128_GCM, cipher::AES_256_GCM, cipher::CHACHA20_POLY1305]),
    mac: std::borrow::Cow::Borrowed(&[mac::HMAC_SHA256_ETM, mac::HMAC_SHA512_ETM]),
    ..Preferred::DEFAULT
};

/// Serves one SSH connection until it ends, or the workspace does.
pub async fn serve(workspace: Arc<Workspace>, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
    let config = Config {
        methods: MethodSet::from(&[MethodKind::None][..]),
        keys: vec![host_key::derive(workspace.token())],
        window_size: WINDOW,
        maximum_packet_size: MAX_PACKET_BYTES,
        limits: Limits::default(),
        preferred: ALGORITHMS,
        inactivity_timeout: None,
        keepalive_interval: Some(KEEP_ALIVE_INTERVAL),
        ..Config::default()
    };
    let open = workspace.sessions();
    let (authenticate, authenticated) = watch::channel(false);
    let session = ConnectionHandler::new(workspace, authenticate);
    let running = match run_stream(Arc::new(config), stream, session).await {
        Ok(running) => running,
        Err(error) => {
            tracing::debug!(%error, "an SSH connection did not come about");
            return;
        }
    };
    let handle = running.handle();
    tokio::select! {
        ended = running => {
            if let Err(error) = ended {
                tracing::debug!(%error, "an SSH connection ended");
            }
        }
        () = login_grace_expired(&authenticated) => tracing::debug!("an SSH client did not sign in in time"),
        () = until(&open, false) => {
            let text = "The workspace has stopped.".to_owned();
            let _ = handle.disconnect(russh::Disconnect::ByApplication, text, String::new()).await;
        }
    }
}

/// Waits out the time that a client has until it is let in; for ever once it is.
async fn login_grace_expired(authenticated: &watch::Receiver<bool>) {
    if timeout(LOGIN_GRACE_TIME, until(authenticated, true)).await.is_ok() {
        std::future::pending::<()>().await;
    }
}
