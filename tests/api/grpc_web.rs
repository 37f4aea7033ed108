//! gRPC-Web and CORS. The numbers are those of the rows of the threat table.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{Method, Version};
use prost::Message as _;
use sekisho::authorizer::Issuer;
use sekisho::jwks::{JwksFile, Keys, Schedule};
use sekisho::token::Verifier;
use sekisho_server::server::AllowedOrigins;
use sekisho_server::services::proto::api1::GetStatusResponse;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Code;

use crate::support::proto::Item;
use crate::support::{AUDIENCE, App, FAIL, ISSUER, ORIGIN, Setup, TWO_LINES, WebAnswer, issuer};

const API1: &str = "/api1.v1.Api1/GetStatus";
const UNARY: &str = "/streaming.v1.Streaming/Unary";
const OPEN: &str = "/streaming.v1.Streaming/Open";
const STREAM: &str = "/streaming.v1.Streaming/ServerStream";

const TYPES: [&str; 4] = [
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web-text",
    "application/grpc-web-text+proto",
];
/// What is known as well, in other words.
const OTHER_WORDS: [&str; 3] = [
    "Application/GRPC-Web",
    "application/grpc-web-TEXT+proto",
    "application/grpc-web+proto; charset=utf-8;x",
];

fn token() -> String {
    issuer().token().scope("api1:read:status items:read items:list admin").sign()
}

