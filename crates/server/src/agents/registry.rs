//! The agents connected to this server.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use coder_model::AgentId;
use coder_mux::Mux;
use uuid::Uuid;

/// The agents connected to this server, each with its latest mux.
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

    /// Registers an agent's mux. An earlier one is closed: the agent has reconnected.
    pub fn insert(&self, agent: AgentId, id: Uuid, mux: Mux) {
        let previous = self.lock().insert(agent, Connection { id, mux });
        if let Some(previous) = previous {
            previous.mux.close();
        }
    }

    /// Removes a connection, unless a later one has replaced it.
    pub fn remove(&self, agent: AgentId, id: Uuid) {
        let mut connections = self.lock();
        if connections.get(&agent).is_some_and(|connection| connection.id == id) {
            connections.remove(&agent);
        }
    }

    pub fn mux(&self, agent: AgentId) -> Option<Mux> {
        self.lock().get(&agent).map(|connection| connection.mux.clone())
    }

    /// The ids of all connections.
    pub fn connections(&self) -> Vec<Uuid> {
        self.lock().values().map(|connection| connection.id).collect()
    }
}
