//! The SSH server of a workspace. Clients connect through the Coder server, which has authorized them: there is nothing
//! left to authenticate.
//!
//! `russh`, whose API changes often, is used in this module only.

mod agent_forwarding;
mod channel;
mod forward;
mod forwarded;
mod handler;
mod host_key;
mod modes;
mod process;
mod sftp;
mod stdin_queue;
mod window;

use std::{sync::Arc, time::Duration};

use handler::ConnectionHandler;
use russh::{
    Limits, MethodKind, MethodSet, Preferred, cipher, kex, mac,
    server::{Config, run_stream},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Notify,
    time::timeout,
};
use window::WINDOW;

use crate::workspace::Workspace;

const MAX_PACKET_BYTES: u32 = 32 * 1024;
/// `russh` closes the connection after three keep-alives without a response.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
/// As OpenSSH's `LoginGraceTime`, which defaults to 120 s.
const LOGIN_GRACE_TIME: Duration = Duration::from_secs(60);

/// Supported by every current OpenSSH, and without known weaknesses.
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

/// Serves one SSH connection until it ends or the workspace shuts down.
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
    let shutdown = workspace.shutdown();
    let authenticated = Arc::new(Notify::new());
    let handler = ConnectionHandler::new(workspace, authenticated.clone());
    let connection = match run_stream(Arc::new(config), stream, handler).await {
        Ok(connection) => connection,
        Err(error) => {
            tracing::debug!(%error, "an SSH handshake failed");
            return;
        }
    };
    let handle = connection.handle();
    tokio::select! {
        result = connection => {
            if let Err(error) = result {
                tracing::debug!(%error, "an SSH connection ended");
            }
        }
        () = login_grace_expired(&authenticated) => tracing::debug!("an SSH client did not log in in time"),
        () = shutdown.cancelled() => {
            let text = "The workspace has stopped.".to_owned();
            let _ = handle.disconnect(russh::Disconnect::ByApplication, text, String::new()).await;
        }
    }
}

/// Resolves when the login grace time expires; never, once the client is authenticated.
async fn login_grace_expired(authenticated: &Notify) {
    if timeout(LOGIN_GRACE_TIME, authenticated.notified()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}
