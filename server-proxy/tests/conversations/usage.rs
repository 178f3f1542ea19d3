//! The contract of counting what callers use, the same in process, in one Redis and in a cluster of
//! three; and with two servers on one Redis.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use codesaga_proxy::domain::caller_limits::{CallerLimits, LimitKind};
use codesaga_proxy::domain::ports::Caller;
use codesaga_proxy::domain::usage::{Taken, UsageCounts};
use codesaga_proxy::outbound::redis_store::RedisStore;
use codesaga_proxy::outbound::usage_in_process::InProcessUsage;
use codesaga_proxy::outbound::usage_redis::RedisUsage;
use futures_util::future::join_all;

use crate::support::{Redis, RedisCluster};

const NONE: CallerLimits = CallerLimits {
    in_flight: None,
    requests_per_minute: None,
    tokens_per_minute: None,
    tokens_per_day: None,
};

/// One of the three, and how a test lets time pass.
enum Counted {
    InProcess { usage: InProcessUsage, now: Arc<AtomicU64> },
    Redis { usage: RedisUsage, server: Redis },
    Cluster { usage: RedisUsage, servers: RedisCluster },
}

impl Counted {
    async fn all() -> [Self; 3] {
        let now = Arc::new(AtomicU64::new(1_800_000_000_000));
        let clock = {
            let now = Arc::clone(&now);
            move || now.load(Ordering::Relaxed)
        };
        let server = Redis::start().await;
        let servers = RedisCluster::start().await;
        [
            Self::InProcess { usage: InProcessUsage::new(clock), now },
            Self::Redis { usage: redis_usage(&server.url()), server },
            Self::Cluster { usage: redis_usage(&servers.url()), servers },
        ]
    }

    fn usage(&self) -> &dyn UsageCounts {
        match self {
            Self::InProcess { usage, .. } => usage,
            Self::Redis { usage, .. } | Self::Cluster { usage, .. } => usage,
        }
    }

    /// Two windows of that many minutes pass, so that nothing of them counts any more.
    async fn pass(&self, who: &Caller, minutes: u64) {
        let nodes = match self {
            Self::InProcess { now, .. } => {
                now.fetch_add(2 * minutes * 60_000, Ordering::Relaxed);
                return;
            }
            Self::Redis { server, .. } => std::slice::from_ref(server),
            Self::Cluster { servers, .. } => servers.nodes(),
        };
        // Their clocks cannot be moved, so what was counted is moved into the past.
        let key = format!("cs:{{{}:{}}}:use", who.tenant, who.user);
        let days = 2 * minutes / 1440;
        for (field, windows) in [("rw", 2 * minutes), ("mw", 2 * minutes), ("dw", days)] {
            let mut command = redis::cmd("HINCRBY");
            command.arg(&key).arg(field).arg(-i64::try_from(windows).expect("few"));
            let mut moved = 0;
            for node in nodes {
                // A node that does not hold the key says so by an error.
                moved += usize::from(node.number(&command).await.is_some());
            }
            assert_eq!(moved, 1, "the key is in one place");
        }
    }

    /// Begins as soon as it may; what was given back is counted behind an answer's back.
    async fn begin_at_last(&self, who: &Caller, ticket: u128, limits: &CallerLimits) {
        while !self.begin(who, ticket, limits).await.began {
            tokio::task::yield_now().await;
        }
    }

    /// Begins and ends until it is refused.
    async fn refused_at_last(&self, who: &Caller, limits: &CallerLimits) -> Taken {
        for ticket in 1_000.. {
            let taken = self.begin(who, ticket, limits).await;
            if !taken.began {
                return taken;
            }
            self.usage().end(who, ticket);
        }
        unreachable!("tickets do not end")
    }

    async fn begin(&self, who: &Caller, ticket: u128, limits: &CallerLimits) -> Taken {
        self.usage().begin(who, ticket, limits).await.expect("it counts")
    }
}

fn redis_usage(url: &str) -> RedisUsage {
    // The tests of the contract are not about speed.
    let store = RedisStore::new(url, Duration::from_secs(10)).expect("an address");
    RedisUsage::new(store)
}

fn caller(user: &str) -> Caller {
    Caller { tenant: "team".to_owned(), user: user.to_owned() }
}

#[tokio::test]
async fn places_in_flight_are_given_back() {
    for counted in Counted::all().await {
        let (minji, jun) = (caller("minji"), caller("jun"));
        let limits = CallerLimits { in_flight: Some(2), ..NONE };
        for ticket in [1, 2] {
            assert!(counted.begin(&minji, ticket, &limits).await.began);
        }
        let refused = counted.begin(&minji, 3, &limits).await;
        assert!(!refused.began && refused.counts.in_flight == 2);
        let reached = refused.counts.reached(&limits, refused.now_ms);
        assert_eq!(reached, Some((LimitKind::InFlight, 1000)));
        assert!(counted.begin(&jun, 4, &limits).await.began, "others have their own");
        counted.usage().end(&minji, 1);
        counted.begin_at_last(&minji, 5, &limits).await;
        assert!(!counted.begin(&minji, 6, &limits).await.began);
    }
}

