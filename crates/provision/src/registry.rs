//! The provisioners of a server: the one place that knows every kind.

use std::sync::Arc;

use coder_model::template::ProvisionerKind;

use crate::{Processes, Provisioner, external::EXTERNAL, process::NOT_ALLOWED};

/// The provisioners of a server, one for each kind. Cheap to clone.
#[derive(Clone)]
pub struct Provisioners {
    process: Arc<dyn Provisioner>,
    external: Arc<dyn Provisioner>,
}

impl Provisioners {
    /// What the operator has set up. Without `processes`, workspaces may not run as processes of this server.
    #[must_use]
    pub fn new(processes: Option<Processes>) -> Self {
        let process: Arc<dyn Provisioner> = match processes {
            Some(processes) => Arc::new(processes),
            None => Arc::new(NOT_ALLOWED),
        };
        Self { process, external: Arc::new(EXTERNAL) }
    }

    /// Replaces the provisioner of the same kind.
    #[must_use]
    pub fn with(mut self, provisioner: Arc<dyn Provisioner>) -> Self {
        let kind = provisioner.describe().kind;
        *self.slot(kind) = provisioner;
        self
    }

    /// The provisioner of a kind.
    #[must_use]
    pub fn get(&self, kind: ProvisionerKind) -> &dyn Provisioner {
        match kind {
            ProvisionerKind::Process => &*self.process,
            ProvisionerKind::External => &*self.external,
        }
    }

    fn slot(&mut self, kind: ProvisionerKind) -> &mut Arc<dyn Provisioner> {
        match kind {
            ProvisionerKind::Process => &mut self.process,
            ProvisionerKind::External => &mut self.external,
        }
    }

    /// Every provisioner.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Provisioner> {
        ProvisionerKind::ALL.into_iter().map(|kind| self.get(kind))
    }
}
