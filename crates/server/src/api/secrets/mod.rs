//! User secrets. No answer ever has a value in it.

mod import;
mod manage;

pub use import::*;
pub use manage::*;

use coder_model::secret::Secret;
use coder_wire::secrets::UserSecret;

fn to_wire(secret: &Secret) -> UserSecret {
    UserSecret {
        id: secret.id.uuid(),
        name: secret.name.as_str().to_owned(),
        description: secret.description.clone(),
        env_name: secret.env_name.as_ref().map(ToString::to_string).unwrap_or_default(),
        file_path: secret.file_path.as_ref().map(ToString::to_string).unwrap_or_default(),
        enabled: secret.enabled,
        created_at: secret.created_at.into(),
        updated_at: secret.updated_at.into(),
    }
}
