//! The calls for clients. Each does what its sibling over HTTP does, in the same words.

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use saga_domain::{Failure, FailureCode};
use tonic::{Request, Response, Status, Streaming};

use crate::domain::access::Identity;
use crate::domain::ports::Caller;
use crate::domain::repeats::Followed;
use crate::inbound::generate::{self, Event};
use crate::inbound::grpc::{chat, records, refused};
use crate::inbound::{AppState, feedback, instances, requests};
use crate::rpc::v1::code_saga_server::CodeSaga;
use crate::rpc::v1::generate_reply::Part;
use crate::rpc::{self, v1};

#[derive(Clone)]
pub(super) struct ClientCalls {
    state: AppState,
}

impl ClientCalls {
    pub(super) fn new(state: AppState) -> Self {
        Self { state }
    }
}

#[tonic::async_trait]
impl CodeSaga for ClientCalls {
    type GenerateStream = BoxStream<'static, Result<v1::GenerateReply, Status>>;
    type ChatStream = BoxStream<'static, Result<v1::ChatReply, Status>>;

    async fn generate(
        &self,
        request: Request<v1::GenerateRequest>,
    ) -> Result<Response<Self::GenerateStream>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let key = asked.idempotency_key.clone();
        let asked = records::generate_request(asked).map_err(refused)?;
        let opened = generate::open(&self.state, &caller, asked, key.as_deref()).await;
        let Followed { name, parts } = opened.map_err(refused)?;
        let parts = self.state.drain.until_cut(generate::begun(parts)).await.map_err(refused)?;
        let accepted = Ok(reply(Part::Accepted(name)));
        let told = parts.map(|event| match event {
            Event::Queued { place } => Ok(reply(Part::Queued(place))),
            Event::Text(text) => Ok(reply(Part::Text(text))),
            Event::Done(record) => Ok(reply(Part::Done(records::request_record(*record)))),
            Event::Failed(failure) => Err(rpc::status(&failure)),
        });
        Ok(Response::new(stream::iter([accepted]).chain(told).boxed()))
    }

    async fn chat(
        &self,
        request: Request<Streaming<v1::ChatRequest>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        let who = identity(&request)?;
        let told = chat::told(self.state.clone(), who, request.into_inner());
        Ok(Response::new(told.map_err(refused)?))
    }

    async fn instances(
        &self,
        request: Request<v1::InstancesRequest>,
    ) -> Result<Response<v1::InstancesReply>, Status> {
        let all = instances::all(&self.state, &caller(&request)?).await;
        let instances = all.into_iter().map(records::instance).collect();
        Ok(Response::new(v1::InstancesReply { instances }))
    }

    async fn requests(
        &self,
        request: Request<v1::RequestsRequest>,
    ) -> Result<Response<v1::RequestsReply>, Status> {
        let caller = caller(&request)?;
        let mut asked = request.into_inner();
        let page = match asked.id.take() {
            Some(id) => requests::find(&self.state, &caller, &id).await.map(records::page_of_one),
            None => {
                let wanted = records::wanted(asked).map_err(refused)?;
                requests::page(&self.state, &caller, wanted).await
            }
        };
        Ok(Response::new(records::page(page.map_err(refused)?)))
    }

    async fn feedback(
        &self,
        request: Request<v1::FeedbackRequest>,
    ) -> Result<Response<v1::FeedbackReply>, Status> {
        let caller = caller(&request)?;
        let report = records::feedback(request.into_inner()).map_err(refused)?;
        feedback::take(&self.state, &caller, report).await.map_err(refused)?;
        Ok(Response::new(v1::FeedbackReply {}))
    }
}

fn reply(part: Part) -> v1::GenerateReply {
    v1::GenerateReply { part: Some(part) }
}

/// Who asks, as the key on the call's way in said.
fn identity<T>(request: &Request<T>) -> Result<Identity, Status> {
    request
        .extensions()
        .get::<Identity>()
        .cloned()
        .ok_or_else(|| rpc::status(&Failure::new(FailureCode::Unauthorized, "a key is needed")))
}

fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    Ok(identity(request)?.caller)
}
