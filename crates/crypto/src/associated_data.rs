//! Associated data: ties a ciphertext to the row that it is stored in, so that it cannot be decrypted in another.

use coder_model::{SecretId, UserId, WorkspaceId};

/// What a ciphertext belongs to. Authenticated with the ciphertext, but not stored in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssociatedData {
    /// A user secret's value.
    SecretValue {
        /// The user whose data key encrypts it.
        owner: UserId,
        /// The secret's row.
        secret: SecretId,
        /// From 1, one more with each new value of the secret.
        revision: i64,
    },
    /// The token of a workspace's agent.
    AgentToken {
        /// The user whose data key encrypts it.
        owner: UserId,
        /// The workspace, which has one agent.
        workspace: WorkspaceId,
    },
}

/// The version of this encoding. Stored ciphertexts depend on it: another encoding needs another value.
const FORMAT: &[u8; 8] = b"coder/1\0";

impl AssociatedData {
    /// Unambiguous: the byte after the format tells the variants apart, and the fields of each have fixed lengths.
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

    /// For a user's wrapped data key. 0 tells it apart from the variants.
    pub(crate) fn wrapped_key(owner: UserId) -> Vec<u8> {
        let mut data = FORMAT.to_vec();
        data.push(0);
        data.extend_from_slice(owner.uuid().as_bytes());
        data
    }
}
