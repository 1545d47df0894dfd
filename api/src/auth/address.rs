//! Where a request comes from.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};

use crate::state::AppState;

/// The list that each proxy appends to.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The client's address; none on a transport without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0.ip());
        Ok(Self(behind(&parts.headers, state.proxies(), peer)))
    }
}

/// The address that the outermost of our own proxies saw. What stands further left was written by the client.
fn behind(headers: &HeaderMap, proxies: usize, peer: Option<IpAddr>) -> Option<IpAddr> {
    let Some(nth) = proxies.checked_sub(1) else { return peer };
    let lines = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    hops.iter().rev().nth(nth).and_then(|hop| hop.parse().ok()).or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_proxies_are_believed() {
        let peer = "10.0.0.1".parse().ok();
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, "6.6.6.6, 192.0.2.7".parse().unwrap());
        headers.append(FORWARDED_FOR, "10.0.0.9".parse().unwrap());
        assert_eq!(behind(&headers, 0, peer), peer);
        assert_eq!(behind(&headers, 1, peer), "10.0.0.9".parse().ok());
        assert_eq!(behind(&headers, 2, peer), "192.0.2.7".parse().ok());
        assert_eq!(behind(&HeaderMap::new(), 2, peer), peer);
    }
}
