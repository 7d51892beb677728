//! Hostnames of apps: `SLUG--AGENT--WORKSPACE--OWNER` in place of the `*` of `*.apps.example.com`.

use super::AppRef;
use url::Url;

/// A wildcard hostname for apps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppHosts {
    /// What follows the `*`, in lower case.
    suffix: String,
    port: Option<u16>,
}

/// An invalid wildcard hostname.
#[derive(Debug, thiserror::Error)]
#[error("it must be a wildcard hostname, with an optional port: *.apps.example.com")]
pub struct HostError;

impl AppHosts {
    /// Parses `*.apps.example.com` and `*.localhost:3000`, with or without `http://` or `https://`.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
        let rest = text.trim_end_matches('/').strip_prefix('*').ok_or(HostError)?;
        let (suffix, port) = match rest.split_once(':') {
            Some((suffix, port)) => (suffix, Some(port.parse().map_err(|_| HostError)?)),
            None => (rest, None),
        };
        let is_valid =
            suffix.chars().all(|character| character.is_ascii_alphanumeric() || ".-".contains(character));
        let (first, parent) = suffix.split_once('.').ok_or(HostError)?;
        if !is_valid || parent.split('.').any(str::is_empty) || first.starts_with("--") {
            return Err(HostError);
        }
        Ok(Self { suffix: suffix.to_ascii_lowercase(), port })
    }

    /// The app that a `Host` header names, if it does.
    #[must_use]
    pub fn app(&self, host: &str) -> Option<AppRef> {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase();
        let label = name.strip_suffix(&self.suffix)?;
        if label.contains('.') {
            return None;
        }
        let (slug, agent, workspace, owner) = match label.split("--").collect::<Vec<_>>().as_slice() {
            [slug, workspace, owner] => (*slug, None, *workspace, *owner),
            [slug, agent, workspace, owner] => (*slug, Some((*agent).to_owned()), *workspace, *owner),
            _ => return None,
        };
        Some(AppRef { owner: owner.to_owned(), workspace: workspace.to_owned(), agent, slug: slug.to_owned() })
    }

    /// Whether a `Host` header matches the wildcard hostname, whether it names an app or not.
    #[must_use]
    pub fn contains(&self, host: &str) -> bool {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase();
        name.strip_suffix(&self.suffix).is_some_and(|label| !label.is_empty() && !label.contains('.'))
    }

    /// The wildcard hostname, with the port that browsers use.
    #[must_use]
    pub fn pattern(&self, access_url: &Url) -> String {
        match self.port.or(access_url.port()) {
            Some(port) => format!("*{}:{port}", self.suffix),
            None => format!("*{}", self.suffix),
        }
    }

    /// The origin of an app's hostname: scheme and port of the server, but for a port of the wildcard hostname.
    #[must_use]
    pub fn origin(&self, access_url: &Url, host: &str) -> String {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        match self.port.or(access_url.port()) {
            Some(port) => format!("{}://{name}:{port}", access_url.scheme()),
            None => format!("{}://{name}", access_url.scheme()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostnames_name_apps() {
        let hosts = AppHosts::parse("https://*.Apps.example.com").unwrap();
        let app = |host| hosts.app(host).map(|app| (app.slug, app.agent, app.workspace, app.owner));
        let of = |slug: &str, agent: Option<&str>, workspace: &str, owner: &str| {
            Some((slug.to_owned(), agent.map(str::to_owned), workspace.to_owned(), owner.to_owned()))
        };
        assert_eq!(
            app("web--main--my-dev--ada.apps.example.com:443"),
            of("web", Some("main"), "my-dev", "ada")
        );
        assert_eq!(app("Web--dev--ada.APPS.example.com"), of("web", None, "dev", "ada"));
        for other in [
            "apps.example.com",
            ".apps.example.com",
            "x.web--dev--ada.apps.example.com",
            "dev--ada.apps.example.com",
            "web--dev--ada.apps.example.com.evil.org",
            "web--dev--ada.example.com",
        ] {
            assert_eq!(app(other), None, "{other}");
        }
        assert!(hosts.contains("anything.apps.example.com") && !hosts.contains("a.b.apps.example.com"));
        let with_suffix = AppHosts::parse("*-apps.example.com:8443").unwrap();
        assert!(with_suffix.app("web--dev--ada-apps.example.com").is_some());
        let access = Url::parse("https://coder.example.com").unwrap();
        assert_eq!(with_suffix.origin(&access, "x-apps.example.com"), "https://x-apps.example.com:8443");
        assert_eq!(hosts.origin(&access, "x.apps.example.com:443"), "https://x.apps.example.com");
        for invalid in ["", "*", "*.", "apps.example.com", "*.apps..", "*.a:x", "*.a/b", "*apps", "a.*.b"] {
            assert!(AppHosts::parse(invalid).is_err(), "{invalid}");
        }
    }
}
