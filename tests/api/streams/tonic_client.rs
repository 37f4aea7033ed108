//! What a client of tonic's sees of the end.

use tokio_stream::StreamExt as _;
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use super::{LIMIT, SECOND, TO_THE_END};
use crate::support::proto::Item;
use crate::support::proto::streaming_client::StreamingClient;
use crate::support::{App, connect, issuer};

fn item(text: &str) -> Item {
    Item { text: text.to_owned(), payload: Vec::new() }
}

fn with_token<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let token = issuer().token().scope("items:read items:list items:write admin").sign();
    let value = MetadataValue::try_from(format!("Bearer {token}")).expect("a value");
    request.metadata_mut().insert("authorization", value);
    request
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

#[tokio::test]
async fn row_33_an_idle_stream_ends_when_its_token_expires() {
    let app = App::start().await;
    let mut client = StreamingClient::new(connect(app.address).await);
    let (send, items) = tokio::sync::mpsc::channel(1);
    let response =
        client.bidi(with_token(tokio_stream::wrappers::ReceiverStream::new(items))).await.expect("allowed");
    assert_eq!(response.metadata().get("sekisho-expires-in").expect("it is told"), "3605");
    let mut answers = response.into_inner();
    send.send(item("one")).await.expect("a stream");
    assert!(answers.next().await.expect("an answer").expect("well").text.ends_with(": one"));

    app.clock.advance(TO_THE_END.saturating_sub(SECOND));
    send.send(item("two")).await.expect("a stream");
    assert!(answers.next().await.expect("an answer").expect("well").text.ends_with(": two"));

    app.clock.advance(SECOND);
    let end = tokio::time::timeout(LIMIT, answers.next()).await.expect("an end in time");
    let end = end.expect("a status").expect_err("it has ended");
    assert_eq!((end.code(), reason(&end)), (Code::Unauthenticated, "ACCESS_TOKEN_EXPIRED".to_owned()));
    assert_eq!(
        end.metadata().get("www-authenticate").expect("a challenge"),
        "Bearer error=\"invalid_token\""
    );
    send.closed().await;
}

#[tokio::test]
async fn row_33_a_stream_without_a_head_ends_by_its_head_alone() {
    let app = App::start().await;
    let mut client = StreamingClient::new(connect(app.address).await);
    let (_send, sent) = tokio::sync::mpsc::channel::<Item>(1);
    let sent = tokio_stream::wrappers::ReceiverStream::new(sent);
    let call = tokio::spawn(async move { client.client_stream(with_token(sent)).await });
    app.handlers.entered(1).await;
    app.clock.advance(TO_THE_END);
    let end = tokio::time::timeout(LIMIT, call).await.expect("an end in time");
    let end = end.expect("no panic").expect_err("it has ended");
    assert_eq!((end.code(), reason(&end)), (Code::Unauthenticated, "ACCESS_TOKEN_EXPIRED".to_owned()));
}