/// A page may read it.
#[track_caller]
fn assert_readable(answer: &WebAnswer) {
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN), "{answer:?}");
    assert_eq!(
        answer.header("access-control-expose-headers"),
        Some(
            "grpc-status,grpc-message,grpc-status-details-bin,www-authenticate,sekisho-expires-in,sekisho-would-deny"
        )
    );
    assert!(answer.header("vary").is_some_and(|vary| vary.contains("origin")), "{answer:?}");
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn row_71_every_form_is_answered_in_its_kind() {
    let app = App::start().await;
    for version in [Version::HTTP_11, Version::HTTP_2] {
        for content_type in TYPES {
            let call = || app.web(API1).version(version).header("content-type", content_type);
            let answer = call().bearer(&token()).message(&()).send().await;
            assert_eq!((answer.http, answer.code()), (200, Code::Ok), "{content_type}");
            let message = GetStatusResponse::decode(answer.messages[0].as_slice()).expect("a message");
            assert_eq!((message.name.as_str(), message.ok), ("api1", true));
            assert_readable(&answer);
            let base = content_type.trim_end_matches("+proto");
            assert_eq!(answer.header("content-type"), Some(format!("{base}+proto").as_str()));

            let refused = call().bearer("junk").message(&()).send().await;
            assert_eq!((refused.http, refused.code()), (200, Code::Unauthenticated), "{content_type}");
            assert_eq!(refused.header("www-authenticate"), Some(r#"Bearer error="invalid_token""#));
            assert_readable(&refused);
        }
    }
}

/// RFC 9110 §5.3; Firefox shows a page nothing of several lines. Native gRPC has an entry each.
#[tokio::test]
async fn several_challenges_come_in_one_line() {
    let app = App::start().await;
    let challenges = [
        r#"Bearer error="insufficient_scope", scope="items:read items:list""#,
        r#"Bearer error="insufficient_scope", scope="admin""#,
    ];
    let lacking = issuer().token().scope("items:read").sign();
    for content_type in TYPES {
        let call =
            app.web(STREAM).header("content-type", content_type).bearer(&lacking).message(&Item::default());
        let refused = call.send().await;
        assert_eq!(refused.code(), Code::PermissionDenied, "{content_type}");
        let lines: Vec<_> = refused.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(lines, [&challenges.join(", ")], "{content_type}");
    }
    let native = app.call(STREAM).bearer(&lacking).send().await;
    assert_eq!(native.challenges(), challenges);
}

#[tokio::test]
async fn row_72_other_words_for_a_content_type_are_not_a_way_around_the_rule() {
    let app = App::start().await;
    for version in [Version::HTTP_11, Version::HTTP_2] {
        for content_type in OTHER_WORDS {
            let call = || app.web(UNARY).version(version).header("content-type", content_type).message(&());
            let ran = app.handlers.ran();
            assert_eq!(call().send().await.code(), Code::Unauthenticated, "{content_type}");
            assert_eq!(app.handlers.ran(), ran, "{content_type}");
            let text = content_type.to_ascii_lowercase();
            let call = app.web(UNARY).version(version).header("content-type", &text).message(&());
            let answer = call.header("content-type", content_type).bearer(&token()).send().await;
            assert_eq!(answer.code(), Code::Ok, "{content_type}");
        }
    }
    for content_type in
        ["application/grpc-web+json", "application/grpc-webx", "application/grpc", "text/plain"]
    {
        let answer = app.web(UNARY).header("content-type", content_type).bearer(&token()).send().await;
        assert_eq!(answer.http, 415, "{content_type}");
        assert_readable(&answer);
    }
}

#[tokio::test]
async fn text_is_answered_to_whoever_accepts_text() {
    let app = App::start().await;
    let kind = async |content_type: &str, accept: &str| {
        let call = app.web(API1).header("content-type", content_type).header("accept", accept);
        let answer = call.bearer(&token()).message(&()).send().await;
        assert_eq!(answer.code(), Code::Ok);
        answer.header("content-type").map(ToOwned::to_owned)
    };
    let (bytes, text) = (Some("application/grpc-web+proto"), Some("application/grpc-web-text+proto"));
    assert_eq!(kind(TYPES[0], "application/grpc-web-text").await.as_deref(), text);
    assert_eq!(kind(TYPES[2], "application/grpc-web").await.as_deref(), bytes);
    assert_eq!(kind(TYPES[2], "*/*").await.as_deref(), text);
    assert_eq!(kind(TYPES[0], "*/*, application/GRPC-web-text;q=0.5").await.as_deref(), text);
}

#[tokio::test]
async fn every_refusal_can_be_read_by_a_page() {
    let app = App::start().await;
    let other = issuer().token().scope("other").sign();
    let expired = issuer().token().claim("exp", 1).sign();
    let cases = [
        (app.web(API1), Code::Unauthenticated),
        (app.web(API1).header("authorization", "Basic x"), Code::Unauthenticated),
        (app.web(API1).bearer("a.b.c"), Code::Unauthenticated),
        (app.web(API1).bearer(&expired), Code::Unauthenticated),
        (app.web(API1).bearer(&other), Code::PermissionDenied),
        (app.web("/no.such.Service/Method").bearer(&token()), Code::Unimplemented),
        (app.web("/api1.v1.Api1/GetStatus?x"), Code::Unimplemented),
    ];
    for (call, code) in cases {
        let answer = call.send().await;
        assert_eq!((answer.http, answer.code()), (200, code));
        assert_readable(&answer);
        assert!(answer.messages.is_empty() && answer.trailers.is_empty(), "all of it is in the headers");
    }
    assert_eq!(app.handlers.ran(), 0);

    let keys = Keys::remote(JwksFile::new(ISSUER, "/no/such/file"), Schedule::default(), app.clock.clone());
    let issuer = Issuer::new(keys, Verifier::new(AUDIENCE));
    let app = App::start_with(Setup { issuer, ..Setup::default() }).await;
    let answer = app.web(API1).bearer(&token()).send().await;
    assert_eq!((answer.http, answer.code()), (200, Code::Unavailable));
    assert_readable(&answer);
}

#[tokio::test]
async fn row_73_text_that_is_no_base64() {
    let app = App::start().await;
    let call = || app.web(UNARY).bearer(&token()).header("content-type", TYPES[2]);
    for body in ["!!!!AAAA", "AAAAAAA", "AA==AAAA", "AAAAAAB=", "AAAA AAA=", "A", "AAAAAA==AAAAA"] {
        let answer = call().body(body).send().await;
        assert_eq!((answer.http, answer.code()), (200, Code::Internal), "{body}");
        assert!(!answer.status().message().is_empty(), "{body}");
        assert_readable(&answer);
    }
    assert_eq!(app.handlers.ran(), 0);
    let item = Item { text: "x".repeat(100), payload: Vec::new() };
    let framed = [&[0, 0, 0, 0, u8::try_from(item.encoded_len()).expect("short")], &item.encode_to_vec()[..]];
    let text = BASE64_STANDARD.encode(framed.concat());
    let answer = call().byte_by_byte(text.as_bytes()).send().await;
    assert_eq!((answer.code(), answer.messages.len()), (Code::Ok, 1));
    assert_eq!(app.handlers.ran(), 1);
}

#[tokio::test]
async fn row_74_a_preflight_needs_no_token() {
    let app = App::start().await;
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let answer = app
            .web(UNARY)
            .version(version)
            .method(Method::OPTIONS)
            .without("content-type")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,x-grpc-web")
            .body("")
            .send()
            .await;
        assert_eq!(answer.http, 200);
        assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
        assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
        assert_eq!(answer.header("access-control-max-age"), Some("7200"));
        let headers = answer.header("access-control-allow-headers").expect("headers");
        for name in ["authorization", "content-type", "x-grpc-web", "x-user-agent", "grpc-timeout"] {
            assert!(headers.split(',').any(|allowed| allowed == name), "{name}: {headers}");
        }
        assert!(answer.header("vary").is_some_and(|vary| vary.contains("origin")));
    }
    assert_eq!(app.handlers.ran(), 0);
}

#[tokio::test]
async fn a_page_may_send_what_it_was_allowed_besides() {
    let allowed =
        ["traceparent", "X-Request-ID", "authorization"].map(|name| name.parse().expect("a header"));
    for headers in [Vec::new(), allowed.to_vec()] {
        let app = App::start_with(Setup { headers: headers.clone(), ..Setup::default() }).await;
        let preflight = app.web(UNARY).method(Method::OPTIONS).without("content-type");
        let preflight = preflight.header("access-control-request-method", "POST");
        let answer = preflight.header("access-control-request-headers", "traceparent").send().await;
        let told = answer.header("access-control-allow-headers").expect("headers");
        for name in ["traceparent", "x-request-id"] {
            assert_eq!(told.split(',').any(|told| told == name), !headers.is_empty(), "{name}: {told}");
        }
        assert!(told.split(',').any(|told| told == "authorization") && !told.contains('*'), "{told}");
    }
}

#[tokio::test]
async fn row_76_origins_that_are_not_listed_are_not_told_that_they_may() {
    let app = App::start().await;
    let others = [
        "https://app.example.evil",
        "https://evil.example",
        "http://app.example",
        "https://app.example:444",
        "null",
    ];
    for origin in others {
        for method in [Method::POST, Method::OPTIONS] {
            let call = app.web(API1).method(method).header("origin", origin);
            let answer = call.header("access-control-request-method", "POST").send().await;
            assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
            assert!(answer.header("vary").is_some_and(|vary| vary.contains("origin")), "{origin}");
        }
    }
    // No browser says where it comes from, where it is not a page's call.
    assert_eq!(app.web(API1).without("origin").bearer(&token()).send().await.code(), Code::Ok);
}

#[tokio::test]
async fn row_76_any_origin_never_goes_with_credentials() {
    let app = App::start_with(Setup { origins: AllowedOrigins::Any, ..Setup::default() }).await;
    for method in [Method::POST, Method::OPTIONS] {
        let call = app.web(API1).method(method).header("origin", "https://anybody.example");
        let answer = call.header("access-control-request-method", "POST").send().await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("vary"), Some("origin"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn row_77_options_that_is_no_preflight() {
    let app = App::start().await;
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let answer = app.web(OPEN).version(version).method(Method::OPTIONS).without("origin").send().await;
        assert_eq!(answer.http, 200);
        assert!(answer.messages.is_empty());
    }
    let mut stream = TcpStream::connect(app.address).await.expect("a server that listens");
    stream.write_all(b"OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(app.handlers.ran(), 0);
}

#[tokio::test]
async fn row_78_a_status_message_stays_one_line() {
    let app = App::start().await;
    let fail = Item { text: FAIL.to_owned(), payload: Vec::new() };
    for content_type in TYPES {
        let in_headers = app.web(OPEN).header("content-type", content_type).message(&fail).send().await;
        assert_eq!(in_headers.header("www-authenticate"), None);
        let call = app.web(STREAM).header("content-type", content_type).bearer(&token()).message(&fail);
        let in_trailers = call.send().await;
        assert_eq!(in_trailers.messages.len(), 1, "{content_type}");
        assert!(in_trailers.trailers.contains_key("grpc-status"), "{content_type}");
        assert!(!in_trailers.trailers.contains_key("www-authenticate"), "{content_type}");
        for answer in [in_headers, in_trailers] {
            assert_eq!(answer.code(), Code::DataLoss);
            assert_eq!(answer.status().message(), TWO_LINES);
        }
    }
}

#[tokio::test]
async fn row_79_a_post_that_needs_no_preflight_is_not_executed() {
    let app = App::start().await;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
    {
        for version in [Version::HTTP_11, Version::HTTP_2] {
            let call = app.web(OPEN).version(version).header("content-type", content_type);
            assert_eq!(call.send().await.http, 415, "{content_type}");
        }
    }
    assert_eq!(app.web(OPEN).without("content-type").send().await.http, 415);
    assert_eq!(app.handlers.ran(), 0);
    assert_eq!(app.web(OPEN).send().await.code(), Code::Ok);
}

#[tokio::test]
async fn two_content_types_are_none() {
    let app = App::start().await;
    for second in ["application/grpc", "application/grpc-web"] {
        assert_eq!(app.call(OPEN).header("content-type", second).send().await.http, 415, "{second}");
    }
    assert_eq!(app.handlers.ran(), 0);
}
