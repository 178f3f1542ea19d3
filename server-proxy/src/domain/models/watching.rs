//! Looking after every model server for as long as it is in use.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::domain::models::{ModelDirectory, find_at};
use crate::domain::ports::ServedModel;
use crate::domain::upstream::Upstream;

impl ModelDirectory {
    /// Keeps looking after the servers: asks how they stand, and loads the models that are meant by
    /// no name as soon as one answers. Runs until dropped.
    pub async fn watch(&self) {
        let mut replaced = self.replaced.subscribe();
        let mut watched: Vec<Arc<Upstream>> = Vec::new();
        let mut watching = FuturesUnordered::new();
        loop {
            let upstreams = self.upstreams();
            let is_new =
                |one: &&Arc<Upstream>| !watched.iter().any(|known| known.number() == one.number());
            for upstream in upstreams.iter().filter(is_new) {
                watching.push(self.watch_one(Arc::clone(upstream)));
            }
            watched = upstreams;
            tokio::select! {
                changed = replaced.changed() => {
                    if changed.is_err() {
                        std::future::pending::<()>().await;
                    }
                }
                Some(()) = watching.next() => {}
            }
        }
    }

    /// Ends when the server is taken out.
    async fn watch_one(&self, upstream: Arc<Upstream>) {
        while !upstream.is_removed() {
            let pause = upstream.look_after(|| self.preload(&upstream)).await;
            self.announce(&upstream);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = upstream.nudged() => {}
            }
        }
    }

    /// Of what is meant by no name, the models that this server has.
    fn preload(&self, upstream: &Upstream) -> Vec<ServedModel> {
        let names = self.names.read().clone();
        let mut models: Vec<ServedModel> = Vec::new();
        for model in names.unnamed().into_iter().filter_map(|name| find_at(upstream, name)) {
            if !models.iter().any(|known| known.name == model.name) {
                models.push(model);
            }
        }
        models
    }

    fn announce(&self, upstream: &Upstream) {
        let model = self.preload(upstream).into_iter().next();
        let Some(model) = model.filter(|model| upstream.loads().keeps(&model.name).is_some())
        else {
            return;
        };
        self.ready.send_if_modified(|ready| {
            let is_first = ready.is_none();
            ready.get_or_insert(model);
            is_first
        });
    }
}
