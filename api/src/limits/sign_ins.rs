//! How often one may try to sign in: per account, so that nobody guesses a password, and per address, so that nobody
//! tries one password on every account.

use std::net::IpAddr;

use beffroi_schema::clock::Timestamp;
use chrono::Duration;

use super::Buckets;

/// Tries at one account in a row, and the time in which one more is earned.
const PER_ACCOUNT: (u32, Duration) = (5, Duration::minutes(3));
/// Tries from one address in a row, and the time in which one more is earned.
const PER_ADDRESS: (u32, Duration) = (20, Duration::seconds(30));

/// The tries that are left.
#[derive(Debug)]
pub struct SignIns {
    accounts: Buckets<String>,
    addresses: Buckets<IpAddr>,
}

impl Default for SignIns {
    fn default() -> Self {
        Self {
            accounts: Buckets::new(PER_ACCOUNT.0, PER_ACCOUNT.1),
            addresses: Buckets::new(PER_ADDRESS.0, PER_ADDRESS.1),
        }
    }
}

impl SignIns {
    /// Takes one try, or says how long to wait.
    pub fn take(&self, email: &str, address: Option<IpAddr>, now: Timestamp) -> Result<(), Duration> {
        address.map_or(Ok(()), |address| self.addresses.take(address, now))?;
        self.accounts.take(email.trim().to_lowercase(), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_and_an_address_each_have_their_limit() {
        let (tries, now) = (SignIns::default(), Timestamp::default());
        for _ in 0..5 {
            assert!(tries.take("anne@ville.example", None, now).is_ok());
        }
        assert!(tries.take(" Anne@ville.example", None, now).is_err());
        let here = "192.0.2.1".parse().ok();
        let refused = (0..25)
            .filter(|n| tries.take(&format!("{n}@ville.example"), here, now).is_err())
            .count();
        assert_eq!(refused, 5);
    }
}
