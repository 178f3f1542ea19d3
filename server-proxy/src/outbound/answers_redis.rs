//! Finished answers in Redis, so that the proxies of a team find each other's.
//!
//! A tenant's keys carry one hash tag, so the script over them also works on Redis Cluster.

use std::sync::Arc;

use async_trait::async_trait;
use redis::Script;
use saga_protocol::openai::{TokenUsage, ToolCallDelta};
use serde::{Deserialize, Serialize};

use crate::clock::unix_millis;
use crate::domain::answer_cache::{AnswerStore, CacheLimits, FinishedAnswer};
use crate::outbound::redis_store::{RedisStore, encoded, millis};

/// Answers in a Redis that may be gone.
pub struct RedisAnswers {
    store: Arc<RedisStore>,
    put: Script,
    limits: CacheLimits,
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Stored {
    text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCallDelta>,
    finish_reason: String,
    usage: Option<TokenUsage>,
}

impl RedisAnswers {
    /// Answers in this store.
    #[must_use]
    pub fn new(store: Arc<RedisStore>, limits: CacheLimits) -> Self {
        Self { store, put: Script::new(include_str!("answers_put.lua")), limits }
    }
}

#[async_trait]
impl AnswerStore for RedisAnswers {
    async fn get(&self, tenant: &str, key: &blake3::Hash) -> Option<FinishedAnswer> {
        let key = format!("{}{}", beginning(tenant), key.to_hex());
        let mut connection = self.store.connection();
        let mut get = redis::cmd("GET");
        let kept = get.arg(key).query_async::<Option<Vec<u8>>>(&mut connection);
        let kept = self.store.run(kept).await.ok()?;
        // What another version wrote is as good as nothing.
        let Stored { text, tool_calls, finish_reason, usage } =
            serde_json::from_slice(&kept?).ok()?;
        Some(FinishedAnswer { text, tool_calls, finish_reason, usage })
    }

    async fn put(&self, tenant: &str, key: &blake3::Hash, answer: &FinishedAnswer) {
        let FinishedAnswer { text, tool_calls, finish_reason, usage } = answer.clone();
        let Ok(kept) = serde_json::to_vec(&Stored { text, tool_calls, finish_reason, usage })
        else {
            return;
        };
        if kept.len() > self.limits.answer_bytes_max {
            return;
        }
        let (beginning, name) = (beginning(tenant), key.to_hex());
        let mut put = self.put.prepare_invoke();
        put.key(format!("{beginning}{name}"))
            .key(format!("{beginning}index"))
            .key(format!("{beginning}sizes"))
            .key(format!("{beginning}bytes"))
            .arg(name.as_str())
            .arg(kept.as_slice())
            .arg(kept.len())
            .arg(unix_millis())
            .arg(millis(self.limits.ttl))
            .arg(self.limits.stored_bytes_max)
            .arg(&beginning);
        let mut connection = self.store.connection();
        // A store that does not answer is noted by its breaker; the answer is asked for again.
        let _kept = self.store.run(put.invoke_async::<i64>(&mut connection)).await;
    }
}

fn beginning(tenant: &str) -> String {
    format!("cs:{{answers:{}}}:", encoded(tenant))
}
