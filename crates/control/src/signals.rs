//! Notifications of committed changes, for tasks of this server that act on them at once. They see a change made by
//! another server at their next poll.

use std::time::Duration;

use tokio::{sync::Notify, time::timeout};

use crate::{Caller, Control};

/// How often a long-lived connection is re-authorized, in addition to every revocation at this server.
const REAUTHORIZE_INTERVAL: Duration = Duration::from_secs(10);

/// Notified after the commit of a change.
#[derive(Default)]
pub(crate) struct Signals {
    pub(crate) build_queued: Notify,
    pub(crate) build_canceled: Notify,
    pub(crate) session_revoked: Notify,
}

impl Control {
    /// Waits until a build is queued. For the server's build worker: one task at a time is notified.
    pub async fn build_queued(&self) {
        self.signals.build_queued.notified().await;
    }

    /// Waits until any build is canceled. For the server's build worker.
    pub async fn build_canceled(&self) {
        self.signals.build_canceled.notified().await;
    }

    /// Waits until the caller is no longer authorized: suspended, logged out, or their key deleted or expired. For
    /// the server's long-lived connections.
    pub async fn wait_until_revoked(&self, caller: &Caller) {
        loop {
            let mut revoked = std::pin::pin!(self.signals.session_revoked.notified());
            revoked.as_mut().enable();
            match self.is_session_valid(caller).await {
                Ok(true) => {}
                Ok(false) => return,
                // A database failure must not close connections.
                Err(error) => tracing::warn!(%error, "cannot re-authorize a session"),
            }
            let _ = timeout(REAUTHORIZE_INTERVAL, revoked).await;
        }
    }
}
