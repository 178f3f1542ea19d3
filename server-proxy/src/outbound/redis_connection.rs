//! A connection to one Redis or to a cluster of them, told apart by the address alone.

use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::cluster::{ClusterClientBuilder, ClusterConfig};
use redis::cluster_async::ClusterConnection;
use redis::{Client, Cmd, Pipeline, RedisFuture, RedisResult, TlsCertificates, Value};

/// What is expected of an address.
pub const EXPECTED: &str = "expected redis://HOST:PORT, rediss:// for TLS, unix://PATH, or \
                            redis-cluster://HOST:PORT,HOST:PORT (rediss-cluster:// for TLS)";

/// Where Redis is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Address {
    One(String),
    /// Some of a cluster's nodes; it names the others itself.
    Cluster(Vec<String>),
}

/// A connection that is shared: cloning it opens no other.
#[derive(Clone)]
pub(crate) enum Connection {
    One(ConnectionManager),
    Cluster(ClusterConnection),
}

/// Whether an address has a form that is understood.
///
/// # Errors
/// What is expected, without a word of the address, which may hold a password.
pub fn check(url: &str) -> Result<(), String> {
    let understood = match address(url).ok_or_else(expected)? {
        Address::One(url) => Client::open(url).is_ok(),
        Address::Cluster(nodes) => ClusterClientBuilder::new(nodes).build().is_ok(),
    };
    if understood { Ok(()) } else { Err(expected()) }
}

impl Connection {
    /// Connects when first used, and again whenever it was lost. `authority` is the PEM of a
    /// certificate authority to trust instead of the system's.
    pub(crate) fn open(
        url: &str,
        authority: Option<&[u8]>,
        connect_time_max: Duration,
        operation_time_max: Duration,
    ) -> RedisResult<Self> {
        let wrong = || (redis::ErrorKind::InvalidClientConfig, EXPECTED);
        let trusted = authority
            .map(|pem| TlsCertificates { client_tls: None, root_cert: Some(pem.to_vec()) });
        match address(url).ok_or_else(wrong)? {
            Address::One(url) => {
                let client = match trusted.filter(|_| url.starts_with("rediss://")) {
                    Some(trusted) => Client::build_with_tls(url, trusted)?,
                    None => Client::open(url)?,
                };
                let config = ConnectionManagerConfig::new()
                    .set_number_of_retries(0)
                    .set_connection_timeout(Some(connect_time_max))
                    .set_response_timeout(Some(operation_time_max));
                Ok(Self::One(ConnectionManager::new_lazy_with_config(client, config)?))
            }
            Address::Cluster(nodes) => {
                let uses_tls = nodes.iter().any(|node| node.starts_with("rediss://"));
                let mut builder = ClusterClientBuilder::new(nodes)
                    .retries(1)
                    .connection_timeout(connect_time_max)
                    .response_timeout(operation_time_max);
                if let Some(trusted) = trusted.filter(|_| uses_tls) {
                    builder = builder.certs(trusted);
                }
                let client = builder.build()?;
                let config = ClusterConfig::new()
                    .set_connection_timeout(connect_time_max)
                    .set_response_timeout(operation_time_max);
                Ok(Self::Cluster(client.get_pending_async_connection_with_config(config)))
            }
        }
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(connection) => connection.req_packed_command(command),
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}

fn expected() -> String {
    EXPECTED.to_owned()
}

fn address(url: &str) -> Option<Address> {
    let (scheme, rest) = url.split_once("://")?;
    if rest.is_empty() {
        return None;
    }
    let cluster = |scheme: &str| {
        let named = rest.split(',').map(str::trim).filter(|node| !node.is_empty());
        // A password is said once and holds for every node.
        let (login, _) = rest.split_once('@').map_or(("", rest), |(login, rest)| (login, rest));
        let node = |node: &str| match node.split_once('@') {
            None if !login.is_empty() => format!("{scheme}://{login}@{node}"),
            _ => format!("{scheme}://{node}"),
        };
        Address::Cluster(named.map(node).collect())
    };
    match scheme {
        "redis" | "rediss" | "redis+unix" | "unix" => Some(Address::One(url.to_owned())),
        "redis-cluster" => Some(cluster("redis")),
        "rediss-cluster" => Some(cluster("rediss")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_tells_one_server_from_a_cluster() {
        let one = |url: &str| Some(Address::One(url.to_owned()));
        let nodes = |nodes: &[&str]| {
            Some(Address::Cluster(nodes.iter().map(|node| (*node).to_owned()).collect()))
        };
        for (url, expected) in [
            ("redis://127.0.0.1:6379/2", one("redis://127.0.0.1:6379/2")),
            ("rediss://:pw@redis.team:6380", one("rediss://:pw@redis.team:6380")),
            ("redis-cluster://a:1,b:2", nodes(&["redis://a:1", "redis://b:2"])),
            ("rediss-cluster://u:p@a:1, b:2,", nodes(&["rediss://u:p@a:1", "rediss://u:p@b:2"])),
            ("redis-cluster://", None),
            ("http://127.0.0.1:6379", None),
            ("127.0.0.1:6379", None),
        ] {
            assert_eq!(address(url), expected, "{url}");
        }
    }

    #[test]
    fn a_wrong_address_is_refused_without_repeating_it() {
        for url in ["redis://:secret@", "redis://:secret@host:port", "mysql://secret", "secret"] {
            let refused = check(url).expect_err(url);
            assert!(!refused.contains("secret"), "{refused}");
        }
        for url in ["redis://127.0.0.1", "rediss://h:1", "redis-cluster://h:1,i:2", "unix:///r.s"] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }
}
