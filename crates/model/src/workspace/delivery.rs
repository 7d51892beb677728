//! Which secrets were last delivered to a workspace, and what the next delivery would change.

use crate::{SecretId, secret::Secret};

/// A secret as it was last delivered to a workspace, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Identifies the secret also after a change of its targets.
    pub id: SecretId,
    /// Its name at the time.
    pub name: String,
    /// The environment variable it was delivered as.
    pub env_name: Option<String>,
    /// The file it was delivered as.
    pub file_path: Option<String>,
    /// The revision of the delivered value.
    pub value_revision: i64,
}

impl From<&Secret> for DeliveryRecord {
    fn from(secret: &Secret) -> Self {
        Self {
            id: secret.id,
            name: secret.name.to_string(),
            env_name: secret.settings.env_name.as_ref().map(ToString::to_string),
            file_path: secret.settings.file_path.as_ref().map(ToString::to_string),
            value_revision: secret.value_revision,
        }
    }
}

/// What the next start changes for one secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingChange {
    /// It is new in the workspace.
    Added,
    /// It has another value.
    ValueChanged,
    /// It is delivered as another variable or file.
    TargetChanged,
    /// It is no longer delivered. A file that was written stays.
    Removed,
}

/// What a workspace's next start would change, by secret name. `current` is all secrets of its owner.
#[must_use]
pub fn pending_changes(delivered: &[DeliveryRecord], current: &[Secret]) -> Vec<(String, PendingChange)> {
    let deliverable: Vec<DeliveryRecord> =
        current.iter().filter(|secret| secret.settings.is_delivered()).map(DeliveryRecord::from).collect();
    let removed = delivered.iter().filter(|old| !deliverable.iter().any(|new| new.id == old.id));
    let changed = deliverable.iter().filter_map(|new| {
        let change = match delivered.iter().find(|old| old.id == new.id) {
            None => PendingChange::Added,
            Some(old) if old.value_revision != new.value_revision => PendingChange::ValueChanged,
            Some(old) if (&old.env_name, &old.file_path) != (&new.env_name, &new.file_path) => {
                PendingChange::TargetChanged
            }
            Some(_) => return None,
        };
        Some((new.name.clone(), change))
    });
    let mut all: Vec<_> =
        changed.chain(removed.map(|old| (old.name.clone(), PendingChange::Removed))).collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        Moment,
        secret::{EnvName, FileTarget, SecretName, SecretSettings},
    };

    fn secret(id: u128, name: &str) -> Secret {
        let at = Moment::from_micros(0);
        Secret {
            id: Uuid::from_u128(id).into(),
            owner: Uuid::from_u128(9).into(),
            name: SecretName::parse(name).unwrap(),
            settings: SecretSettings {
                env_name: Some(EnvName::parse(&name.to_uppercase()).unwrap()),
                ..SecretSettings::default()
            },
            value_bytes: 1,
            value_revision: 1,
            created_at: at,
            updated_at: at,
        }
    }

    fn changed(mut secret: Secret, change: impl FnOnce(&mut SecretSettings)) -> Secret {
        change(&mut secret.settings);
        secret
    }

    #[test]
    fn changes_are_the_difference_to_the_latest_delivery() {
        let unchanged = secret(1, "unchanged");
        let value = secret(2, "value");
        let target = secret(3, "target");
        let removed = secret(4, "removed");
        let disabled = secret(5, "disabled");
        let delivered: Vec<_> =
            [&unchanged, &value, &target, &removed, &disabled].map(DeliveryRecord::from).into();
        let current = [
            changed(unchanged, |settings| settings.description = "new".to_owned()),
            Secret { value_revision: 2, ..value },
            changed(target, |settings| settings.file_path = Some(FileTarget::parse("~/t").unwrap())),
            changed(disabled, |settings| settings.enabled = false),
            secret(6, "added"),
            changed(secret(7, "stored"), |settings| settings.env_name = None),
        ];
        let expected = [
            ("added", PendingChange::Added),
            ("disabled", PendingChange::Removed),
            ("removed", PendingChange::Removed),
            ("target", PendingChange::TargetChanged),
            ("value", PendingChange::ValueChanged),
        ];
        assert_eq!(
            pending_changes(&delivered, &current),
            expected.map(|(name, change)| (name.to_owned(), change))
        );
    }
}
