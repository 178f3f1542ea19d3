//! Where a request came from. It decides only whose wrong keys are counted together, never who may
//! ask.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use http::HeaderName;
use http::request::Parts;

use crate::domain::network::{self, Network};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of a request's connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

pub(crate) fn client_address(parts: &Parts, trusted: &[Network]) -> IpAddr {
    let peer = parts.extensions.get::<Peer>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let values = parts.headers.get_all(FORWARDED_FOR).iter();
    network::client_address(peer, trusted, values.filter_map(|value| value.to_str().ok()))
}
