//! Which addresses may be called: public ones, and those that the configuration names.
//!
//! Names are judged by the addresses they stand for at the moment of connecting, so a name that changes its address
//! after a first look (DNS rebinding) gains nothing. Literal addresses are judged before each request and redirect.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::SetupError;

/// IPv4 networks that are not the public Internet, with the bits of their prefix.
const SPECIAL_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Azure's metadata server stands on a public address.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// An address that is not called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Forbidden {
    #[error("`{0}` is no web address")]
    Scheme(String),
    #[error("`{0}` is on a private network (outbound.allow_private does not name it)")]
    Private(String),
}

/// Knows what may be called.
#[derive(Debug)]
pub(super) struct Guard {
    allowed: Arc<BTreeSet<(String, u16)>>,
}

impl Guard {
    /// `allowed`: private hosts that may be called all the same, as `host:port`.
    pub(super) fn new(allowed: &[String]) -> Result<Self, SetupError> {
        let parse = |entry: &String| {
            let (host, port) = entry.rsplit_once(':')?;
            let host = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
            Some((host, port.parse().ok()?)).filter(|(host, _)| !host.is_empty())
        };
        let allowed = allowed
            .iter()
            .map(|entry| parse(entry).ok_or_else(|| SetupError::AllowList(entry.clone())));
        Ok(Self {
            allowed: Arc::new(allowed.collect::<Result<_, _>>()?),
        })
    }

    /// Before connecting: the scheme, a literal address, the port of a private host.
    pub(super) fn check(&self, url: &Url) -> Result<(), Forbidden> {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(Forbidden::Scheme(url.scheme().to_owned()));
        };
        if !matches!(url.scheme(), "https" | "http") {
            return Err(Forbidden::Scheme(url.scheme().to_owned()));
        }
        let (name, public) = match host {
            Host::Ipv4(address) => (address.to_string(), is_public(IpAddr::V4(address))),
            Host::Ipv6(address) => (address.to_string(), is_public(IpAddr::V6(address))),
            // Judged when it is looked up, unless it is allowed: then only on the ports that are named.
            Host::Domain(name) => (name.to_lowercase(), !self.names(name)),
        };
        let allowed = public || self.allowed.contains(&(name.clone(), port));
        allowed.then_some(()).ok_or(Forbidden::Private(name))
    }

    /// Whether the configuration names this host and port.
    pub(super) fn names_exactly(&self, url: &Url) -> bool {
        let host = url.host_str().map(|host| host.trim_matches(['[', ']']).to_lowercase());
        host.zip(url.port_or_known_default())
            .is_some_and(|named| self.allowed.contains(&named))
    }

    fn names(&self, host: &str) -> bool {
        self.allowed
            .iter()
            .any(|(allowed, _)| allowed.eq_ignore_ascii_case(host))
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (name, any) = (name.as_str().to_owned(), self.names(name.as_str()));
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let callable: Vec<SocketAddr> = found.filter(|address| any || is_public(address.ip())).collect();
            if callable.is_empty() {
                return Err(Forbidden::Private(name).into());
            }
            Ok(Box::new(callable.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public Internet (IANA special-purpose address registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |(network, bits): &(Ipv4Addr, u32)| (address.to_bits() ^ network.to_bits()) >> (32 - bits) == 0;
    !SPECIAL_V4.iter().any(within)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        // IPv4-mapped, NAT64 and 6to4: as public as the IPv4 address inside.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            embedded(high, low)
        }
        // Teredo and other protocol assignments; documentation.
        [0x2001, second, ..] => second >= 0x200 && second != 0xdb8,
        [0x3fff, second, ..] => second >= 0x1000,
        // Only 2000::/3 is given out as global unicast.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_not_public_are_known() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.100.100.200",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.192",
            "168.63.129.16",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:a9fe:a9fe",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "::7f00:1",
            "64:ff9b:1::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "172.32.0.1",
            "100.63.0.1",
            "192.0.1.1",
            "2a00:1450::1",
            "2001:4860:4860::8888",
            "::ffff:1.1.1.1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn literal_addresses_are_judged_however_they_are_written() {
        let guard = Guard::new(&[
            "127.0.0.1:8080".to_owned(),
            "Sandbox.local:1".to_owned(),
            "[::1]:9".to_owned(),
        ])
        .unwrap();
        let check = |url: &str| guard.check(&url.parse().unwrap());
        for refused in [
            "http://127.0.0.1/",
            "http://127.0.0.1:8081/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://127.1/",
            "http://[::ffff:127.0.0.1]:8080/",
            "http://[::1]/",
            "http://sandbox.local/",
            "file:///etc/passwd",
            "ftp://ville.example/",
            "http://user@10.0.0.1/",
        ] {
            assert!(check(refused).is_err(), "{refused}");
        }
        for called in [
            "http://127.0.0.1:8080/x",
            "http://[::1]:9/",
            "https://sandbox.local:1/",
            "https://ville.example/",
        ] {
            assert_eq!(check(called), Ok(()), "{called}");
        }
    }

    #[test]
    fn an_entry_without_a_port_is_refused_at_boot() {
        for wrong in ["localhost", ":80", "localhost:", "localhost:http"] {
            assert!(Guard::new(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_by_where_it_leads() {
        let resolve = async |allowed: &[String]| {
            Guard::new(allowed)
                .unwrap()
                .resolve("localhost".parse().unwrap())
                .await
                .is_ok()
        };
        assert!(!resolve(&[]).await);
        assert!(resolve(&["localhost:8080".to_owned()]).await);
    }
}
