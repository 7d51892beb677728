//! Remote forwards, as the command line specifies them.

use std::path::PathBuf;

use crate::ssh::gpg::GpgForward;

#[derive(Debug, Clone, Default)]
pub struct Forwards {
    pub agent: bool,
    pub gpg: Option<GpgForward>,
    pub remote: Vec<RemoteForward>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteForward {
    /// A port of the workspace, to a host and port as seen from this machine.
    Port { address: String, port: u16, to: (String, u16) },
    /// A socket of the workspace, to a socket of this machine.
    Socket { path: String, to: PathBuf },
}

impl RemoteForward {
    /// Parses `[ADDRESS:]PORT:HOST:HOSTPORT` or `REMOTE_SOCKET:LOCAL_SOCKET`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with('/') || text.starts_with("~/") {
            return match text.split_once(':') {
                Some((path, to)) if !to.is_empty() => {
                    Ok(Self::Socket { path: path.to_owned(), to: PathBuf::from(to) })
                }
                _ => Err("it must be REMOTE_SOCKET:LOCAL_SOCKET".to_owned()),
            };
        }
        let parts = split(text);
        let (address, rest) = match parts.as_slice() {
            [address, rest @ ..] if rest.len() == 3 => (*address, rest),
            rest => ("localhost", rest),
        };
        match rest {
            [port, host, host_port] if !host.is_empty() => {
                let number =
                    |text: &str| text.parse().map_err(|_| format!("{text:?} is not a port from 0 to 65535"));
                Ok(Self::Port {
                    address: address.to_owned(),
                    port: number(port)?,
                    to: ((*host).to_owned(), number(host_port)?),
                })
            }
            _ => Err("it must be [ADDRESS:]PORT:HOST:HOSTPORT or REMOTE_SOCKET:LOCAL_SOCKET".to_owned()),
        }
    }
}

/// Splits at colons outside of brackets.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let end = match rest.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            Some((inside, after)) => {
                parts.push(inside);
                rest = after.strip_prefix(':').unwrap_or(after);
                if after.is_empty() {
                    return parts;
                }
                continue;
            }
            None => rest.find(':'),
        };
        match end.and_then(|at| rest.split_at_checked(at)) {
            Some((part, after)) => {
                parts.push(part);
                rest = after.strip_prefix(':').unwrap_or(after);
            }
            None => {
                parts.push(rest);
                return parts;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifications_are_parsed() {
        let port = |address: &str, port, host: &str, to| {
            Ok(RemoteForward::Port { address: address.to_owned(), port, to: (host.to_owned(), to) })
        };
        assert_eq!(RemoteForward::parse("8080:localhost:3000"), port("localhost", 8080, "localhost", 3000));
        assert_eq!(RemoteForward::parse("127.0.0.1:0:[::1]:3000"), port("127.0.0.1", 0, "::1", 3000));
        assert_eq!(RemoteForward::parse("[::1]:80:a:1"), port("::1", 80, "a", 1));
        assert_eq!(
            RemoteForward::parse("/tmp/a:/tmp/b"),
            Ok(RemoteForward::Socket { path: "/tmp/a".to_owned(), to: PathBuf::from("/tmp/b") })
        );
        for wrong in ["", "8080", "8080:localhost", "x:localhost:1", "1:localhost:70000", "/tmp/a", "1::2"] {
            assert!(RemoteForward::parse(wrong).is_err(), "{wrong}");
        }
    }
}
