//! A model service in another process, asked by gRPC.
//!
//! One HTTP/2 connection carries everything that is asked of it, so that letting go of an answer resets
//! a stream and nothing else. Where it stands comes by itself, so that nothing need be asked before a
//! question is.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use http::Uri;
use saga_domain::{Failure, FailureCode};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Status, Streaming};

use crate::domain::limits::Limits;
use crate::domain::model_peer::{ModelPeer, PeerState, Report};
use crate::domain::models::{BegunAnswer, ListedModel};
use crate::domain::ports::{Answer, EmbedCall, Embedded, ModelCall, Piece, ServedModel};
use crate::domain::priority::{Priority, Task};
use crate::domain::request_mark::RequestMark;
use crate::outbound::fleet_channel::FleetChannel;
use crate::rpc::v1::answer_part::Part;
use crate::rpc::v1::models_client::ModelsClient;
use crate::rpc::{self, v1};

/// Time until a service that could not be heard is listened to again.
const LISTEN_AGAIN_AFTER: Duration = Duration::from_millis(250);
/// Time after an answer's last piece for the frame that ends it.
const LAST_FRAME_TIME_MAX: Duration = Duration::from_secs(1);

/// One model service.
pub struct RemoteModels {
    name: String,
    client: ModelsClient<FleetChannel>,
    state: watch::Sender<PeerState>,
}

impl RemoteModels {
    /// The service at this address; nothing is asked of it yet.
    pub(crate) fn new(address: &Uri, channel: FleetChannel, limits: &Limits) -> Self {
        let client = ModelsClient::with_origin(channel, address.clone())
            .max_decoding_message_size(limits.message_bytes_max())
            .max_encoding_message_size(limits.message_bytes_max());
        let unheard = PeerState { heard: None, failure: None, since: Instant::now() };
        Self { name: address.to_string(), client, state: watch::Sender::new(unheard) }
    }

    /// Cheap: a handle of the one connection.
    fn client(&self) -> ModelsClient<FleetChannel> {
        self.client.clone()
    }

    fn heard(&self, report: Report) {
        self.state.send_modify(|state| {
            if state.failure.take().is_some() || state.heard.is_none() {
                state.since = Instant::now();
            }
            state.heard = Some(Arc::new(report));
        });
    }

    fn lost(&self, failure: Failure) {
        self.state.send_modify(|state| {
            if state.failure.is_none() {
                state.since = Instant::now();
            }
            state.failure = Some(failure);
        });
    }

    /// Hears reports until they end, which they do only when something is wrong.
    async fn listen(&self) -> Failure {
        let mut reports = match self.client().watch(v1::WatchRequest {}).await {
            Ok(reports) => reports.into_inner(),
            Err(status) => return before_it_began(&status),
        };
        loop {
            match reports.message().await {
                Ok(Some(told)) => match rpc::report(told) {
                    Ok(report) => self.heard(report),
                    Err(misunderstood) => return misunderstood.into(),
                },
                Ok(None) => return unreachable(),
                Err(status) => return before_it_began(&status),
            }
        }
    }
}

#[async_trait]
impl ModelPeer for RemoteModels {
    fn name(&self) -> &str {
        &self.name
    }

    async fn answer(&self, call: &ModelCall, priority: &Priority) -> Result<BegunAnswer, Failure> {
        let request = marked(rpc::answer_request(call.clone(), priority));
        let refused = |status: Status| before_it_began(&status);
        let mut parts = self.client().answer(request).await.map_err(refused)?.into_inner();
        loop {
            match parts.message().await.map_err(refused)?.and_then(|part| part.part) {
                Some(Part::Queued(place)) => priority.stand_at(place as usize),
                Some(Part::Begun(v1::Begun { server, model, waited_us })) => {
                    priority.stand_at(0);
                    let waited = Duration::from_micros(waited_us);
                    let answer = pieces(parts);
                    return Ok(BegunAnswer { server: server as usize, model, waited, answer });
                }
                _ => return Err(incomplete()),
            }
        }
    }

