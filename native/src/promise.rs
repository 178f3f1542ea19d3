//! Futures of the engine as promises of JavaScript.
//!
//! Every promise is settled, whatever becomes of its future: finished, panicked, or dropped with the
//! engine. A pending promise keeps the process alive as any pending read does; an engine that is
//! merely open does not.

use std::future::Future;

use napi::bindgen_prelude::{Object, ToNapiValue};
use napi::{Env, JsDeferred};
use saga_domain::Failure;
use saga_engine::Runner;

use crate::error::{Thrown, fault, rejection};

type Resolver<T> = Box<dyn FnOnce(Env) -> napi::Result<T> + Send>;

/// Runs `future` on the engine's threads and gives a promise of its outcome; `when_dropped` is the
/// outcome when the engine ends first.
pub(crate) fn promise<'env, T>(
    env: &'env Env,
    runner: &Runner,
    future: impl Future<Output = Result<T, Failure>> + Send + 'static,
    when_dropped: fn() -> Result<T, Failure>,
) -> Result<Object<'env>, Thrown>
where
    T: ToNapiValue + Send + 'static,
{
    let (deferred, promise) =
        env.create_deferred::<T, Resolver<T>>().map_err(|error| fault(&error))?;
    let settler = Settler { deferred: Some(deferred), when_dropped };
    runner.spawn(async move {
        let outcome = future.await;
        settler.settle(outcome);
    });
    Ok(promise)
}

struct Settler<T: ToNapiValue + Send + 'static> {
    deferred: Option<JsDeferred<T, Resolver<T>>>,
    when_dropped: fn() -> Result<T, Failure>,
}

impl<T: ToNapiValue + Send + 'static> Settler<T> {
    fn settle(mut self, outcome: Result<T, Failure>) {
        self.settle_once(outcome);
    }

    fn settle_once(&mut self, outcome: Result<T, Failure>) {
        if let Some(deferred) = self.deferred.take() {
            deferred
                .resolve(Box::new(move |env| outcome.map_err(|failure| rejection(failure, env))));
        }
    }
}

impl<T: ToNapiValue + Send + 'static> Drop for Settler<T> {
    fn drop(&mut self) {
        self.settle_once((self.when_dropped)());
    }
}
