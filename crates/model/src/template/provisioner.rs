//! The table of `template.toml` that names what the agent runs on.

use super::toml_reader::Table;

/// What the agent runs on: a template has exactly one of these tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProvisionerKind {
    /// A child process on the server's own machine.
    Process,
    /// Any machine whose owner starts the agent there.
    External,
}

impl ProvisionerKind {
    /// Every kind, in the order that messages name them.
    pub const ALL: [Self; 2] = [Self::Process, Self::External];

    /// The name of the table, also the value in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::External => "external",
        }
    }

    /// Whether the workspace's owner starts the agent, with a token that the server gives them. Otherwise the server
    /// starts it, and gives the token to nobody.
    #[must_use]
    pub const fn is_agent_started_by_owner(self) -> bool {
        match self {
            Self::Process => false,
            Self::External => true,
        }
    }
}

/// Reads the one table that `root` has. No kind has settings yet.
pub(super) fn read(root: &Table<'_, '_>) -> Option<ProvisionerKind> {
    let mut chosen = Vec::new();
    for kind in ProvisionerKind::ALL {
        if let Some(table) = root.get(kind.as_str()).and_then(|field| field.table()) {
            table.only(&[]);
            chosen.push(kind);
        }
    }
    if let Some(field) = root.get("container") {
        field.error(format!("containers are not available in this version; use {}", alternatives()));
        return None;
    }
    match chosen.as_slice() {
        [one] => Some(*one),
        [] => {
            root.error(format!("say what the workspace runs on: add {}", alternatives()));
            None
        }
        _ => {
            root.error(format!("a template has one provisioner: keep either {}", alternatives()));
            None
        }
    }
}

/// `[process] or [external]`.
fn alternatives() -> String {
    ProvisionerKind::ALL.map(|kind| format!("[{}]", kind.as_str())).join(" or ")
}
