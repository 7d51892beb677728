//! What sealed bytes are tied to: moved anywhere else, they do not open.

use coder_model::{SecretId, UserId, WorkspaceId};

/// The place that a sealed value belongs to. It is authenticated with the value but not stored in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssociatedData {
    /// A user secret's value.
    SecretValue {
        /// Whose secret.
        owner: UserId,
        /// Which secret.
        secret: SecretId,
        /// Which of the values it has had.
        revision: i64,
    },
    /// The token of a workspace's agent.
    AgentToken {
        /// Whose workspace.
        owner: UserId,
        /// Which workspace.
        workspace: WorkspaceId,
    },
}

/// Names this format in everything that is sealed; another format gets another name.
const FORMAT: &[u8; 8] = b"coder/1\0";

impl AssociatedData {
    /// The associated data. All parts but the first have a fixed length and the first byte after the format says
    /// which they are, so no two bindings give the same bytes.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut data = FORMAT.to_vec();
        match self {
            Self::SecretValue { owner, secret, revision } => {
                data.push(1);
                data.extend_from_slice(owner.uuid().as_bytes());
                data.extend_from_slice(secret.uuid().as_bytes());
                data.extend_from_slice(&revision.to_be_bytes());
            }
            Self::AgentToken { owner, workspace } => {
                data.push(2);
                data.extend_from_slice(owner.uuid().as_bytes());
                data.extend_from_slice(workspace.uuid().as_bytes());
            }
        }
        data
    }

    /// The associated data of a user's wrapped data key.
    pub(crate) fn wrapped_key(owner: UserId) -> Vec<u8> {
        let mut data = FORMAT.to_vec();
        data.push(0);
        data.extend_from_slice(owner.uuid().as_bytes());
        data
    }
}
