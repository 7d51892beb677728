//! Workspaces on machines whose owners start the agent themselves, with a token that the server shows them.

use coder_model::template::ProvisionerKind;

use crate::{
    Description,
    unmanaged::{OnStart, Unmanaged},
};

/// The provisioner of `[external]`.
pub(crate) const EXTERNAL: Unmanaged = Unmanaged {
    description: Description {
        kind: ProvisionerKind::External,
        summary: "External: the owner starts the agent on their own machine",
        availability: None,
        // The server could not start it again.
        agent_exits_on_stop: false,
    },
    on_start: OnStart::Log(
        "Waiting for the agent on the external machine; \
         `coder external-workspaces agent-instructions` tells how to start it",
    ),
};
