//! Streams of a server in memory, with a clock that moves on whenever all wait for it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{StreamExt as _, once, pending};
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::server::{Grpc, NamedService, ServerStreamingService};
use tonic::transport::{Endpoint, Server};
use tonic::{Request, Response};
use tonic_prost::ProstCodec;
use tonic_types::ErrorDetails;
use tower_layer::Layer as _;

use super::*;
use crate::authorize::Authorize;

fn follower(channel: Channel) -> Follower {
    let channel = Authorize(Credentials::Nothing).layer(channel);
    let mut follower = Follower::new(channel, &Credentials::Nothing, Renewal::Before);
    follower.renewal = Renewal::Before; // without tokens too, whose issuer would want a network
    follower
}

#[tokio::test]
async fn no_stream_is_opened_before_the_server_wants_it() {
    let mut follower = follower(Endpoint::from_static("http://127.0.0.1:1").connect_lazy());
    let wanted = Duration::from_secs(30);
    let details = ErrorDetails::with_retry_info(Some(wanted));
    let busy = Status::with_error_details(Code::Unavailable, "busy", details);
    assert_eq!(follower.after(&busy, false, true).unwrap(), wanted);
    // Nor earlier than without that.
    let details = ErrorDetails::with_retry_info(Some(Duration::ZERO));
    let busy = Status::with_error_details(Code::Unavailable, "busy", details);
    assert!(follower.after(&busy, false, true).unwrap() >= PAUSE);
    assert!(follower.after(&Status::unavailable("no"), false, true).unwrap() >= PAUSE * 2);
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_to_its_end_that_no_other_follows() {
    let server = OneStream::default();
    let mut shown = Vec::new();
    let end = follower(server.channel())
        .follow(|event| {
            shown.push((event.number, server.calls()));
            ControlFlow::Continue(())
        })
        .await;
    assert_eq!(end.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(shown, [(1, 1), (2, 2)], "the second event comes after the second call");
    assert_eq!(server.calls(), 3);
}

/// The first call is granted for a minute, with an event at its beginning and another at its end; the others are refused.
#[derive(Clone, Default)]
struct OneStream(Arc<AtomicUsize>);

impl OneStream {
    fn calls(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn channel(&self) -> Channel {
        let (client, server) = tokio::io::duplex(64 * 1024);
        let connections = once(Ok::<_, Infallible>(server)).chain(pending());
        tokio::spawn(Server::builder().add_service(self.clone()).serve_with_incoming(connections));
        Endpoint::from_static("http://in.memory").connect_with_connector_lazy(Connection(Some(client)))
    }
}

impl ServerStreamingService<FollowRequest> for OneStream {
    type Response = Event;
    type ResponseStream = ReceiverStream<Result<Event, Status>>;
    type Future = Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, _: Request<FollowRequest>) -> Self::Future {
        if self.0.fetch_add(1, Ordering::SeqCst) > 0 {
            return ready(Err(Status::permission_denied("no")));
        }
        let (events, answer) = mpsc::channel(1);
        tokio::spawn(async move {
            for number in [1, 2] {
                let event = Event { number, ..Event::default() };
                events.send(Ok(event)).await.unwrap();
                sleep(Duration::from_secs(59)).await;
            }
        });
        let mut answer = Response::new(ReceiverStream::new(answer));
        answer.metadata_mut().insert("sekisho-expires-in", "60".parse().unwrap());
        ready(Ok(answer))
    }
}

impl NamedService for OneStream {
    const NAME: &'static str = "events.v1.Events";
}

impl Service<http::Request<Body>> for OneStream {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let this = self.clone();
        let mut grpc = Grpc::new(ProstCodec::<Event, FollowRequest>::default());
        Box::pin(async move { Ok(grpc.server_streaming(this, request).await) })
    }
}

/// What a channel connects to, once.
struct Connection(Option<DuplexStream>);

impl Service<Uri> for Connection {
    type Response = TokioIo<DuplexStream>;
    type Error = io::Error;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.take().map(TokioIo::new).ok_or_else(|| io::ErrorKind::ConnectionRefused.into()))
    }
}
