//! The standard health service: the process as a whole, and whether its service would answer.

use std::time::Duration;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use saga_protocol::ready::ReadyStatus;
use tokio::time::sleep;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::inbound::AppState;

/// Time between two looks for who wants to hear of changes.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(super) fn server(state: AppState, service: &'static str) -> HealthServer<OwnHealth> {
    HealthServer::new(OwnHealth { state, service })
}

#[derive(Clone)]
pub(super) struct OwnHealth {
    state: AppState,
    service: &'static str,
}

impl OwnHealth {
    /// `None` for a service that is not here.
    fn status(&self, service: &str) -> Option<ServingStatus> {
        let serves = match service {
            "" => true,
            name if name == self.service => {
                self.state.models.readiness().status == ReadyStatus::Ready
            }
            _ => return None,
        };
        Some(match serves && !self.state.drain.is_draining() {
            true => ServingStatus::Serving,
            false => ServingStatus::NotServing,
        })
    }
}

#[tonic::async_trait]
impl Health for OwnHealth {
    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let status = self.status(&request.get_ref().service);
        let status = status.ok_or_else(|| Status::not_found("there is no such service"))?;
        Ok(Response::new(HealthCheckResponse { status: status.into() }))
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let service = request.into_inner().service;
        // It ends with the server: a watch is no work that a stop waits for.
        let ends = self.state.drain.began();
        let told = (self.clone(), service, None);
        let changes = stream::unfold(told, |(health, service, told)| async move {
            loop {
                let status = health.status(&service).unwrap_or(ServingStatus::ServiceUnknown);
                if told != Some(status) {
                    let response = HealthCheckResponse { status: status.into() };
                    return Some((Ok(response), (health, service, Some(status))));
                }
                sleep(LOOK_EVERY).await;
            }
        });
        Ok(Response::new(changes.take_until(ends).boxed()))
    }
}
