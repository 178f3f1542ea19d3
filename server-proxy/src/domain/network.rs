//! Networks, and the address a client has when others pass its requests on.

use std::net::IpAddr;
use std::str::FromStr;

/// Proxies that may stand between a client and this server.
const HOPS_MAX: usize = 16;

/// Addresses that begin with the same bits, written as `10.0.0.0/8` or as one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether the address is one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let apart = u32::from(own) ^ u32::from(other);
                apart.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let apart = u128::from(own) ^ u128::from(other);
                apart.leading_zeros() >= u32::from(self.bits)
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected addresses or networks separated by commas, such as 10.0.0.0/8";
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| expected().to_owned())?;
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= bits_max),
            None => Some(bits_max),
        };
        bits.map(|bits| Self { address, bits }).ok_or_else(|| expected().to_owned())
    }
}

/// Where a request came from: the peer itself, or, as long as that is a trusted proxy, whom it says
/// it speaks for. `forwarded` are the values of `X-Forwarded-For`; each proxy appends the address
/// that it was asked from, so only what trusted ones wrote is believed.
#[must_use]
pub fn client_address<'a>(
    peer: IpAddr,
    trusted: &[Network],
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
) -> IpAddr {
    let hops = forwarded.rev().flat_map(|value| value.rsplit(','));
    let mut client = peer;
    for hop in hops.take(HOPS_MAX) {
        let is_trusted = trusted.iter().any(|network| network.contains(client));
        let Some(before) = is_trusted.then(|| address_of(hop.trim())).flatten() else { break };
        client = before;
    }
    client.to_canonical()
}

/// Some proxies write the port as well.
fn address_of(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    hop.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_holds_the_addresses_that_begin_alike() {
        let table = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "::1", false),
            ("fd00::/8", "fdab::1", true),
            ("::1", "::1", true),
        ];
        for (network, other, expected) in table {
            let network: Network = network.parse().expect("a network");
            assert_eq!(network.contains(address(other)), expected, "{network:?} {other}");
        }
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "example.com", "10.0.0.1/", "/8"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    fn check(peer: &str, forwarded: &[&str], expected: &str) {
        let trusted = ["10.0.0.0/8", "::1"].map(|text| text.parse().expect("a network"));
        let found = client_address(address(peer), &trusted, forwarded.iter().copied());
        assert_eq!(found, address(expected), "{peer} {forwarded:?}");
    }

    #[test]
    fn only_what_trusted_proxies_say_is_believed() {
        check("9.9.9.9", &[], "9.9.9.9");
        check("9.9.9.9", &["1.1.1.1"], "9.9.9.9");
        check("10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.1", &["1.1.1.1"], "1.1.1.1");
        check("10.0.0.1", &["6.6.6.6, 1.1.1.1"], "1.1.1.1");
        check("10.0.0.1", &["1.1.1.1, 10.0.0.2"], "1.1.1.1");
        check("10.0.0.1", &["6.6.6.6", "1.1.1.1:5000, 10.0.0.2"], "1.1.1.1");
        check("::1", &["2001:db8::7"], "2001:db8::7");
        check("10.0.0.1", &["1.1.1.1, nonsense"], "10.0.0.1");
        check("10.0.0.1", &[""], "10.0.0.1");
        // However long the way is said to be, its end alone is looked at.
        check("10.0.0.1", &[&["10.0.0.3"; 100].join(","), "10.0.0.2"], "10.0.0.3");
    }
}
