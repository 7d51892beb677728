//! `[[app]]`: apps of a template, commands or web servers in the workspace.

use std::{fmt, time::Duration};

/// `[[app]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Unique in the template; part of URLs and host names.
    pub slug: String,
    /// The name for display.
    pub display_name: String,
    /// Path or URL of an image; may be empty.
    pub icon: String,
    /// A command or a URL.
    pub target: AppTarget,
    /// Only for a URL.
    pub health_check: Option<HealthCheck>,
}

/// Exactly one of `command` and `url`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppTarget {
    /// A command to run in a terminal session.
    Command(String),
    /// A web server in the workspace, which the server proxies.
    Url(AppUrl),
}

/// `healthcheck = { url, interval, threshold }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthCheck {
    /// The URL in the workspace to request. A status below 500 is healthy.
    pub url: AppUrl,
    /// Time between two probes.
    pub interval: Duration,
    /// Failed probes in a row that make the app unhealthy.
    pub threshold: u32,
}

/// The URL of a web app in the workspace: `http://HOST[:PORT][/PATH]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppUrl {
    host: String,
    port: u16,
    path: String,
}

impl AppUrl {
    /// Parses a URL. There is no `https`: the connection to the workspace is encrypted, and within it the request does not
    /// leave the machine.
    ///
    /// # Errors
    /// A message for the template's author.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let rest = text.strip_prefix("http://").ok_or("url must start with http://")?;
        let (authority, path) = rest.find('/').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
        let printable = |text: &str| text.chars().all(|character| character.is_ascii_graphic());
        if !printable(text) || authority.contains(['@', '?', '#']) || path.contains(['?', '#']) {
            return Err("url must be http://HOST[:PORT][/PATH], without user, query or fragment");
        }
        let (host, port) = match authority.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':').or(port.is_empty().then_some("80"))),
            None => match authority.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, Some("80")),
            },
        };
        let port = port.and_then(|port| port.parse().ok()).filter(|port| *port != 0);
        match port {
            Some(port) if !host.is_empty() => {
                Ok(Self { host: host.to_owned(), port, path: path.trim_end_matches('/').to_owned() })
            }
            _ => Err("url needs a host, and a port from 1 to 65535 if any"),
        }
    }

    /// Host name or IP address, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// 80 by default.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The base path, without trailing slash: empty for the root.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `HOST:PORT`, as in a `Host` header.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for AppUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority(), self.path)
    }
}

/// Health of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppHealth {
    /// No healthcheck is configured.
    Disabled,
    /// No probe has completed yet.
    Initializing,
    /// The latest probe succeeded.
    Healthy,
    /// As many probes in a row failed as the healthcheck's threshold.
    Unhealthy,
}

impl AppHealth {
    /// The string value in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Initializing => "initializing",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }

    /// Parses a string value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Disabled, Self::Initializing, Self::Healthy, Self::Unhealthy]
            .into_iter()
            .find(|health| health.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::AppUrl;

    #[test]
    fn app_urls_round_trip_or_are_rejected() {
        for (text, host, port, path, shown) in [
            ("http://localhost", "localhost", 80, "", "http://localhost:80"),
            ("http://localhost:8080/", "localhost", 8080, "", "http://localhost:8080"),
            ("http://127.0.0.1:1/a/b/", "127.0.0.1", 1, "/a/b", "http://127.0.0.1:1/a/b"),
            ("http://[::1]:8080/a", "::1", 8080, "/a", "http://[::1]:8080/a"),
            ("http://[::1]", "::1", 80, "", "http://[::1]:80"),
        ] {
            let url = AppUrl::parse(text).unwrap();
            assert_eq!((url.host(), url.port(), url.path()), (host, port, path), "{text}");
            assert_eq!(url.to_string(), shown);
            assert_eq!(AppUrl::parse(&url.to_string()).unwrap(), url);
        }
        for invalid in [
            "",
            "https://localhost",
            "http://",
            "http://:80",
            "http://a:0",
            "http://a:x",
            "http://a:65536",
            "http://u@a",
            "http://a/?q",
            "http://a#f",
            "http://a b",
            "http://a\r\n",
            "http://[::1]x",
        ] {
            assert!(AppUrl::parse(invalid).is_err(), "{invalid}");
        }
    }
}
