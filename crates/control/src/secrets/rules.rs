//! Rules for all secrets of a user together: unique names and targets, and limits. Checked while the owner's row is
//! locked, so that they hold for concurrent requests.

use coder_model::{
    FieldError,
    secret::{LimitExceeded, Secret, SecretName, SecretSettings},
};

use crate::Error;

/// The collisions of name and targets with `others`, as field, detail and the other secret, in the order in which
/// they are reported.
pub(super) fn collisions<'s>(
    others: &[&'s Secret],
    name: Option<&SecretName>,
    settings: &SecretSettings,
) -> Vec<(&'static str, &'static str, &'s Secret)> {
    let find = |matches: &dyn Fn(&Secret) -> bool| others.iter().find(|other| matches(other)).copied();
    let by_name = name.and_then(|name| find(&|other| other.name == *name));
    let SecretSettings { env_name, file_path, .. } = settings;
    let by_env = env_name.as_ref().and_then(|_| find(&|other| other.settings.env_name == *env_name));
    let by_file = file_path.as_ref().and_then(|_| find(&|other| other.settings.file_path == *file_path));
    [
        ("name", "Name is already in use.", by_name),
        ("env_name", "Environment variable name is already in use.", by_env),
        ("file_path", "File path is already in use.", by_file),
    ]
    .into_iter()
    .filter_map(|(field, detail, other)| other.map(|other| (field, detail, other)))
    .collect()
}

/// The error for the first collision.
pub(super) fn conflict(collisions: &[(&'static str, &'static str, &Secret)]) -> Option<Error> {
    collisions.first().map(|(field, detail, _)| {
        Error::conflicting_fields("Validation failed.", vec![FieldError::new(*field, *detail)])
    })
}

/// The error for an exceeded limit.
pub(super) fn over_limit(limit: LimitExceeded) -> Error {
    Error::bad_request(limit.message(), limit.detail())
}
