//! The handlers of `kinds.v1`, of this server and of the tests in `tests/api`: each answers with what its grant says.

use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use sekisho::authorizer::Denial;
use sekisho::{RequestExt as _, Services};
use tokio::time::{self, MissedTickBehavior};
use tonic::{Request, Response, Status, Streaming};

#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, reason = "generated")]
pub(crate) mod proto {
    tonic::include_proto!("kinds.v1");
}

use proto::kinds_server::{self, KindsServer};
use proto::{KindsRequest, KindsResponse};

pub(crate) const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("kinds_descriptor_set");

/// How long it takes until a stream that stays open has another response.
const PERIOD: Duration = Duration::from_millis(100);

/// Adds the service to what is served.
pub(crate) fn register(services: Services) -> Services {
    register_by(services, DESCRIPTOR_SET)
}

/// The same, by the rules of another set: one that was compiled from the proto after it was changed.
pub(crate) fn register_by(services: Services, descriptor_set: &[u8]) -> Services {
    services.descriptor_set(descriptor_set).add_service(KindsServer::new(Kinds))
}

struct Kinds;

type Responses = Pin<Box<dyn Stream<Item = Result<KindsResponse, Status>> + Send>>;

fn known<T>(request: &Request<T>) -> Result<KindsResponse, Status> {
    let grant = request.grant()?;
    Ok(KindsResponse {
        subject: grant.subject().unwrap_or_default().to_owned(),
        anonymous: grant.is_anonymous(),
        would_deny: grant.would_deny().and_then(Denial::reason).unwrap_or_default().to_owned(),
    })
}

/// # Errors
/// `NOT_FOUND` where the request wants a status of the handler's own.
fn answer(request: &Request<KindsRequest>) -> Result<Response<KindsResponse>, Status> {
    fails(*request.get_ref())?;
    known(request).map(Response::new)
}

fn fails(request: KindsRequest) -> Result<(), Status> {
    if request.fail { Err(Status::not_found("There is no such kind")) } else { Ok(()) }
}

fn responses(request: &Request<KindsRequest>) -> Result<Response<Responses>, Status> {
    fails(*request.get_ref())?;
    let known = known(request)?;
    if !request.get_ref().stay_open {
        return Ok(Response::new(Box::pin(stream::iter([Ok(known)]))));
    }
    let mut ticks = time::interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    Ok(Response::new(Box::pin(stream::unfold((ticks, known), |(mut ticks, known)| async move {
        ticks.tick().await;
        Some((Ok(known.clone()), (ticks, known)))
    }))))
}

#[tonic::async_trait]
impl kinds_server::Kinds for Kinds {
    async fn optional(&self, request: Request<KindsRequest>) -> Result<Response<KindsResponse>, Status> {
        answer(&request)
    }

    async fn reported_scopes(
        &self,
        request: Request<KindsRequest>,
    ) -> Result<Response<KindsResponse>, Status> {
        answer(&request)
    }

    async fn reported_authenticated(
        &self,
        request: Request<KindsRequest>,
    ) -> Result<Response<KindsResponse>, Status> {
        answer(&request)
    }

    async fn enforced(&self, request: Request<KindsRequest>) -> Result<Response<KindsResponse>, Status> {
        answer(&request)
    }

    type OptionalFollowStream = Responses;

    async fn optional_follow(&self, request: Request<KindsRequest>) -> Result<Response<Responses>, Status> {
        responses(&request)
    }

    type ReportedFollowStream = Responses;

    async fn reported_follow(&self, request: Request<KindsRequest>) -> Result<Response<Responses>, Status> {
        responses(&request)
    }

    /// Answers once all of the request has come.
    async fn reported_upload(
        &self,
        mut request: Request<Streaming<KindsRequest>>,
    ) -> Result<Response<KindsResponse>, Status> {
        while let Some(message) = request.get_mut().message().await? {
            fails(message)?;
        }
        known(&request).map(Response::new)
    }
}
