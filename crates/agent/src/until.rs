//! Waiting for a flag.

use tokio::sync::watch;

/// Waits until a flag has this value; for ever when nobody can set it any more.
pub async fn until(flag: &watch::Receiver<bool>, value: bool) {
    let reached = flag.clone().wait_for(|now| *now == value).await.map(drop);
    if reached.is_err() {
        std::future::pending::<()>().await;
    }
}
