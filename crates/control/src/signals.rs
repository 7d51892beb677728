//! What this server's tasks wait for: committed changes that they should act on at once. A change made by another server
//! is seen at the next poll.

use std::time::Duration;

use tokio::{sync::Notify, time::timeout};

use crate::{Caller, Control};

/// How often a long-lived connection is re-authorized, beside every revocation at this server.
const REAUTHORIZE_INTERVAL: Duration = Duration::from_secs(10);

/// Notified after the commit of a change.
#[derive(Default)]
pub(crate) struct Signals {
    pub(crate) build_queued: Notify,
    pub(crate) build_canceled: Notify,
    pub(crate) session_revoked: Notify,
}

impl Control {
    /// Waits until a build was queued. For the one task that claims builds.
    pub async fn build_queued(&self) {
        self.signals.build_queued.notified().await;
    }

    /// Waits until some build was canceled.
    pub async fn build_canceled(&self) {
        self.signals.build_canceled.notified().await;
    }

    /// Waits until the caller is no longer authorized: suspended, logged out, or their key deleted or expired.
    pub async fn wait_until_revoked(&self, caller: &Caller) {
        loop {
            let mut revoked = std::pin::pin!(self.signals.session_revoked.notified());
            revoked.as_mut().enable();
            match self.is_session_valid(caller).await {
                Ok(true) => {}
                Ok(false) => return,
                // A failing database is no reason to close connections.
                Err(error) => tracing::warn!(%error, "cannot re-authorize a session"),
            }
            let _ = timeout(REAUTHORIZE_INTERVAL, revoked).await;
        }
    }
}
