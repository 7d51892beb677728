//! `[[app]]`: what a template offers beside a shell.

use std::{fmt, time::Duration};

/// `[[app]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Unique in the template; part of URLs.
    pub slug: String,
    /// The name shown to people.
    pub display_name: String,
    /// A path or URL of a picture; may be empty.
    pub icon: String,
    /// What it is.
    pub target: AppTarget,
    /// How it is told whether it is well; none when nobody looks.
    pub health_check: Option<HealthCheck>,
}

/// What an app is: exactly one of `command` and `url`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppTarget {
    /// Runs in a terminal session.
    Command(String),
    /// Is proxied, seen from the workspace.
    Url(AppUrl),
}

/// `healthcheck = { url, interval, threshold }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthCheck {
    /// What is asked for; any answer below 500 is a good one.
    pub url: AppUrl,
    /// How often.
    pub interval: Duration,
    /// How many bad answers in a row make an app unhealthy.
    pub threshold: u32,
}

/// Where a web app listens: `http://HOST[:PORT][/PATH]`, seen from the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppUrl {
    host: String,
    port: u16,
    path: String,
}

impl AppUrl {
    /// Parses a URL. There is no `https`: the way to the workspace is encrypted already, and inside it nothing is said for
    /// others to hear.
    ///
    /// # Errors
    /// What is wrong with it.
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

    /// The host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path that everything is below, without a slash at its end: empty for the root.
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

/// Whether a web app is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppHealth {
    /// Nobody looks.
    Disabled,
    /// Nobody knows yet.
    Initializing,
    /// It answers.
    Healthy,
    /// It has not answered well for a while.
    Unhealthy,
}

impl AppHealth {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Initializing => "initializing",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }

    /// What a word means.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Disabled, Self::Initializing, Self::Healthy, Self::Unhealthy]
            .into_iter()
            .find(|health| health.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::AppUrl;

    #[test]
    fn urls_of_apps() {
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
        for wrong in [
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
            assert!(AppUrl::parse(wrong).is_err(), "{wrong}");
        }
    }
}
