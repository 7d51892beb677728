//! What the agent has to tell the server, kept until it is sent: across lost connections, within bounds.

mod log_queue;

use std::{
    collections::BTreeMap,
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

/// What the agent has to tell.
#[derive(Default)]
pub struct Outbox {
    pending: Mutex<Pending>,
    changed: Notify,
}

#[derive(Default)]
struct Pending {
    /// Stages reached and not sent, then the latest one sent, to be sent again after a reconnect.
    stages: std::collections::VecDeque<(Lifecycle, Time)>,
    latest_stage: Option<(Lifecycle, Time)>,
    delivery: Option<(Uuid, Vec<DeliveryWarning>)>,
    directory: Option<AgentMessage>,
    /// What was last seen of each app, and whether it is sent.
    apps: BTreeMap<String, (Uuid, AppHealth, bool)>,
    logs: LogQueue,
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stage of life was reached.
    pub fn lifecycle(&self, stage: Lifecycle) {
        tracing::info!(stage = stage.as_str(), "lifecycle");
        self.lock().stages.push_back((stage, now()));
        self.changed.notify_one();
    }

    /// What became of the secrets of a manifest.
    pub fn delivery(&self, build: Uuid, warnings: Vec<DeliveryWarning>) {
        self.lock().delivery = Some((build, warnings));
        self.changed.notify_one();
    }

    /// Where sessions start.
    pub fn directory(&self, message: AgentMessage) {
        self.lock().directory = Some(message);
        self.changed.notify_one();
    }

    /// An app is well, or not.
    pub fn app_health(&self, build: Uuid, slug: String, health: AppHealth) {
        self.lock().apps.insert(slug, (build, health, false));
        self.changed.notify_one();
    }

    /// A line of output.
    pub fn log(&self, source: Uuid, level: LogLevel, output: String) {
        let line = LogLine { at: now(), level: level.as_str().to_owned(), output };
        self.lock().logs.push(source, line);
        self.changed.notify_one();
    }

    /// A new connection: what was under way on the last one is sent again.
    pub fn reconnected(&self) {
        let mut pending = self.lock();
        if pending.stages.is_empty() {
            let latest = pending.latest_stage;
            pending.stages.extend(latest);
        }
        for (_, _, sent) in pending.apps.values_mut() {
            *sent = false;
        }
        pending.logs.requeue();
        drop(pending);
        self.changed.notify_one();
    }

    /// The next thing to tell, if there is one now.
    pub fn next(&self) -> Option<AgentMessage> {
        let mut pending = self.lock();
        if let Some((stage, at)) = pending.stages.pop_front() {
            pending.latest_stage = Some((stage, at));
            return Some(AgentMessage::Lifecycle { state: stage.as_str().to_owned(), at });
        }
        if let Some((build_id, warnings)) = pending.delivery.take() {
            return Some(AgentMessage::Delivery { build_id, warnings });
        }
        if let Some(message) = pending.directory.take() {
            return Some(message);
        }
        if let Some((slug, (build_id, health, sent))) = pending.apps.iter_mut().find(|(_, (.., sent))| !sent) {
            *sent = true;
            let (slug, build_id, health) = (slug.clone(), *build_id, health.as_str().to_owned());
            return Some(AgentMessage::AppHealth { build_id, slug, health });
        }
        pending.logs.next()
    }

    /// The server has stored everything up to this batch.
    pub fn acknowledge(&self, batch: u64) {
        self.lock().logs.acknowledge(batch);
        self.changed.notify_one();
    }

    /// Waits until there may be something to tell.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Whether everything was sent and stored.
    pub fn is_empty(&self) -> bool {
        let pending = self.lock();
        pending.stages.is_empty() && pending.delivery.is_none() && pending.logs.is_empty()
    }
}

/// The agent's one clock.
#[allow(clippy::disallowed_methods)]
fn now() -> Time {
    Time(jiff::Timestamp::now())
}
