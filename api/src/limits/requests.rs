//! How many requests one address may make.

use std::net::{IpAddr, Ipv6Addr};

use axum::{
    extract::{Request, State},
    http::{StatusCode, header::RETRY_AFTER},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use beffroi_schema::clock::Timestamp;
use chrono::Duration;

use super::Buckets;
use crate::{
    auth::ClientAddress,
    graphql::{error::Code, http::Refusal},
    state::AppState,
};

/// Bits of an IPv6 address that name a household; the rest is its own to change.
const IPV6_NETWORK_BITS: u32 = 64;
/// A burst may take this share of a minute's requests at once.
const BURST_SHARE: u32 = 2;

/// A bucket per address.
#[derive(Debug)]
pub struct Requests(Buckets<IpAddr>);

impl Requests {
    /// `rate` requests a minute, half of them at once.
    pub fn per_minute(rate: u32) -> Self {
        let interval = Duration::minutes(1) / i32::try_from(rate.max(1)).unwrap_or(i32::MAX);
        Self(Buckets::new((rate / BURST_SHARE).max(1), interval))
    }

    /// Takes one request, or says how long to wait.
    pub fn take(&self, address: IpAddr, now: Timestamp) -> Result<(), Duration> {
        self.0.take(network(address), now)
    }
}

/// Lets a request through, or asks the client to come back later.
pub(crate) async fn hold(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    let now = state.store().clock().now();
    let taken = address.map_or(Ok(()), |address| state.requests().take(address, now));
    match taken {
        Ok(()) => next.run(request).await,
        Err(wait) => too_many(wait),
    }
}

/// The answer to too many requests.
pub(crate) fn too_many(wait: Duration) -> Response {
    let refusal = Refusal::new(
        StatusCode::TOO_MANY_REQUESTS,
        Code::RateLimited,
        "too many requests: come back later",
    );
    ([(RETRY_AFTER, seconds(wait).to_string())], refusal).into_response()
}

/// Whole seconds to wait, rounded up, at least one.
pub(crate) fn seconds(wait: Duration) -> i64 {
    (wait + Duration::milliseconds(999)).num_seconds().max(1)
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(
                v6.to_bits() >> IPV6_NETWORK_BITS << IPV6_NETWORK_BITS,
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_client() {
        let net = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(net("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(net("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(net("192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn waiting_is_said_in_whole_seconds() {
        assert_eq!(seconds(Duration::milliseconds(1)), 1);
        assert_eq!(seconds(Duration::milliseconds(1_001)), 2);
    }
}
