//! How a token is sent. The numbers are those of the rows of the threat table.

use tonic::Code;

use crate::support::{App, Call, assert_not_logged, issuer};

const UNARY: &str = "/streaming.v1.Streaming/Unary";

fn token() -> String {
    issuer().token().scope("items:read items:list").sign()
}

async fn refused(app: &App, name: &str, call: Call, reason: &str) {
    let ran = app.handlers.ran();
    let answer = call.send().await;
    assert_eq!(
        (answer.http, answer.code(), answer.reason().as_str()),
        (200, Code::Unauthenticated, reason),
        "{name}"
    );
    assert_eq!(app.handlers.ran(), ran, "{name}: the handler ran");
}

#[tokio::test]
async fn rows_34_and_39_a_token_counts_in_its_one_place_alone() {
    let app = App::start().await;
    let (token, call) = (token(), || app.call(UNARY));
    for scheme in ["Bearer", "bearer", "BEARER", "Bearer ", "Bearer      "] {
        assert_eq!(
            call().authorization(format!("{scheme} {token}")).send().await.code(),
            Code::Ok,
            "35: {scheme}"
        );
    }
    let missing = "CREDENTIALS_MISSING";
    refused(&app, "34: none", call(), missing).await;
    refused(
        &app,
        "39: in a cookie",
        call().header("cookie", format!("authorization=Bearer {token}")),
        missing,
    )
    .await;
    refused(&app, "39: in another entry", call().header("x-access-token", &token), missing).await;
    refused(&app, "39: in the body", call().body(framed(token.as_bytes())), missing).await;
    assert_not_logged(&token);
}

#[tokio::test]
async fn rows_35_to_41_malformed_credentials() {
    let app = App::start().await;
    let (token, call) = (token(), || app.call(UNARY));
    let good = format!("Bearer {token}");
    let malformed = "CREDENTIALS_MALFORMED";
    let values = [
        ("35: Bearer alone", "Bearer"),
        ("35: nothing after Bearer", "Bearer "),
        ("35: spaces after Bearer", "Bearer    "),
        ("35: a space, then a tab", "Bearer \tabc"),
        ("35: Basic", "Basic YTpi"),
        ("Bearer with a tab", "Bearer\tabc"),
        ("no scheme", token.as_str()),
        ("empty", ""),
        ("37: two in one", "Bearer a, Bearer b"),
        ("a space after it", "Bearer a.b.c "),
        ("only padding", "Bearer ==="),
        ("Bearer as part of a word", "Bearers a.b.c"),
    ];
    for (name, value) in values {
        refused(&app, name, call().authorization(value), malformed).await;
    }
    let outside_ascii = [b"Bearer ".as_slice(), &[0xe9, 0x80]].concat();
    refused(&app, "41: outside ASCII", call().authorization(outside_ascii), malformed).await;
    refused(&app, "36: good, then junk", call().bearer(&token).authorization("Bearer x"), malformed).await;
    refused(&app, "36: junk, then good", call().authorization("Bearer x").bearer(&token), malformed).await;
    refused(&app, "36: the same twice", call().authorization(&good).authorization(&good), malformed).await;
    assert_not_logged(&token);
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a short message").to_be_bytes();
    [&[0], &length[..], message].concat()
}

#[tokio::test]
async fn row_39_a_path_with_a_query_is_no_methods() {
    let app = App::start().await;
    for query in [format!("?access_token={}", token()), "?".to_owned()] {
        let answer = app.call(&format!("{UNARY}{query}")).bearer(&token()).send().await;
        assert_eq!((answer.code(), answer.reason()), (Code::Unimplemented, String::new()), "{query}");
    }
    assert_eq!(app.handlers.ran(), 0);
}
