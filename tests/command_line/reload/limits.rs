//! Limits: of connections that come from then on, and of the next call where that is said.

use sekisho_server::services::proto::api1::GetStatusResponse;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_prost::ProstCodec;

use super::*;

/// A call with a message of at least so many bytes, and as many in its head.
async fn large_call(channel: &Channel, token: &str, message: usize, head: usize) -> Result<(), Status> {
    // Its field is one that the service does not know, which is passed over.
    let message = HealthCheckRequest { service: "m".repeat(message) };
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request.metadata_mut().insert("x-head", "h".repeat(head).parse().unwrap());
    let mut client = Grpc::new(channel.clone());
    client.ready().await.map_err(|error| Status::from_error(error.into()))?;
    let path = "/api1.v1.Api1/GetStatus".parse().unwrap();
    let codec: ProstCodec<HealthCheckRequest, GetStatusResponse> = ProstCodec::default();
    client.unary(request, path, codec).await.map(drop)
}

#[tokio::test]
async fn the_size_of_messages_is_another_for_the_next_call() {
    let a = issuer("a");
    let of_a = token(&a).sign();
    let mut server = Serving::start(&table("a", ""), &[&a]).await;
    let channel = server.channel.clone();
    let with = |limit: &str| format!("{limit}{}", table("a", ""));
    large_call(&channel, &of_a, 5000, 0).await.unwrap();
    assert_eq!(server.reload(&with("max-message-size = 1000\n")).await, "changed: max-message-size");
    let refused = large_call(&channel, &of_a, 5000, 0).await.unwrap_err();
    assert_eq!(refused.code(), Code::OutOfRange, "{refused}");
    large_call(&channel, &of_a, 500, 0).await.unwrap();
    assert_eq!(server.reload(&with("")).await, "changed: max-message-size");
    large_call(&channel, &of_a, 5000, 0).await.unwrap();
}

#[tokio::test]
async fn the_size_of_heads_is_another_for_the_next_connection() {
    let a = issuer("a");
    let of_a = token(&a).sign();
    let mut server = Serving::start(&table("a", ""), &[&a]).await;
    let before = server.channel.clone();
    large_call(&before, &of_a, 0, 30_000).await.unwrap();
    let config = format!("max-header-list-size = 10000\n{}", table("a", ""));
    assert_eq!(server.reload(&config).await, "changed: max-header-list-size");
    large_call(&before, &of_a, 0, 30_000).await.unwrap();
    let after = connect(server.address).await;
    large_call(&after, &of_a, 0, 1000).await.unwrap();
    large_call(&after, &of_a, 0, 30_000).await.unwrap_err();
    call(connect(server.address).await, &of_a).await.unwrap();
}

/// Over HTTP/1.1, where what is no native call is judged by itself.
#[tokio::test]
async fn a_connection_keeps_its_size_of_heads_for_grpc_web() {
    let a = issuer("a");
    let mut server = Serving::start(&table("a", ""), &[&a]).await;
    let address = server.address;
    let request = format!(
        "OPTIONS /api1.v1.Api1/GetStatus HTTP/1.1\r\nhost: {address}\r\nx-head: {}\r\n\r\n",
        "h".repeat(12_000)
    );
    let status = async |connection: &mut TcpStream| {
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(connection.read_u8().await.unwrap());
        }
        String::from_utf8(answer).unwrap().split(' ').nth(1).unwrap().to_owned()
    };
    let mut before = TcpStream::connect(address).await.unwrap();
    assert_eq!(status(&mut before).await, "200");
    let config = format!("max-header-list-size = 10000\n{}", table("a", ""));
    assert_eq!(server.reload(&config).await, "changed: max-header-list-size");
    assert_eq!(status(&mut before).await, "200");
    let mut after = TcpStream::connect(address).await.unwrap();
    assert_eq!(status(&mut after).await, "431");
}

#[tokio::test]
async fn the_size_of_tokens_is_another_for_the_next_call() {
    let a = issuer("a");
    let short = token(&a).sign();
    let long = token(&a).claim("padding", "p".repeat(1000)).sign();
    let mut server = Serving::start(&table("a", ""), &[&a]).await;
    assert_eq!(code(&server, &long).await, Code::Ok);
    let limit = short.len() + "Bearer ".len() + 10;
    let config = format!("max-token-size = {limit}\n{}", table("a", ""));
    assert_eq!(server.reload(&config).await, "changed: max-token-size");
    // It is remembered, and refused all the same.
    assert_eq!(code(&server, &long).await, Code::Unauthenticated);
    assert_eq!(code(&server, &short).await, Code::Ok);
    assert_eq!(server.reload(&table("a", "")).await, "changed: max-token-size");
    assert_eq!(code(&server, &long).await, Code::Ok);
}

#[tokio::test]
async fn connections_become_fewer_as_they_end_and_more_at_once() {
    let a = issuer("a");
    let of_a = token(&a).sign();
    let with = |connections: usize| format!("max-connections = {connections}\n{}", table("a", ""));
    let mut server = Serving::start(&with(10), &[&a]).await;
    let others = [connect(server.address).await, connect(server.address).await];
    for channel in &others {
        call(channel.clone(), &of_a).await.unwrap();
    }
    assert_eq!(server.reload(&with(2)).await, "changed: max-connections");
    // Three are open and stay; a fourth waits.
    for channel in others.iter().chain([&server.channel]) {
        call(channel.clone(), &of_a).await.unwrap();
    }
    let address = server.address;
    let next = |of_a: String| tokio::spawn(async move { call(connect(address).await, &of_a).await });
    let waits = next(of_a.clone());
    server.line_with("further ones wait for one to end").await;
    assert_eq!(server.reload(&with(3)).await, "changed: max-connections");
    assert!(!waits.is_finished());
    assert_eq!(server.reload(&with(4)).await, "changed: max-connections");
    waits.await.unwrap().unwrap();
    assert_eq!(server.reload(&with(1)).await, "changed: max-connections");
    drop(others);
    let waits = next(of_a.clone());
    assert_eq!(server.reload(&with(2)).await, "changed: max-connections");
    waits.await.unwrap().unwrap();
}
