//! What callers use, counted in Redis by every server that uses the same one.
//!
//! A caller's windows are one hash, `cs:{tenant:user}:use`, its requests in flight one sorted set,
//! `cs:{tenant:user}:flight`, each member until its lease ends: what a server held that is gone
//! becomes free by itself; work with a name leaves `cs:{tenant:user}:spent:name` for a day. They share a
//! hash tag, so one script sees them on a cluster too.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use parking_lot::Mutex;
use redis::Script;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::domain::caller_limits::CallerLimits;
use crate::domain::ports::{Caller, MemoryError};
use crate::domain::usage::{Counts, Taken, UsageCounts, Window};
use crate::outbound::redis_store::{RedisStore, encoded, millis};

/// After that a place is free whose server says nothing more of it.
const LEASE: Duration = Duration::from_secs(30);
/// How often a server says that it still holds its places.
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// What may wait to be written; more is left out: a place then ends with its lease.
const WAITING_MAX: usize = 4096;
/// Written at once.
const AT_ONCE_MAX: usize = 64;

/// Counts in Redis.
pub struct RedisUsage {
    store: Arc<RedisStore>,
    script: Script,
    held: Arc<Held>,
    later: mpsc::Sender<Later>,
}

/// The places of requests that this server is answering.
type Held = Mutex<HashMap<u128, Caller>>;

/// What is written behind an answer's back.
enum Later {
    End(Caller, u128),
    Spend(Caller, u64),
}

type Reply = (u8, u64, u64, (u64, u64, u64), (u64, u64, u64), (u64, u64, u64));

impl RedisUsage {
    /// Counts in this store. Must be called within a tokio runtime.
    #[must_use]
    pub fn new(store: Arc<RedisStore>) -> Self {
        let (later, waiting) = mpsc::channel(WAITING_MAX);
        let held = Arc::new(Held::default());
        let script = Script::new(include_str!("usage.lua"));
        tokio::spawn(write(Arc::clone(&store), script.clone(), Arc::clone(&held), waiting));
        Self { store, script, held, later }
    }

    fn write_later(&self, what: Later) {
        if self.later.try_send(what).is_err() {
            tracing::debug!("too much waits to be counted; something is left out");
        }
    }
}

#[async_trait]
impl UsageCounts for RedisUsage {
    async fn begin(
        &self,
        caller: &Caller,
        ticket: u128,
        limits: &CallerLimits,
    ) -> Result<Taken, MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.script.prepare_invoke();
        call.key(windows(caller)).key(flight(caller));
        call.arg("begin").arg(member(ticket)).arg(millis(LEASE));
        let all = [
            limits.in_flight,
            limits.requests_per_minute,
            limits.tokens_per_minute,
            limits.tokens_per_day,
        ];
        for limit in all {
            call.arg(limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX)));
        }
        let reply: Reply = self.store.run(call.invoke_async(&mut connection)).await?;
        let taken = taken(reply);
        if taken.began {
            self.held.lock().insert(ticket, caller.clone());
        }
        Ok(taken)
    }

    fn end(&self, caller: &Caller, ticket: u128) {
        if self.held.lock().remove(&ticket).is_some() {
            self.write_later(Later::End(caller.clone(), ticket));
        }
    }

    fn spend(&self, caller: &Caller, tokens: u64) {
        self.write_later(Later::Spend(caller.clone(), tokens));
    }

    async fn spend_once(
        &self,
        caller: &Caller,
        name: &str,
        tokens: u64,
    ) -> Result<(), MemoryError> {
        let mut connection = self.store.connection();
        let mut call = self.script.prepare_invoke();
        call.key(windows(caller)).key(flight(caller)).key(spent(caller, name));
        call.arg("spend").arg(tokens);
        self.store.run(call.invoke_async::<Reply>(&mut connection)).await.map(drop)
    }
}

/// Writes what has happened and renews the leases, one after the other, so that no lease is renewed
/// for a place that was just given back. Ends with the counts.
async fn write(
    store: Arc<RedisStore>,
    script: Script,
    held: Arc<Held>,
    mut waiting: mpsc::Receiver<Later>,
) {
    let mut renewals = interval_at(Instant::now() + RENEW_EVERY, RENEW_EVERY);
    renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut happened = Vec::new();
    loop {
        tokio::select! {
            count = waiting.recv_many(&mut happened, AT_ONCE_MAX) => {
                if count == 0 {
                    return;
                }
                let all = happened.drain(..).map(|what| write_one(&store, &script, what));
                join_all(all).await;
            }
            _ = renewals.tick() => renew(&store, &held).await,
        }
    }
}

/// What cannot be written is left out: the store itself tells that it does not answer.
async fn write_one(store: &RedisStore, script: &Script, what: Later) {
    let mut connection = store.connection();
    match what {
        Later::End(caller, ticket) => {
            let mut command = redis::cmd("ZREM");
            command.arg(flight(&caller)).arg(member(ticket));
            let _written = store.run(command.query_async::<i64>(&mut connection)).await;
        }
        Later::Spend(caller, tokens) => {
            let mut call = script.prepare_invoke();
            call.key(windows(&caller)).key(flight(&caller)).arg("spend").arg(tokens);
            let _written = store.run(call.invoke_async::<Reply>(&mut connection)).await;
        }
    }
}

async fn renew(store: &RedisStore, held: &Held) {
    let mut by_caller: HashMap<Caller, Vec<u128>> = HashMap::new();
    for (ticket, caller) in held.lock().iter() {
        by_caller.entry(caller.clone()).or_default().push(*ticket);
    }
    let script = Script::new(include_str!("usage_renew.lua"));
    for (caller, tickets) in by_caller {
        let mut connection = store.connection();
        let mut call = script.prepare_invoke();
        call.key(flight(&caller)).arg(millis(LEASE));
        for ticket in tickets {
            call.arg(member(ticket));
        }
        let _renewed = store.run(call.invoke_async::<u8>(&mut connection)).await;
    }
}

fn taken((began, now_ms, in_flight, requests, minute, day): Reply) -> Taken {
    let window = |(number, current, previous)| Window { number, current, previous };
    let counts = Counts {
        in_flight,
        requests: window(requests),
        minute_tokens: window(minute),
        day_tokens: window(day),
    };
    Taken { began: began == 1, counts, now_ms }
}

fn windows(caller: &Caller) -> String {
    format!("cs:{{{}:{}}}:use", encoded(&caller.tenant), encoded(&caller.user))
}

fn flight(caller: &Caller) -> String {
    format!("cs:{{{}:{}}}:flight", encoded(&caller.tenant), encoded(&caller.user))
}

/// Whether work with that name was counted.
fn spent(caller: &Caller, name: &str) -> String {
    let (tenant, user) = (encoded(&caller.tenant), encoded(&caller.user));
    format!("cs:{{{tenant}:{user}}}:spent:{}", encoded(name))
}

fn member(ticket: u128) -> String {
    format!("{ticket:032x}")
}