#[tokio::test]
async fn requests_of_a_minute_are_counted_and_refused_ones_are_not() {
    for counted in Counted::all().await {
        let (minji, jun) = (caller("minji"), caller("jun"));
        let limits = CallerLimits { requests_per_minute: Some(3), ..NONE };
        // A minute may turn meanwhile; then two windows hold them.
        let refused = counted.refused_at_last(&minji, &limits).await;
        let again = counted.begin(&minji, 9, &limits).await;
        assert!(!again.began);
        assert_eq!(again.counts.requests.current, refused.counts.requests.current);
        let (kind, wait) = again.counts.reached(&limits, again.now_ms).expect("a limit");
        assert_eq!(kind, LimitKind::RequestsPerMinute);
        assert!((1..=120_000).contains(&wait), "{wait}");
        assert!(counted.begin(&jun, 10, &limits).await.began, "others have their own");
        counted.pass(&minji, 1).await;
        assert!(counted.begin(&minji, 11, &limits).await.began);
    }
}

#[tokio::test]
async fn tokens_are_counted_by_the_minute_and_by_the_day() {
    for counted in Counted::all().await {
        let minji = caller("minji");
        let minute = CallerLimits { tokens_per_minute: Some(100), ..NONE };
        let day = CallerLimits { tokens_per_day: Some(150), ..NONE };
        assert!(counted.begin(&minji, 1, &minute).await.began);
        counted.usage().spend(&minji, 99);
        counted.usage().spend(&minji, 1);
        let refused = counted.refused_at_last(&minji, &minute).await;
        let (kind, _) = refused.counts.reached(&minute, refused.now_ms).expect("a limit");
        assert_eq!(kind, LimitKind::TokensPerMinute);
        assert!(counted.begin(&minji, 2, &day).await.began, "the day has room");

        counted.pass(&minji, 1).await;
        assert!(counted.begin(&minji, 3, &minute).await.began, "the minute has room again");
        counted.usage().spend(&minji, 60);
        let refused = counted.refused_at_last(&minji, &day).await;
        let (kind, wait) = refused.counts.reached(&day, refused.now_ms).expect("a limit");
        assert_eq!(kind, LimitKind::TokensPerDay);
        assert!(wait <= 2 * 86_400_000, "{wait}");
        counted.pass(&minji, 1440).await;
        assert!(counted.begin(&minji, 4, &day).await.began);
    }
}

#[tokio::test]
async fn of_many_at_once_no_more_get_in_than_may() {
    for counted in Counted::all().await {
        let minji = caller("minji");
        let limits = CallerLimits { in_flight: Some(10), ..NONE };
        let all = (0..50).map(|ticket| counted.begin(&minji, ticket, &limits));
        let began = join_all(all).await.iter().filter(|taken| taken.began).count();
        assert_eq!(began, 10);
    }
}

#[tokio::test]
async fn servers_that_share_a_redis_agree_and_one_that_is_gone_holds_nothing() {
    let server = Redis::start().await;
    let (one, other) = (redis_usage(&server.url()), redis_usage(&server.url()));
    let (minji, limits) = (caller("minji"), CallerLimits { in_flight: Some(2), ..NONE });
    let began = async |usage: &RedisUsage, ticket: u128| {
        usage.begin(&minji, ticket, &limits).await.expect("it counts").began
    };
    assert!(began(&one, 1).await && began(&other, 2).await);
    assert!(!began(&one, 3).await && !began(&other, 4).await);
    // One ends without a word; its lease is over.
    drop(one);
    let mut command = redis::cmd("ZADD");
    command.arg("cs:{team:minji}:flight").arg("XX").arg(1).arg(format!("{:032x}", 1));
    server.number(&command).await.expect("it answers");
    assert!(began(&other, 5).await);
    assert!(!began(&other, 6).await);
}

#[tokio::test]
async fn p9_names_that_look_alike_do_not_share_counts() {
    for counted in Counted::all().await {
        let limits = CallerLimits { in_flight: Some(1), ..NONE };
        let name = |tenant: &str, user: &str| Caller { tenant: tenant.into(), user: user.into() };
        let all = [name("a:b", "c"), name("a", "b:c"), name("a", "b"), name("}{", "c")];
        for (ticket, who) in all.iter().enumerate() {
            let ticket = u128::try_from(ticket).expect("few");
            assert!(counted.begin(who, ticket, &limits).await.began, "{who:?}");
        }
    }
}
