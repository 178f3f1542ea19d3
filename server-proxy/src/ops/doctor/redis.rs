//! Whether the Redis answers.

use std::time::{Duration, Instant};

use redis::{Client, RedisResult};
use tokio::time::timeout;

use super::Finding;
use crate::config::Config;

/// Time it may take; the server itself is less patient.
const TIME_MAX: Duration = Duration::from_secs(3);

pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let Some(url) = &config.redis_url else { return vec![Finding::NoRedis] };
    let place = place(url);
    let since = Instant::now();
    vec![match timeout(TIME_MAX, version(url)).await {
        Ok(Ok(version)) => Finding::Redis { place, version, millis: since.elapsed().as_millis() },
        // The error's own text could repeat the address with its password.
        Ok(Err(error)) => Finding::RedisSilent { place, why: error.category().to_owned() },
        Err(_) => Finding::RedisSilent { place, why: "no answer in time".to_owned() },
    }]
}

async fn version(url: &str) -> RedisResult<String> {
    let mut connection = Client::open(url)?.get_multiplexed_async_connection().await?;
    let info: String = redis::cmd("INFO").arg("server").query_async(&mut connection).await?;
    let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
    Ok(version.unwrap_or_default().trim().to_owned())
}

/// Where it is, without a user's name and password.
fn place(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    rest.split('?').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p6_a_password_is_not_part_of_the_place() {
        for (url, expected) in [
            ("redis://127.0.0.1:6379", "127.0.0.1:6379"),
            ("redis://minji:pa@ss@host:1/2", "host:1/2"),
            ("unix:///run/redis.sock?pass=secret", "/run/redis.sock"),
        ] {
            assert_eq!(place(url), expected);
        }
    }
}
