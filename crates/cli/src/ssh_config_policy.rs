//! What may stand in the configuration of somebody's SSH client on the word of somebody else.

use coder_wire::deployment::SshConfig;

/// Options that run or load programs on people's own machines, or reach beyond the hosts that are meant: those are theirs
/// to set, and nobody else's.
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

/// A part of a host name: nothing that means something in the configuration, or to the shell that a part of it is for.
pub fn parse_host_part(text: &str) -> Result<String, String> {
    if text.chars().all(|character| character.is_ascii_alphanumeric() || ".-_".contains(character)) {
        Ok(text.to_owned())
    } else {
        Err("only letters, digits, '.', '-' and '_' may stand in it".to_owned())
    }
}

/// An option that an operator wants in everybody's configuration: `KEY=VALUE`.
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

/// Whether a server's wishes may be written down: it has no business running anything on its users' machines. Says which
/// may not.
pub fn check(server: &SshConfig) -> Result<(), String> {
    for text in [&server.hostname_prefix, &server.hostname_suffix] {
        parse_host_part(text).map_err(|reason| format!("{text:?} as a part of host names: {reason}"))?;
    }
    match server.ssh_config_options.iter().find(|(key, value)| !is_allowed(key, value)) {
        Some((key, _)) => Err(format!("the option {key:?}, which is for people themselves to set")),
        None => Ok(()),
    }
}
