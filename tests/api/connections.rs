//! What passes through a connection, large and small, in step and out of step: answers go out together where they get
//! ready together, and nothing else changes.

mod in_flight;
mod sockets;

use std::sync::Arc;
use std::time::Duration;

use http::Version;
use tokio_stream::StreamExt as _;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request};

use crate::listener_tls::over_tls;
use crate::support::proto::Item;
use crate::support::proto::streaming_client::StreamingClient;
use crate::support::{App, LARGE, MANY, MANY_ITEMS, connect, issuer};

const OPEN: &str = "/streaming.v1.Streaming/Open";
/// The most that a handler is handed, fields and lengths included.
const LARGEST: usize = 4 * 1024 * 1024 - 64;
/// Nothing takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(60);

fn item(text: &str, payload: Vec<u8>) -> Item {
    Item { text: text.to_owned(), payload }
}

/// Bytes of which none can be taken for its neighbour.
fn bytes(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|place| (place / 251 + place + seed).to_le_bytes()[0]).collect()
}

fn allowed<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let token = issuer().token().scope("items:read items:list items:write admin").sign();
    let value = MetadataValue::try_from(format!("Bearer {token}")).expect("a value");
    request.metadata_mut().insert("authorization", value);
    request
}

fn client(channel: Channel) -> StreamingClient<Channel> {
    StreamingClient::new(channel).max_decoding_message_size(LARGEST + 1024)
}

/// In plain text and over TLS, on which all holds alike.
async fn both() -> [(&'static str, Arc<App>, StreamingClient<Channel>); 2] {
    let plain = Arc::new(App::start().await);
    let channel = connect(plain.address).await;
    let (tls, over) = over_tls().await;
    [("plain", plain, client(channel)), ("TLS", tls, client(over))]
}

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, future).await.expect("it does not hang")
}

#[tokio::test]
async fn large_messages_pass_whole_in_both_directions() {
    for (name, _app, mut client) in both().await {
        for length in [0, 1, 255, 256, 16_383, 16_384, 65_536, LARGEST] {
            let sent = bytes(length, length);
            let answer = in_time(client.unary(allowed(item("", sent.clone())))).await.expect("allowed");
            assert!(answer.into_inner().payload == sent, "{name}: {length} bytes");
        }
    }
}

#[tokio::test]
async fn streams_pass_whole_in_all_directions() {
    for (name, _app, mut client) in both().await {
        let sent = || (0..200).map(|number| item(&format!("{number} "), bytes(10_000, number)));
        let up = in_time(client.client_stream(allowed(tokio_stream::iter(sent())))).await.expect("allowed");
        let expected: Vec<u8> = sent().flat_map(|item| item.payload).collect();
        assert!(up.into_inner().payload == expected, "{name}: up");

        let down = client.server_stream(allowed(item(MANY, vec![]))).await.expect("allowed").into_inner();
        assert_all_items(in_time(down.collect::<Vec<_>>()).await);

        let echoes = client.bidi(allowed(tokio_stream::iter(sent()))).await.expect("allowed").into_inner();
        let echoes = in_time(echoes.map(|echo| echo.expect("an echo")).collect::<Vec<_>>()).await;
        assert_eq!(echoes.len(), 200, "{name}: both ways");
        for (echo, sent) in echoes.into_iter().zip(sent()) {
            assert!(echo.text.ends_with(&sent.text) && echo.payload == sent.payload, "{name}: {}", sent.text);
        }
    }
}

fn assert_all_items(items: Vec<Result<Item, tonic::Status>>) {
    assert_eq!(items.len(), MANY_ITEMS);
    for (number, item) in items.into_iter().enumerate() {
        let item = item.expect("an item");
        assert!(item.text == number.to_string() && item.payload == vec![7; LARGE], "{number}");
    }
}

#[tokio::test]
async fn a_slow_reader_holds_up_nobody_but_itself() {
    let app = App::start().await;
    let endpoint = Endpoint::from_shared(format!("http://{}", app.address)).expect("an address");
    let endpoint = endpoint.initial_stream_window_size(16 * 1024).initial_connection_window_size(128 * 1024);
    let mut client = client(endpoint.connect().await.expect("a server that listens"));
    let slow = client.server_stream(allowed(item(MANY, vec![]))).await.expect("allowed").into_inner();
    for number in 0..50 {
        let sent = bytes(1000, number);
        let answer = in_time(client.unary(allowed(item("", sent.clone())))).await.expect("allowed");
        assert!(answer.into_inner().payload == sent, "{number}");
    }
    assert_all_items(in_time(slow.collect::<Vec<_>>()).await);
}

#[tokio::test]
async fn large_messages_of_grpc_web_pass_whole_over_either_version_of_http() {
    let app = App::start().await;
    let token = issuer().token().scope("items:read items:list").sign();
    for version in [Version::HTTP_11, Version::HTTP_2] {
        for content_type in ["application/grpc-web+proto", "application/grpc-web-text+proto"] {
            let sent = item("", bytes(1024 * 1024, 1));
            let call = app.web("/streaming.v1.Streaming/Unary").version(version).bearer(&token);
            let answer = call.header("content-type", content_type).message(&sent).send().await;
            assert_eq!(answer.code(), Code::Ok, "{version:?} {content_type}");
            let received = <Item as prost::Message>::decode(&answer.messages[0][..]).expect("a message");
            assert!(received.payload == sent.payload, "{version:?} {content_type}");
        }
    }
}
