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
    match timeout(TIME_MAX, info(url)).await {
        Ok(Ok(info)) => found(&place, &info, since.elapsed().as_millis()),
        // The error's own text could repeat the address with its password.
        Ok(Err(error)) => vec![Finding::RedisSilent { place, why: error.category().to_owned() }],
        Err(_) => vec![Finding::RedisSilent { place, why: "no answer in time".to_owned() }],
    }
}

async fn info(url: &str) -> RedisResult<String> {
    let mut connection = Client::open(url)?.get_multiplexed_async_connection().await?;
    redis::cmd("INFO").query_async(&mut connection).await
}

/// What follows from what it says of itself. Of what it does not say nothing is said.
fn found(place: &str, info: &str, millis: u128) -> Vec<Finding> {
    let told = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default().trim().to_owned()
    };
    let place = place.to_owned();
    let answers = Finding::Redis { place: place.clone(), version: told("redis_version"), millis };
    let mut findings = vec![answers];
    if told("aof_enabled") == "0" {
        findings.push(Finding::RedisForgets { place: place.clone() });
    }
    let policy = told("maxmemory_policy");
    let is_bounded = told("maxmemory").parse().is_ok_and(|bytes: u64| bytes > 0);
    if is_bounded && !["", "noeviction"].contains(&policy.as_str()) {
        findings.push(Finding::RedisDrops { place, policy });
    }
    findings
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
    fn what_it_may_lose_is_told() {
        let lines = |lines: &str| format!("# Server\r\nredis_version:7.0.15\r\n{lines}\r\n");
        let count = |info: &str| found("PLACE", info, 1).len();
        let safe = "aof_enabled:1\r\nmaxmemory:1073741824\r\nmaxmemory_policy:noeviction";
        assert_eq!(count(&lines(safe)), 1);
        assert_eq!(
            count(&lines("aof_enabled:1\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru")),
            1
        );
        assert_eq!(
            count(&lines("aof_enabled:0\r\nmaxmemory:9\r\nmaxmemory_policy:allkeys-lru")),
            3
        );
        assert_eq!(count(&lines("")), 1, "a server that does not say is not blamed");
    }

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
