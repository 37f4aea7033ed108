//! On a socket, by tonic's own server.

use tonic::Code;
use tonic_types::StatusExt as _;

use super::super::support::{connect, serve_by_tonic};
use super::{TO_THE_END, World, in_time};

#[tokio::test]
async fn by_tonics_own_server_the_status_comes_too() {
    let mut world = World::new(|services| services);
    let channel = connect(serve_by_tonic(world.protected.clone()).await).await;
    let token = world.issuer.token().scope("feeds:read").sign();
    let mut request = tonic::Request::new(tokio_stream::pending::<()>());
    let bearer = format!("Bearer {token}").parse().expect("a value");
    request.metadata_mut().insert("authorization", bearer);
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.expect("a connection");
    let path = http::uri::PathAndQuery::from_static("/feeds.v1.Feeds/Exchange");
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    let (answer, sent) =
        tokio::join!(client.streaming(request, path, codec), async { world.entered().await.answer() });
    let mut messages = answer.expect("allowed").into_inner();
    sent.0.chunk([0; 5]).await;
    assert!(in_time(messages.message()).await.expect("well").is_some());
    world.clock.advance(TO_THE_END);
    let end = in_time(messages.message()).await.expect_err("it has ended");
    assert_eq!(end.code(), Code::Unauthenticated);
    assert_eq!(end.get_error_details().error_info().expect("details").reason, "ACCESS_TOKEN_EXPIRED");
    sent.0.dropped().await;
}
