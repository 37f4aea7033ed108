//! All four kinds of methods, through tonic's own client; and decisions from the head alone.

use tokio_stream::StreamExt as _;
use tonic::metadata::MetadataValue;
use tonic::{Code, Request};

use crate::support::proto::Item;
use crate::support::proto::defaulted_client::DefaultedClient;
use crate::support::proto::streaming_client::StreamingClient;
use crate::support::{App, connect, issuer};

fn item(text: &str) -> Item {
    Item { text: text.to_owned(), payload: Vec::new() }
}

fn with_scope<T>(message: T, scope: &str) -> Request<T> {
    let mut request = Request::new(message);
    let value = format!("Bearer {}", issuer().token().scope(scope).sign());
    request.metadata_mut().insert("authorization", MetadataValue::try_from(value).expect("a value"));
    request
}

#[tokio::test]
async fn handlers_of_all_four_kinds_see_a_grant_and_no_token() {
    let app = App::start().await;
    let mut client = StreamingClient::new(connect(app.address).await);
    let seen = |method: &str| format!("alice, no token, /streaming.v1.Streaming/{method}");

    let unary = client.unary(with_scope(item(""), "items:read items:list")).await.expect("allowed");
    assert_eq!(unary.into_inner().text, seen("Unary"));

    let sent = tokio_stream::iter([item(" one"), item(" two")]);
    let client_stream = client.client_stream(with_scope(sent, "items:write")).await.expect("allowed");
    assert_eq!(client_stream.into_inner().text, format!("{} one two", seen("ClientStream")));

    let server_stream =
        client.server_stream(with_scope(item(""), "admin")).await.expect("allowed").into_inner();
    let texts: Vec<String> = server_stream.map(|item| item.expect("an item").text).collect().await;
    assert_eq!(texts, [seen("ServerStream"), seen("ServerStream")]);

    let sent = tokio_stream::iter([item("one"), item("two")]);
    let bidi = client.bidi(with_scope(sent, "")).await.expect("allowed").into_inner();
    let texts: Vec<String> = bidi.map(|item| item.expect("an item").text).collect().await;
    assert_eq!(texts, [format!("{}: one", seen("Bidi")), format!("{}: two", seen("Bidi"))]);
    assert_eq!(app.handlers.ran(), 4);
}

#[tokio::test]
async fn refusals_of_all_four_kinds() {
    let app = App::start().await;
    let mut client = StreamingClient::new(connect(app.address).await);
    let refused = [
        client.unary(with_scope(item(""), "items:read")).await.err(),
        client.client_stream(with_scope(tokio_stream::iter([item("")]), "items:read")).await.err(),
        client.server_stream(with_scope(item(""), "items:list")).await.err(),
        client.bidi(Request::new(tokio_stream::iter([item("")]))).await.err(),
    ];
    let codes: Vec<Code> = refused.iter().map(|status| status.as_ref().expect("refused").code()).collect();
    assert_eq!(
        codes,
        [Code::PermissionDenied, Code::PermissionDenied, Code::PermissionDenied, Code::Unauthenticated]
    );
    assert_eq!(app.handlers.ran(), 0);
}

#[tokio::test]
async fn a_public_method_says_anonymous_even_to_one_with_a_token() {
    let app = App::start().await;
    let mut client = StreamingClient::new(connect(app.address).await);
    for request in [Request::new(item("")), with_scope(item(""), "admin")] {
        let answer = client.open(request).await.expect("anyone may").into_inner();
        assert_eq!(answer.text, "anonymous, no token, /streaming.v1.Streaming/Open");
    }
    let junk = app.call("/streaming.v1.Streaming/Open").authorization("Bearer junk").send().await;
    assert_eq!(junk.code(), Code::Ok, "it is not looked at");
}

#[tokio::test]
async fn a_services_default_holds_where_a_method_has_no_rule_of_its_own() {
    let app = App::start().await;
    let mut client = DefaultedClient::new(connect(app.address).await);
    assert!(client.inherits(with_scope(item(""), "items:read")).await.is_ok());
    assert!(client.inherits(with_scope(item(""), "items:write")).await.is_err());
    assert!(client.overrides(with_scope(item(""), "items:write")).await.is_ok());
    assert!(client.overrides(with_scope(item(""), "items:read")).await.is_err());
}

#[tokio::test]
async fn row_68_a_refusal_waits_for_no_byte_of_the_body() {
    let app = App::start().await;
    for path in
        ["/streaming.v1.Streaming/ClientStream", "/streaming.v1.Streaming/Unary", "/api1.v1.Api1/GetStatus"]
    {
        let answer = app.call(path).without_body().send().await;
        assert_eq!((answer.code(), answer.trailers_only), (Code::Unauthenticated, true), "{path}");
    }
    assert_eq!(app.handlers.ran(), 0);
}

#[tokio::test]
async fn row_69_what_is_compressed_is_not_inflated_for_a_refusal() {
    let app = App::start().await;
    // Says that it is compressed, and is no gzip at all: to inflate it would be another error.
    let call = app
        .call("/streaming.v1.Streaming/Unary")
        .header("grpc-encoding", "gzip")
        .body(vec![1, 0, 0, 0, 2, 7, 7]);
    assert_eq!(call.send().await.reason(), "CREDENTIALS_MISSING");
}
