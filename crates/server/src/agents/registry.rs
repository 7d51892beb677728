//! Which agents are connected to this server.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use coder_model::AgentId;
use coder_mux::Mux;
use uuid::Uuid;

/// Which agents are connected to this server: one mux each, the latest.
#[derive(Default)]
pub struct Registry(Mutex<HashMap<AgentId, Connection>>);

#[derive(Clone)]
struct Connection {
    id: Uuid,
    mux: Mux,
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, HashMap<AgentId, Connection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an agent's mux. One that it had before is closed: the agent has given it up.
    pub fn insert(&self, agent: AgentId, id: Uuid, mux: Mux) {
        let before = self.lock().insert(agent, Connection { id, mux });
        if let Some(before) = before {
            before.mux.close();
        }
    }

    /// Forgets a connection, unless a later one has taken its place.
    pub fn remove(&self, agent: AgentId, id: Uuid) {
        let mut connections = self.lock();
        if connections.get(&agent).is_some_and(|connection| connection.id == id) {
            connections.remove(&agent);
        }
    }

    /// The mux to an agent.
    pub fn mux(&self, agent: AgentId) -> Option<Mux> {
        self.lock().get(&agent).map(|connection| connection.mux.clone())
    }

    /// All connections.
    pub fn connections(&self) -> Vec<Uuid> {
        self.lock().values().map(|connection| connection.id).collect()
    }
}
