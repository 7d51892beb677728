//! Which SSH client options a server may set. Those that run commands or load code are rejected.

use coder_wire::deployment::SshConfig;

/// Options that run programs, load libraries, or affect other hosts.
const FORBIDDEN_OPTIONS: [&str; 12] = [
    "host",
    "include",
    "knownhostscommand",
    "localcommand",
    "match",
    "permitlocalcommand",
    "pkcs11provider",
    "proxycommand",
    "remotecommand",
    "securitykeyprovider",
    "smartcarddevice",
    "xauthlocation",
];

/// Parses a part of a hostname. It must have no meaning in the configuration file, or in the shell that runs the ProxyCommand.
pub fn parse_host_part(text: &str) -> Result<String, String> {
    if text.chars().all(|character| character.is_ascii_alphanumeric() || ".-_".contains(character)) {
        Ok(text.to_owned())
    } else {
        Err("only letters, digits, '.', '-' and '_' are allowed".to_owned())
    }
}

/// Parses an option that the server distributes to all clients: `KEY=VALUE`.
pub fn parse_operator_option(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if is_allowed(key, value) => Ok((key.to_owned(), value.to_owned())),
        _ => Err("it must be KEY=VALUE, and not an option that runs a program".to_owned()),
    }
}

fn is_allowed(key: &str, value: &str) -> bool {
    !key.is_empty()
        && key.chars().all(|character| character.is_ascii_alphanumeric())
        && !value.contains(char::is_control)
        && !FORBIDDEN_OPTIONS.contains(&key.to_ascii_lowercase().as_str())
}

/// Rejects settings of a server that could run something on its users' machines.
pub fn check(server: &SshConfig) -> Result<(), String> {
    for text in [&server.hostname_prefix, &server.hostname_suffix] {
        parse_host_part(text).map_err(|reason| {
            format!("the server's hostname prefix or suffix {text:?} is invalid: {reason}")
        })?;
    }
    match server.ssh_config_options.iter().find(|(key, value)| !is_allowed(key, value)) {
        Some((key, _)) => Err(format!("the server asks for a forbidden SSH option: {key:?}")),
        None => Ok(()),
    }
}
