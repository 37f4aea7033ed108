//! What handlers see, and what they cannot say in the guard's place.

use tonic::Code;

use super::{SCOPES, call, told, whole_server, wrongs};
use crate::support::App;
use crate::support::issuer;

/// A deadline is the server's, whatever the rule says.
#[tokio::test]
async fn a_deadline_that_has_passed_runs_no_handler_and_the_reason_is_told() {
    let app = whole_server().await;
    let ran = app.handlers.ran();
    for path in ["/streaming.v1.Streaming/Unary", "/streaming.v1.Streaming/Bidi"] {
        let answer = app.call(path).header("grpc-timeout", "0S").send().await;
        assert_eq!((answer.code(), answer.trailers_only), (Code::DeadlineExceeded, true), "{path}");
        assert_eq!(told(&answer.headers, &answer.trailers), [vec!["CREDENTIALS_MISSING"], vec![]], "{path}");
    }
    assert_eq!(app.handlers.ran(), ran);
}

#[tokio::test]
async fn row_112_an_unknown_method_stays_unimplemented() {
    for app in [App::start().await, whole_server().await] {
        let token = issuer().token().scope("kinds:read").sign();
        for path in [
            "/kinds.v1.Kinds/None",
            "/kinds.v1.None/Optional",
            &format!("{SCOPES}/"),
            &format!("{SCOPES}?a=b"),
            "/",
        ] {
            for bearer in [false, true] {
                let call = app.call(path);
                let answer = if bearer { call.bearer(&token) } else { call }.send().await;
                assert_eq!(answer.code(), Code::Unimplemented, "{path}");
                assert_eq!(
                    told(&answer.headers, &answer.trailers),
                    [vec![], vec![]] as [Vec<&str>; 2],
                    "{path}"
                );
            }
        }
        assert_eq!(app.handlers.ran(), 0);
    }
}

/// A browser could else call by a request that it sends without asking first.
#[tokio::test]
async fn row_112_what_is_no_call_is_turned_away_all_the_same() {
    let app = whole_server().await;
    let path = "/streaming.v1.Streaming/Unary";
    assert_eq!(app.call(path).content_type("text/plain").send().await.http, 415);
    assert_eq!(app.call(path).method(http::Method::GET).send().await.http, 405);
    assert_eq!(app.handlers.ran(), 0);
    // The twin.
    assert_eq!(call(&app, path, &wrongs()[0].entries).await.code(), Code::Ok);
}
