//! The calls of a model service, for gateways and workers. Who asks is believed to say for whom: such
//! a process is known by its certificate, or is on this machine.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, Stream, StreamExt, stream};
use saga_domain::Failure;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tonic::server::NamedService;
use tonic::{Request, Response, Status};

use crate::domain::models::ModelDirectory;
use crate::domain::ports::{Embedded, Piece};
use crate::domain::priority::Task;
use crate::domain::request_mark::RequestMark;
use crate::inbound::{AppState, grpc, http, waiting};
use crate::rpc::v1::models_server::{Models, ModelsServer};
use crate::rpc::{self, v1};

/// Time between two reports of how everything stands.
const REPORT_EVERY: Duration = Duration::from_millis(200);

const CALLS: [&str; 5] = [
    "/codesaga.v1.Models/Answer",
    "/codesaga.v1.Models/Embed",
    "/codesaga.v1.Models/List",
    "/codesaga.v1.Models/ListOne",
    "/codesaga.v1.Models/Resolve",
];
const WATCH: &str = "/codesaga.v1.Models/Watch";

/// What the calls need.
#[derive(Clone)]
pub(crate) struct Hop {
    pub(crate) state: AppState,
    pub(crate) models: Arc<ModelDirectory>,
    /// Reports end then.
    pub(crate) closed: CancellationToken,
}

/// Everything that a model service answers to on the address for gateways.
pub(crate) fn hop_router(hop: Hop) -> std::io::Result<Router> {
    let state = hop.state.clone();
    let bytes_max = state.limits.message_bytes_max();
    let service = ModelsServer::new(hop)
        .max_decoding_message_size(bytes_max)
        .max_encoding_message_size(bytes_max);
    let calls = CALLS
        .into_iter()
        .fold(Router::new(), |router, path| router.route_service(path, service.clone()));
    let name = <ModelsServer<Hop> as NamedService>::NAME;
    let calls = grpc::around(http::counted_calls(calls, &state), &state)
        // Not work that a stop waits for.
        .route_service(WATCH, service);
    let described = grpc::with_service(calls, grpc::health::server(state.clone(), name));
    Ok(http::around_all(grpc::reflected(described, &[name])?).with_state(state))
}

#[tonic::async_trait]
impl Models for Hop {
    type AnswerStream = BoxStream<'static, Result<v1::AnswerPart, Status>>;
    type WatchStream = BoxStream<'static, Result<v1::Report, Status>>;

    async fn answer(
        &self,
        request: Request<v1::AnswerRequest>,
    ) -> Result<Response<Self::AnswerStream>, Status> {
        let mut request = request.into_inner();
        let (priority, places) = rpc::priority(request.priority.take()).map_err(misunderstood)?;
        let call = rpc::model_call(request).map_err(misunderstood)?;
        let begun = Arc::new(OnceLock::new());
        let asking = {
            let (models, begun) = (Arc::clone(&self.models), Arc::clone(&begun));
            async move {
                let answer = models.begin(call, &priority).await?;
                let _first = begun.set(v1::Begun {
                    server: u32::try_from(answer.server).unwrap_or(u32::MAX),
                    model: answer.model,
                    waited_us: u64::try_from(answer.waited.as_micros()).unwrap_or(u64::MAX),
                });
                Ok(answer.answer)
            }
        };
        // Its answer may begin after this call's headers, in another task.
        let asking = match RequestMark::current() {
            Some(mark) => mark.over(asking).boxed(),
            None => asking.boxed(),
        };
        let answer = waiting::begin(asking, places, true, &self.state.drain).await;
        let answer = answer.map_err(|failure| rpc::status(&failure))?;
        Ok(Response::new(parts(answer, begun).boxed()))
    }

    async fn embed(
        &self,
        request: Request<v1::EmbedRequest>,
    ) -> Result<Response<v1::EmbedReply>, Status> {
        let (call, priority) = rpc::embed_call(request.into_inner()).map_err(misunderstood)?;
        let work = self.models.embed(call, &priority);
        let embedded = self.state.drain.until_cut(work).await;
        let Embedded { vectors, prompt_tokens } = embedded.map_err(|f| rpc::status(&f))?;
        let vectors = vectors.into_iter().map(|numbers| v1::Vector { numbers }).collect();
        Ok(Response::new(v1::EmbedReply { vectors, prompt_tokens }))
    }

    async fn list(
        &self,
        _request: Request<v1::ListRequest>,
    ) -> Result<Response<v1::ListReply>, Status> {
        let listed = self.models.listed().await.map_err(|failure| rpc::status(&failure))?;
        let models = listed.into_iter().map(rpc::listed).collect();
        Ok(Response::new(v1::ListReply { models }))
    }

    async fn list_one(
        &self,
        request: Request<v1::ListOneRequest>,
    ) -> Result<Response<v1::ListedModel>, Status> {
        let listed = self.models.listed_as(&request.into_inner().id).await;
        Ok(Response::new(rpc::listed(listed.map_err(|failure| rpc::status(&failure))?)))
    }

    async fn resolve(
        &self,
        request: Request<v1::ResolveRequest>,
    ) -> Result<Response<v1::ServedModel>, Status> {
        let v1::ResolveRequest { task, name } = request.into_inner();
        let task = task.as_deref().and_then(Task::from_name);
        let model = self.models.resolve(task, name.as_deref()).await;
        Ok(Response::new(rpc::served(model.map_err(|failure| rpc::status(&failure))?)))
    }

    async fn watch(
        &self,
        _request: Request<v1::WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let closed = self.closed.clone().cancelled_owned();
        let reports = stream::unfold((self.clone(), false), |(hop, goes_on)| async move {
            if goes_on {
                sleep(REPORT_EVERY).await;
            }
            let report = rpc::report_of(&hop.models, hop.state.drain.is_draining());
            Some((Ok(report), (hop, true)))
        });
        Ok(Response::new(reports.take_until(closed).boxed()))
    }
}

/// An answer's pieces, and before the first one that is no place in the queue where it began.
fn parts(
    answer: impl Stream<Item = Result<Piece, Failure>> + Send + 'static,
    begun: Arc<OnceLock<v1::Begun>>,
) -> impl Stream<Item = Result<v1::AnswerPart, Status>> + Send {
    let mut is_told = false;
    answer.flat_map(move |piece| {
        let has_begun = !matches!(piece, Ok(Piece::Queued { .. }) | Err(_));
        let tells = has_begun && !is_told;
        is_told |= has_begun;
        let begun = begun.get().filter(|_| tells).cloned().map(|begun| {
            let part = Some(v1::answer_part::Part::Begun(begun));
            Ok(v1::AnswerPart { part })
        });
        let piece = piece.map(rpc::part).map_err(|failure| rpc::status(&failure));
        stream::iter(begun.into_iter().chain([piece]))
    })
}

fn misunderstood(misunderstood: rpc::Misunderstood) -> Status {
    rpc::status(&misunderstood.into())
}
