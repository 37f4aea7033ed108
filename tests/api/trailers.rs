//! Trailers of requests, which gRPC does not have.

use std::time::Duration;

use http::Version;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Code;

use crate::support::proto::Item;
use crate::support::{Answer, App, issuer};

const UNARY: &str = "/streaming.v1.Streaming/Unary";
const CLIENT_STREAM: &str = "/streaming.v1.Streaming/ClientStream";
const OPEN: &str = "/streaming.v1.Streaming/Open";

fn token() -> String {
    issuer().token().scope("items:read items:list items:write").sign()
}

/// What the handler has seen.
fn seen(answer: &Answer) -> String {
    let item = <Item as prost::Message>::decode(&answer.body[5..]).expect("an item");
    item.text
}

#[tokio::test]
async fn row_104_trailers_reach_no_handler_and_change_no_verdict() {
    let app = App::start().await;
    for (path, caller) in [(UNARY, "alice"), (CLIENT_STREAM, "alice"), (OPEN, "anonymous")] {
        let call = app.call(path).bearer(&token());
        let allowed = call.bearer_in_trailers("somebody.elses.token").send().await;
        assert_eq!(allowed.code(), Code::Ok, "{path}");
        assert_eq!(seen(&allowed), format!("{caller}, no token, {path}"));
    }
    let ran = app.handlers.ran();
    let refused = app.call(UNARY).bearer_in_trailers(&token()).send().await;
    assert_eq!(refused.reason(), "CREDENTIALS_MISSING");
    assert_eq!(app.handlers.ran(), ran);
}

#[tokio::test]
async fn row_104_trailers_of_grpc_web_reach_no_handler() {
    let app = App::start().await;
    for (kind, body) in
        [("application/grpc-web+proto", vec![0; 5]), ("application/grpc-web-text", b"AAAAAAA=".to_vec())]
    {
        let call = app.call(OPEN).content_type(kind).body(body);
        let answer = call.bearer_in_trailers(&token()).send().await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.http, 200);
        if kind.ends_with("proto") {
            assert!(text.contains("anonymous, no token"), "{text}");
        } else {
            // `no token`, wherever it begins within three bytes.
            assert!(
                ["bm8gdG9rZW", "5vIHRva2Vu", "ubyB0b2tlb"].iter().any(|part| text.contains(part)),
                "{text}"
            );
        }
    }
    // As gRPC-Web writes trailers, within the body: of responses alone.
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let line = format!("authorization: Bearer {}\r\n", token());
        let length = u8::try_from(line.len() / 256).expect("a short one");
        let trailers =
            [&[0x80, 0, 0, length, u8::try_from(line.len() % 256).expect("a byte")], line.as_bytes()];
        let body = [&[0; 5][..], &trailers.concat()].concat();
        let answer = app.web(OPEN).version(version).body(body).send().await;
        let texts = String::from_utf8_lossy(&answer.messages.concat()).into_owned();
        assert!(answer.code() != Code::Ok || texts.contains("no token"), "{version:?}: {texts}");
    }
}

#[tokio::test]
async fn row_104_trailers_over_http_1_reach_no_handler() {
    let app = App::start().await;
    let mut stream = TcpStream::connect(app.address).await.expect("a server that listens");
    let request = format!(
        "POST {OPEN} HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\nconnection: close\r\n\
         trailer: authorization\r\ntransfer-encoding: chunked\r\n\r\n5\r\n\0\0\0\0\0\r\n0\r\n\
         authorization: Bearer {}\r\n\r\n",
        token()
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer));
    end.await.expect("it is closed").expect("an answer");
    let text = String::from_utf8_lossy(&answer);
    assert!(text.contains("anonymous, no token"), "{text}");
    assert_eq!(app.handlers.ran(), 1);
}
