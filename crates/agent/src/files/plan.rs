//! Which file gets which secret. Pure: no file is touched.

use std::collections::BTreeMap;

use coder_wire::agent::{DeliveryWarning, ManifestSecret};

use crate::environment::Platform;

#[derive(Debug, PartialEq, Eq)]
pub struct PlannedFile<'m> {
    /// Absolute, without `.` and `..`.
    pub path: String,
    pub secret: &'m ManifestSecret,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Plan<'m> {
    /// Sorted by name of the secret.
    pub files: Vec<PlannedFile<'m>>,
    /// One per secret that is left out.
    pub warnings: Vec<DeliveryWarning>,
}

/// Plans the files of a manifest. Of two secrets with the same path, the later name wins.
pub fn plan<'m>(platform: Platform, home: Option<&str>, secrets: &'m [ManifestSecret]) -> Plan<'m> {
    let mut warnings = Vec::new();
    let mut files: Vec<PlannedFile<'m>> = Vec::new();
    let mut by_path: BTreeMap<String, usize> = BTreeMap::new();
    for secret in secrets {
        let Some(target) = &secret.file_path else { continue };
        let path = match absolute_path(platform, home, target) {
            Ok(path) => path,
            Err(error) => {
                let message = format!("cannot write {target}: {error}");
                warnings.push(DeliveryWarning { secret: secret.name.clone(), message });
                continue;
            }
        };
        let key = if platform == Platform::Windows { path.to_lowercase() } else { path.clone() };
        if let Some(earlier) = by_path.get(&key).and_then(|index| files.get_mut(*index)) {
            warnings.push(DeliveryWarning {
                secret: earlier.secret.name.clone(),
                message: format!(
                    "multiple secrets resolve to the same file path {path}: {} and {target} of secret {:?}, which wins; \
                     use distinct paths",
                    earlier.secret.file_path.as_deref().unwrap_or_default(),
                    secret.name
                ),
            });
            earlier.secret = secret;
        } else {
            by_path.insert(key, files.len());
            files.push(PlannedFile { path, secret });
        }
    }
    Plan { files, warnings }
}

/// The absolute path of a target. `~/` is the home directory; `.` and `..` are resolved by name, without the file system.
pub fn absolute_path(platform: Platform, home: Option<&str>, target: &str) -> Result<String, &'static str> {
    let (separators, separator): (&[char], _) = match platform {
        Platform::Unix => (&['/'], '/'),
        Platform::Windows => (&['/', '\\'], '\\'),
    };
    let (root, rest) = match target.strip_prefix("~/") {
        Some(rest) => {
            let home = home.ok_or("the home directory is not known")?;
            (home, rest)
        }
        // On Windows, relative to the current drive.
        None => ("", target),
    };
    let (prefix, home_path) = match platform {
        Platform::Windows => match root.split_once(':') {
            Some((drive, path)) => (format!("{drive}:"), path),
            None => (String::new(), root),
        },
        Platform::Unix => (String::new(), root),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in home_path.split(separators).chain(rest.split(separators)) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        return Err("it is the root directory");
    }
    let mut path = prefix;
    for part in parts {
        path.push(separator);
        path.push_str(part);
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret(name: &str, path: &str) -> ManifestSecret {
        ManifestSecret { name: name.into(), env_name: None, file_path: Some(path.into()), value: "v".into() }
    }

    #[test]
    fn targets_become_absolute_paths() {
        for (platform, home, target, expected) in [
            (Platform::Unix, Some("/home/coder"), "~/a/b", Ok("/home/coder/a/b")),
            (Platform::Unix, Some("/home/coder/"), "~/../x", Ok("/home/x")),
            (Platform::Unix, Some("/h"), "/etc/./a//b/../c", Ok("/etc/a/c")),
            (Platform::Unix, Some("/h"), "/../../a", Ok("/a")),
            (Platform::Unix, Some("/h"), "/a\\b", Ok("/a\\b")),
            (Platform::Unix, None, "~/a", Err("the home directory is not known")),
            (Platform::Unix, Some("/h"), "/", Err("it is the root directory")),
            (Platform::Unix, Some("/h"), "~/..", Err("it is the root directory")),
            (Platform::Windows, Some("C:\\Users\\coder"), "~/a/b", Ok("C:\\Users\\coder\\a\\b")),
            (Platform::Windows, Some("C:\\Users\\coder"), "~/..\\x", Ok("C:\\Users\\x")),
            (Platform::Windows, Some("C:\\Users\\coder"), "/tool/key", Ok("\\tool\\key")),
        ] {
            assert_eq!(absolute_path(platform, home, target), expected.map(str::to_owned), "{target}");
        }
    }

    #[test]
    fn of_two_secrets_with_one_path_the_later_name_wins_with_a_warning() {
        let secrets = [secret("a", "~/config"), secret("b", "/home/coder/config"), secret("c", "~/other")];
        let plan = plan(Platform::Unix, Some("/home/coder"), &secrets);
        let files: Vec<_> = plan.files.iter().map(|w| (w.path.as_str(), w.secret.name.as_str())).collect();
        assert_eq!(files, [("/home/coder/config", "b"), ("/home/coder/other", "c")]);
        let [warning] = plan.warnings.as_slice() else { panic!("one warning") };
        assert_eq!(warning.secret, "a");
        assert!(
            warning.message.contains("~/config") && warning.message.contains("\"b\""),
            "{}",
            warning.message
        );
    }

    #[test]
    fn an_invalid_target_does_not_stop_the_others() {
        let secrets = [secret("a", "~/x"), secret("b", "/tmp/y")];
        let plan = plan(Platform::Unix, None, &secrets);
        assert_eq!(plan.files.len(), 1);
        assert_eq!(plan.warnings[0].message, "cannot write ~/x: the home directory is not known");
    }

    proptest! {
        #[test]
        fn paths_are_absolute_and_normalized(target in "(~/|/)[a./\\\\]{0,20}") {
            if let Ok(path) = absolute_path(Platform::Unix, Some("/home/coder"), &target) {
                prop_assert!(path.starts_with('/'));
                prop_assert!(path.split('/').skip(1).all(|part| !part.is_empty() && part != "." && part != ".."));
            }
        }
    }
}
