//! The port specifications of the command line.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use anyhow::{Context as _, Result, bail};
use coder_wire::agent::Network;

/// In one specification.
const MAX_PORTS: usize = 1024;

/// A local address, and the port of the workspace that it forwards to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forward {
    pub local: SocketAddr,
    pub remote: u16,
}

/// Parses `8080,9000:3000,9090-9092,10000-10002:10010-10012`, each with an optional address in front.
pub fn parse(text: &str) -> Result<Vec<Forward>> {
    let mut forwards = Vec::new();
    for part in text.split(',') {
        let part = part.trim();
        let (address, ports) = address(part)?;
        let (local, remote) = match ports.split_once(':') {
            Some((local, remote)) => (range(local)?, range(remote)?),
            None => (range(ports)?, range(ports)?),
        };
        if local.len() != remote.len() {
            bail!("{part:?} has {} local ports and {} remote ports", local.len(), remote.len());
        }
        if forwards.len() + local.len() > MAX_PORTS {
            bail!("too many ports: the limit is {MAX_PORTS}");
        }
        forwards.extend(
            local.zip(remote).map(|(local, remote)| Forward { local: SocketAddr::new(address, local), remote }),
        );
    }
    Ok(forwards)
}

/// Splits off the listen address. The default is loopback.
fn address(part: &str) -> Result<(IpAddr, &str)> {
    let own = IpAddr::V4(Ipv4Addr::LOCALHOST);
    if let Some((inside, rest)) = part.strip_prefix('[').and_then(|rest| rest.split_once("]:")) {
        let address = inside.parse().with_context(|| format!("{inside:?} is not an IP address"))?;
        return Ok((address, rest));
    }
    match part.split_once(':') {
        Some(("localhost", rest)) => Ok((own, rest)),
        Some((first, rest)) if first.contains('.') => {
            let address = first.parse().with_context(|| format!("{first:?} is not an IP address"))?;
            Ok((address, rest))
        }
        _ => Ok((own, part)),
    }
}

fn range(text: &str) -> Result<std::ops::RangeInclusive<u16>> {
    let port = |text: &str| match text.parse::<u16>() {
        Ok(port @ 1..) => Ok(port),
        _ => bail!("{text:?} is not a port from 1 to 65535"),
    };
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (port(first)?, port(last)?),
        None => (port(text)?, port(text)?),
    };
    if first > last {
        bail!("the range {text:?} ends before it begins");
    }
    Ok(first..=last)
}

/// A local port can forward to one place only.
pub fn reject_duplicates(forwards: &[(Network, Forward)]) -> Result<()> {
    let mut known = HashSet::new();
    for (network, forward) in forwards {
        if !known.insert((*network == Network::Tcp, forward.local)) {
            bail!("{} is given more than once", forward.local);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_specifications_are_parsed() {
        let shown = |text: &str| {
            let forwards = parse(text).unwrap();
            forwards.iter().map(|one| format!("{}>{}", one.local, one.remote)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown("8080"), "127.0.0.1:8080>8080");
        assert_eq!(
            shown("8080,9000:3000,9090-9092,10000-10002:10010-10012"),
            "127.0.0.1:8080>8080 127.0.0.1:9000>3000 127.0.0.1:9090>9090 127.0.0.1:9091>9091 \
             127.0.0.1:9092>9092 127.0.0.1:10000>10010 127.0.0.1:10001>10011 127.0.0.1:10002>10012"
        );
        assert_eq!(shown("0.0.0.0:80:8080"), "0.0.0.0:80>8080");
        assert_eq!(shown("localhost:80"), "127.0.0.1:80>80");
        assert_eq!(shown("[::1]:80-81"), "[::1]:80>80 [::1]:81>81");
        for wrong in
            ["", "0", "65536", "80:", ":80", "a", "5-4", "1-2:3", "1-2000", "1.2.3:80", "80,", "80:81:82"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        let double = [(Network::Tcp, parse("80").unwrap()[0]), (Network::Tcp, parse("80:81").unwrap()[0])];
        assert!(reject_duplicates(&double).is_err());
        let both = [(Network::Tcp, double[0].1), (Network::Udp, double[0].1)];
        assert!(reject_duplicates(&both).is_ok());
    }
}
