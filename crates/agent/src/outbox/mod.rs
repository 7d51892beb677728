//! Messages for the server, kept across lost connections until they are sent, within bounds.

mod log_queue;

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use coder_model::{
    template::AppHealth,
    workspace::{Lifecycle, LogLevel},
};
use coder_wire::{
    Time,
    agent::{AgentMessage, DeliveryWarning, LogLine},
};
use log_queue::LogQueue;
use tokio::sync::Notify;
use uuid::Uuid;

#[derive(Default)]
pub struct Outbox {
    pending: Mutex<Pending>,
    changed: Notify,
}

#[derive(Default)]
struct Pending {
    /// Lifecycle states that are not sent yet.
    lifecycle: VecDeque<(Lifecycle, Time)>,
    /// The last state sent. It is sent again after a reconnect.
    sent_lifecycle: Option<(Lifecycle, Time)>,
    delivery: Option<(Uuid, Vec<DeliveryWarning>)>,
    directory: Option<String>,
    /// The latest health of each app by slug, and whether it is sent.
    apps: BTreeMap<String, (Uuid, AppHealth, bool)>,
    logs: LogQueue,
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn lifecycle(&self, state: Lifecycle) {
        tracing::info!(state = state.as_str(), "lifecycle");
        self.lock().lifecycle.push_back((state, now()));
        self.changed.notify_one();
    }

    /// The result of delivering a manifest's secrets.
    pub fn delivery(&self, build: Uuid, warnings: Vec<DeliveryWarning>) {
        self.lock().delivery = Some((build, warnings));
        self.changed.notify_one();
    }

    /// The directory that sessions start in.
    pub fn directory(&self, path: &Path) {
        self.lock().directory = Some(path.to_string_lossy().into_owned());
        self.changed.notify_one();
    }

    pub fn app_health(&self, build: Uuid, slug: String, health: AppHealth) {
        self.lock().apps.insert(slug, (build, health, false));
        self.changed.notify_one();
    }

    pub fn log(&self, source: Uuid, level: LogLevel, output: String) {
        let line = LogLine { at: now(), level: level.as_str().to_owned(), output };
        self.lock().logs.push(source, line);
        self.changed.notify_one();
    }

    /// Queues again what the last connection may have lost.
    pub fn reconnected(&self) {
        let mut pending = self.lock();
        if pending.lifecycle.is_empty() {
            let latest = pending.sent_lifecycle;
            pending.lifecycle.extend(latest);
        }
        for (_, _, sent) in pending.apps.values_mut() {
            *sent = false;
        }
        pending.logs.requeue();
        drop(pending);
        self.changed.notify_one();
    }

    /// The next message to send, if there is one.
    pub fn next(&self) -> Option<AgentMessage> {
        let mut pending = self.lock();
        if let Some((state, at)) = pending.lifecycle.pop_front() {
            pending.sent_lifecycle = Some((state, at));
            return Some(AgentMessage::Lifecycle { state: state.as_str().to_owned(), at });
        }
        if let Some((build_id, warnings)) = pending.delivery.take() {
            return Some(AgentMessage::Delivery { build_id, warnings });
        }
        if let Some(path) = pending.directory.take() {
            return Some(AgentMessage::Directory { path });
        }
        if let Some((slug, (build_id, health, sent))) = pending.apps.iter_mut().find(|(_, (.., sent))| !sent) {
            *sent = true;
            let (slug, build_id, health) = (slug.clone(), *build_id, health.as_str().to_owned());
            return Some(AgentMessage::AppHealth { build_id, slug, health });
        }
        pending.logs.next()
    }

    /// The server has stored all log lines up to this batch.
    pub fn acknowledge(&self, batch: u64) {
        self.lock().logs.acknowledge(batch);
        self.changed.notify_one();
    }

    /// Waits until there may be a message to send.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Whether everything that a shutdown waits for is sent, and stored by the server.
    pub fn is_empty(&self) -> bool {
        let pending = self.lock();
        pending.lifecycle.is_empty() && pending.delivery.is_none() && pending.logs.is_empty()
    }
}

/// The agent's only clock.
#[allow(clippy::disallowed_methods)]
fn now() -> Time {
    Time(jiff::Timestamp::now())
}
