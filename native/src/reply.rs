//! The handle of one answer.

use std::sync::Arc;

use crop::Rope;
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use saga_engine::Runner;

use crate::convert;
use crate::error::{Thrown, guarded};
use crate::events::ReplyEvent;
use crate::promise::promise;

/// An answer on its way. Events are pulled; letting go of the handle cancels the answer.
#[napi]
pub struct Reply {
    answer: Arc<saga_engine::Reply>,
    /// The document as it was asked; what the offsets of the events refer to.
    asked: Rope,
    runner: Runner,
}

impl Reply {
    pub(crate) fn new(answer: saga_engine::Reply, asked: Rope, runner: Runner) -> Self {
        Self { answer: Arc::new(answer), asked, runner }
    }
}

#[napi]
impl Reply {
    /// The next event; `null` at the end. Events that replace one another are merged while nobody
    /// pulls.
    #[napi(catch_unwind, ts_return_type = "Promise<ReplyEvent | null>")]
    pub fn next<'env>(&self, env: &'env Env) -> Result<Object<'env>, Thrown> {
        let answer = Arc::clone(&self.answer);
        let asked = self.asked.clone();
        let next = async move {
            let event: Option<ReplyEvent> =
                answer.next().await.map(|event| convert::event(&asked, event));
            Ok(event)
        };
        promise(env, &self.runner, next, || Ok(None))
    }

    /// Lets go of the answer: the connection closes, and `next()` gives `null` from now on.
    #[napi(catch_unwind)]
    pub fn cancel(&self) -> Result<(), Thrown> {
        guarded(|| {
            self.answer.cancel();
            Ok(())
        })
    }
}
