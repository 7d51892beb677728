//! Hostnames of workspaces in SSH configurations.

/// Converts a hostname to a workspace reference, as other commands take it. Prefix and suffix are removed, if present;
/// `OWNER--NAME` and `OWNER--NAME--AGENT` become `OWNER/NAME` and `OWNER/NAME.AGENT`.
pub fn parse_hostname(host: &str, prefix: Option<&str>, suffix: Option<&str>) -> String {
    if prefix.is_none() && suffix.is_none() {
        return host.to_owned();
    }
    let name = prefix.and_then(|prefix| host.strip_prefix(prefix)).unwrap_or(host);
    let dotted = suffix.map(|suffix| format!(".{}", suffix.trim_start_matches('.')));
    let name = dotted.and_then(|suffix| name.strip_suffix(&suffix)).unwrap_or(name);
    match name.split("--").collect::<Vec<_>>().as_slice() {
        [owner, name] => format!("{owner}/{name}"),
        [owner, name, agent] => format!("{owner}/{name}.{agent}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_hostname;

    #[test]
    fn hostnames_become_workspace_references() {
        for (host, prefix, suffix, workspace) in [
            ("dev", None, None, "dev"),
            ("me/dev", None, None, "me/dev"),
            ("coder.dev", Some("coder."), None, "dev"),
            ("coder.dev.main", Some("coder."), None, "dev.main"),
            ("coder.ada--dev", Some("coder."), None, "ada/dev"),
            ("coder.ada--dev--main", Some("coder."), None, "ada/dev.main"),
            ("dev.coder", None, Some("coder"), "dev"),
            ("ada--my-dev.coder", Some("coder."), Some(".coder"), "ada/my-dev"),
            ("dev", Some("coder."), Some("coder"), "dev"),
        ] {
            assert_eq!(parse_hostname(host, prefix, suffix), workspace);
        }
    }
}
