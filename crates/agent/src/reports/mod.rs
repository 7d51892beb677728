//! What the agent has to tell the server, kept until it is told: across lost connections, within bounds.

mod logs;

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
use logs::LogQueue;
use tokio::sync::Notify;
use uuid::Uuid;

/// What the agent has to tell.
#[derive(Default)]
pub struct Reports {
    waiting: Mutex<Waiting>,
    bell: Notify,
}

#[derive(Default)]
struct Waiting {
    /// Stages reached and not told, then the latest one told, to be told again after a reconnect.
    stages: std::collections::VecDeque<(Lifecycle, Time)>,
    latest_stage: Option<(Lifecycle, Time)>,
    delivery: Option<(Uuid, Vec<DeliveryWarning>)>,
    directory: Option<AgentMessage>,
    /// What was last seen of each app, and whether it is told.
    apps: BTreeMap<String, (Uuid, AppHealth, bool)>,
    logs: LogQueue,
}

impl Reports {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stage of life was reached.
    pub fn lifecycle(&self, stage: Lifecycle) {
        tracing::info!(stage = stage.as_str(), "lifecycle");
        self.lock().stages.push_back((stage, now()));
        self.bell.notify_one();
    }

    /// What became of the secrets of a manifest.
    pub fn delivery(&self, build: Uuid, warnings: Vec<DeliveryWarning>) {
        self.lock().delivery = Some((build, warnings));
        self.bell.notify_one();
    }

    /// Where sessions start.
    pub fn directory(&self, message: AgentMessage) {
        self.lock().directory = Some(message);
        self.bell.notify_one();
    }

    /// An app is well, or not.
    pub fn app_health(&self, build: Uuid, slug: String, health: AppHealth) {
        self.lock().apps.insert(slug, (build, health, false));
        self.bell.notify_one();
    }

    /// A line of output.
    pub fn log(&self, source: Uuid, level: LogLevel, output: String) {
        let line = LogLine { at: now(), level: level.as_str().to_owned(), output };
        self.lock().logs.push(source, line);
        self.bell.notify_one();
    }

    /// A new connection: what was under way on the last one is told again.
    pub fn reconnected(&self) {
        let mut waiting = self.lock();
        if waiting.stages.is_empty() {
            let latest = waiting.latest_stage;
            waiting.stages.extend(latest);
        }
        for (_, _, told) in waiting.apps.values_mut() {
            *told = false;
        }
        waiting.logs.send_again();
        drop(waiting);
        self.bell.notify_one();
    }

    /// The next thing to tell, if there is one now.
    pub fn next(&self) -> Option<AgentMessage> {
        let mut waiting = self.lock();
        if let Some((stage, at)) = waiting.stages.pop_front() {
            waiting.latest_stage = Some((stage, at));
            return Some(AgentMessage::Lifecycle { state: stage.as_str().to_owned(), at });
        }
        if let Some((build_id, warnings)) = waiting.delivery.take() {
            return Some(AgentMessage::Delivery { build_id, warnings });
        }
        if let Some(message) = waiting.directory.take() {
            return Some(message);
        }
        if let Some((slug, (build_id, health, told))) = waiting.apps.iter_mut().find(|(_, (.., told))| !told) {
            *told = true;
            let (slug, build_id, health) = (slug.clone(), *build_id, health.as_str().to_owned());
            return Some(AgentMessage::AppHealth { build_id, slug, health });
        }
        waiting.logs.next()
    }

    /// The server has stored everything up to this batch.
    pub fn stored(&self, batch: u64) {
        self.lock().logs.stored(batch);
        self.bell.notify_one();
    }

    /// Waits until there may be something to tell.
    pub async fn changed(&self) {
        self.bell.notified().await;
    }

    /// Whether everything was told and stored.
    pub fn is_done(&self) -> bool {
        let waiting = self.lock();
        waiting.stages.is_empty() && waiting.delivery.is_none() && waiting.logs.is_empty()
    }
}

/// The agent's one clock.
#[allow(clippy::disallowed_methods)]
fn now() -> Time {
    Time(jiff::Timestamp::now())
}
