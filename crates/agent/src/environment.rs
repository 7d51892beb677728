//! The environment of every process in the workspace. Nothing else decides about precedence.

use std::collections::BTreeMap;

use coder_wire::agent::{DeliveryWarning, Manifest, ManifestSecret};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Unix,
    /// Names of variables and files are case-insensitive.
    Windows,
}

impl Platform {
    pub const CURRENT: Self = if cfg!(windows) { Self::Windows } else { Self::Unix };
}

/// Environment variables by name.
#[derive(Clone, PartialEq, Eq)]
pub struct EnvMap {
    platform: Platform,
    values: BTreeMap<String, String>,
}

impl EnvMap {
    pub fn new(platform: Platform) -> Self {
        Self { platform, values: BTreeMap::new() }
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        if self.platform == Platform::Windows {
            self.values.retain(|known, _| !known.eq_ignore_ascii_case(name));
        }
        self.values.insert(name.to_owned(), value.into());
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let found = match self.platform {
            Platform::Unix => self.values.get(name),
            Platform::Windows => {
                self.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
            }
        };
        found.map(String::as_str)
    }

    pub fn remove(&mut self, name: &str) {
        match self.platform {
            Platform::Unix => drop(self.values.remove(name)),
            Platform::Windows => self.values.retain(|known, _| !known.eq_ignore_ascii_case(name)),
        }
    }

    /// Sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Shows the names only: values can be secrets.
impl std::fmt::Debug for EnvMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Values that only the agent knows.
#[derive(Clone, Copy)]
pub struct AgentEnv<'a> {
    pub url: &'a str,
    pub token: &'a str,
}

/// The environment of a new process. Later layers override earlier ones: the agent's own environment; the template's
/// `[agent] env` and `[[env]]`, with `$VAR` expanded; the owner's secrets, verbatim; the variables that the agent sets.
pub fn compose(inherited: &EnvMap, manifest: &Manifest, agent: AgentEnv<'_>) -> EnvMap {
    let mut variables = inherited.clone();
    for name in ["CODER_AGENT_URL", "CODER_AGENT_TOKEN", "CODER_AGENT_TOKEN_FILE"] {
        variables.remove(name);
    }
    for variable in manifest.agent_env.iter().chain(&manifest.env) {
        let value = expand(&variable.value, &variables);
        variables.set(&variable.name, value);
    }
    for secret in &manifest.secrets {
        if let Some(name) = secret.env_name.as_deref().filter(|name| is_valid(name, secret)) {
            variables.set(name, secret.value.expose());
        }
    }
    for (name, value) in [
        ("CODER", "true"),
        ("CODER_WORKSPACE_ID", manifest.workspace_id.to_string().as_str()),
        ("CODER_WORKSPACE_NAME", manifest.workspace_name.as_str()),
        ("CODER_WORKSPACE_AGENT_NAME", manifest.agent_name.as_str()),
        ("CODER_WORKSPACE_OWNER_NAME", manifest.owner_name.as_str()),
        ("CODER_AGENT_URL", agent.url),
        ("CODER_AGENT_TOKEN", agent.token),
    ] {
        variables.set(name, value);
    }
    variables
}

/// Whether a variable can have this name and value. The server checks this as well; an invalid one would keep every process
/// from starting.
fn is_valid(name: &str, secret: &ManifestSecret) -> bool {
    is_name(name) && !secret.value.expose().contains('\0')
}

/// Warnings about the secrets that [`compose`] leaves out.
pub fn undeliverable(manifest: &Manifest) -> Vec<DeliveryWarning> {
    let named = manifest.secrets.iter().filter_map(|secret| Some((secret.env_name.as_deref()?, secret)));
    named
        .filter(|(name, secret)| !is_valid(name, secret))
        .map(|(name, secret)| DeliveryWarning {
            secret: secret.name.clone(),
            message: format!("{name:?} cannot be an environment variable with this value, so it was not set"),
        })
        .collect()
}