    async fn embed(&self, call: &EmbedCall, priority: &Priority) -> Result<Embedded, Failure> {
        let request = marked(rpc::embed_request(call.clone(), priority));
        let reply = self.client().embed(request).await.map_err(|s| before_it_began(&s))?;
        let v1::EmbedReply { vectors, prompt_tokens } = reply.into_inner();
        let vectors = vectors.into_iter().map(|vector| vector.numbers).collect();
        Ok(Embedded { vectors, prompt_tokens })
    }

    async fn listed(&self) -> Result<Vec<ListedModel>, Failure> {
        let reply =
            self.client().list(v1::ListRequest {}).await.map_err(|s| before_it_began(&s))?;
        let models = reply.into_inner().models.into_iter().map(rpc::listed_model);
        Ok(models.collect::<Result<_, _>>()?)
    }

    async fn listed_as(&self, id: &str) -> Result<ListedModel, Failure> {
        let request = v1::ListOneRequest { id: id.to_owned() };
        let reply = self.client().list_one(request).await.map_err(|s| before_it_began(&s))?;
        Ok(rpc::listed_model(reply.into_inner())?)
    }

    async fn resolve(
        &self,
        task: Option<Task>,
        name: Option<&str>,
    ) -> Result<ServedModel, Failure> {
        let request = v1::ResolveRequest {
            task: task.map(|task| task.name().to_owned()),
            name: name.map(str::to_owned),
        };
        let reply = self.client().resolve(request).await.map_err(|s| before_it_began(&s))?;
        Ok(rpc::served_model(reply.into_inner())?)
    }

    fn state(&self) -> PeerState {
        self.state.borrow().clone()
    }

    async fn changed(&self) {
        // The sender is this one's own and outlives it.
        let _changed = self.state.subscribe().changed().await;
    }

    async fn watch(&self) {
        loop {
            let failure = self.listen().await;
            tracing::debug!(code = failure.code.name(), "a model service is not heard");
            self.lost(failure);
            sleep(LISTEN_AGAIN_AFTER).await;
        }
    }
}

/// With the request that it belongs to.
fn marked<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let Some(mark) = RequestMark::current() else { return request };
    if let Ok(id) = MetadataValue::try_from(&*mark.request_id) {
        request.metadata_mut().insert("x-request-id", id);
    }
    let parent = mark.parent.and_then(|parent| MetadataValue::try_from(parent.to_string()).ok());
    if let Some(parent) = parent {
        request.metadata_mut().insert("traceparent", parent);
    }
    request
}

/// The pieces of an answer that has begun, with exactly one end.
fn pieces(parts: Streaming<v1::AnswerPart>) -> Answer {
    stream::unfold(Some(parts), |parts| async {
        let mut parts = parts?;
        let told = match parts.message().await {
            Ok(part) => part.and_then(|part| part.part).and_then(rpc::piece).ok_or_else(incomplete),
            Err(status) => Err(rpc::failure(&status).unwrap_or_else(incomplete)),
        };
        let rest = match told {
            Ok(Piece::Done { .. }) => {
                // Letting go of it before its last frame would reset it, and nobody waits for that one.
                tokio::spawn(timeout(LAST_FRAME_TIME_MAX, async move {
                    let _end = parts.message().await;
                }));
                None
            }
            Ok(_) => Some(parts),
            Err(_) => None,
        };
        Some((told, rest))
    })
    .boxed()
}

/// What a status says that came instead of an answer.
fn before_it_began(status: &Status) -> Failure {
    if let Some(failure) = rpc::failure(status) {
        return failure;
    }
    match status.code() {
        Code::ResourceExhausted | Code::OutOfRange => {
            Failure::new(FailureCode::TooLarge, "the request is too large for the model service")
        }
        Code::Unimplemented => {
            Failure::new(FailureCode::BadResponse, "what answers there is no model service")
        }
        _ => unreachable(),
    }
}

fn unreachable() -> Failure {
    Failure::new(FailureCode::UpstreamUnreachable, "the model service cannot be reached")
}

fn incomplete() -> Failure {
    let message = "the model service ended its answer before it was complete";
    Failure::new(FailureCode::UpstreamIncomplete, message)
}
