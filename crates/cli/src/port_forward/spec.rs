//! Which ports lead where.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use anyhow::{Context as _, Result, bail};
use coder_wire::agent::Network;

/// Ports of one command.
const MAX_PORTS: usize = 1024;

/// A port here and the one there that it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forward {
    pub here: SocketAddr,
    pub there: u16,
}

/// Understands `8080,9000:3000,9090-9092,10000-10002:10010-10012`, each also behind an address.
pub fn parse(text: &str) -> Result<Vec<Forward>> {
    let mut forwards = Vec::new();
    for part in text.split(',') {
        let part = part.trim();
        let (address, ports) = address(part)?;
        let (here, there) = match ports.split_once(':') {
            Some((here, there)) => (range(here)?, range(there)?),
            None => (range(ports)?, range(ports)?),
        };
        if here.len() != there.len() {
            bail!("{part:?} has {} ports here and {} there", here.len(), there.len());
        }
        if forwards.len() + here.len() > MAX_PORTS {
            bail!("{MAX_PORTS} ports are the most");
        }
        forwards.extend(
            here.zip(there).map(|(here, there)| Forward { here: SocketAddr::new(address, here), there }),
        );
    }
    Ok(forwards)
}

/// The address in front, if there is one: this machine alone when not.
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

/// No port here can lead to two places.
pub fn refuse_doubles(forwards: &[(Network, Forward)]) -> Result<()> {
    let mut known = HashSet::new();
    for (network, forward) in forwards {
        if !known.insert((*network == Network::Tcp, forward.here)) {
            bail!("{} is given more than once", forward.here);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_understood() {
        let shown = |text: &str| {
            let forwards = parse(text).unwrap();
            forwards.iter().map(|one| format!("{}>{}", one.here, one.there)).collect::<Vec<_>>().join(" ")
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
        assert!(refuse_doubles(&double).is_err());
        let both = [(Network::Tcp, double[0].1), (Network::Udp, double[0].1)];
        assert!(refuse_doubles(&both).is_ok());
    }
}