/// Replaces `$NAME` and `${NAME}`; unknown names become empty. A `$` before anything else stays.
pub fn expand(text: &str, variables: &EnvMap) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let (name, tail) = match after.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
            Some((name, tail)) if is_name(name) => (name, tail),
            Some(_) => ("", after),
            None => {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
                after.split_at_checked(end).filter(|(name, _)| is_name(name)).unwrap_or(("", after))
            }
        };
        if name.is_empty() {
            expanded.push('$');
        } else {
            expanded.push_str(variables.get(name).unwrap_or_default());
        }
        rest = tail;
    }
    expanded.push_str(rest);
    expanded
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use coder_wire::agent::EnvVar;
    use uuid::Uuid;

    use super::*;

    fn variables(platform: Platform, from: &[(&str, &str)]) -> EnvMap {
        let mut variables = EnvMap::new(platform);
        for (name, value) in from {
            variables.set(name, *value);
        }
        variables
    }

    fn env(from: &[(&str, &str)]) -> Vec<EnvVar> {
        from.iter().map(|(name, value)| EnvVar { name: (*name).into(), value: (*value).into() }).collect()
    }

    fn manifest(agent_env: &[(&str, &str)], more: &[(&str, &str)], secrets: &[(&str, &str)]) -> Manifest {
        Manifest {
            agent_id: Uuid::nil(),
            agent_name: "main".into(),
            workspace_id: Uuid::nil(),
            workspace_name: "dev".into(),
            owner_name: "alice".into(),
            build_id: Uuid::nil(),
            directory: None,
            agent_env: env(agent_env),
            env: env(more),
            scripts: Vec::new(),
            apps: Vec::new(),
            log_source_id: Uuid::nil(),
            secrets: secrets
                .iter()
                .map(|(name, value)| ManifestSecret {
                    name: (*name).to_lowercase(),
                    env_name: Some((*name).into()),
                    file_path: None,
                    value: (*value).into(),
                })
                .collect(),
        }
    }

    const AGENT: AgentEnv<'_> = AgentEnv { url: "http://127.0.0.1:3000", token: "sesame" };

    #[test]
    fn later_layers_win() {
        let inherited = variables(
            Platform::Unix,
            &[("A", "agent"), ("B", "agent"), ("C", "agent"), ("D", "agent"), ("CODER_AGENT_TOKEN_FILE", "/x")],
        );
        let manifest = manifest(
            &[("B", "template"), ("C", "template"), ("D", "template")],
            &[("C", "env"), ("D", "env")],
            &[("D", "$A secret"), ("CODER", "no")],
        );
        let composed = compose(&inherited, &manifest, AGENT);
        for (name, value) in [
            ("A", Some("agent")),
            ("B", Some("template")),
            ("C", Some("env")),
            ("D", Some("$A secret")),
            ("CODER", Some("true")),
            ("CODER_WORKSPACE_NAME", Some("dev")),
            ("CODER_WORKSPACE_OWNER_NAME", Some("alice")),
            ("CODER_AGENT_TOKEN", Some("sesame")),
            ("CODER_AGENT_TOKEN_FILE", None),
        ] {
            assert_eq!(composed.get(name), value, "{name}");
        }
        assert!(!format!("{composed:?}").contains("secret\""), "values are not shown");
    }

    #[test]
    fn invalid_variables_are_left_out_with_a_warning() {
        let manifest = manifest(&[], &[], &[("GOOD", "v"), ("NUL", "a\0b"), ("A=B", "v")]);
        let composed = compose(&variables(Platform::Unix, &[]), &manifest, AGENT);
        assert_eq!((composed.get("GOOD"), composed.get("NUL"), composed.get("A=B")), (Some("v"), None, None));
        let named: Vec<_> = undeliverable(&manifest).into_iter().map(|warning| warning.secret).collect();
        assert_eq!(named, ["nul", "a=b"]);
    }

    #[test]
    fn templates_see_the_layers_below_them() {
        let inherited = variables(Platform::Unix, &[("PATH", "/bin")]);
        let manifest = manifest(&[("PATH", "/opt:$PATH"), ("X", "1")], &[("PATH", "${PATH}:/z$X")], &[]);
        assert_eq!(compose(&inherited, &manifest, AGENT).get("PATH"), Some("/opt:/bin:/z1"));
    }

    #[test]
    fn windows_names_are_case_insensitive() {
        let inherited = variables(Platform::Windows, &[("Path", "C:\\"), ("Token", "agent")]);
        let composed = compose(&inherited, &manifest(&[("PATH", "$path;D:\\")], &[], &[("TOKEN", "t")]), AGENT);
        assert_eq!(composed.get("path"), Some("C:\\;D:\\"));
        assert_eq!(composed.iter().filter(|(name, _)| name.eq_ignore_ascii_case("token")).count(), 1);
        assert_eq!(composed.get("Token"), Some("t"));
    }

    #[test]
    fn expansion_edge_cases() {
        let known = variables(Platform::Unix, &[("A", "x"), ("_B1", "y")]);
        for (text, expected) in [
            ("$A", "x"),
            ("${A}b", "xb"),
            ("$_B1-$A$A", "y-xx"),
            ("$NO.", "."),
            ("cost: $5", "cost: $5"),
            ("100$", "100$"),
            ("$$A", "$x"),
            ("${A", "${A"),
            ("${}", "${}"),
            ("${A-x}", "${A-x}"),
            ("$Aé", "xé"),
        ] {
            assert_eq!(expand(text, &known), expected, "{text}");
        }
    }
}
