//! Methods that anyone may call, and whose callers are known where they say who they are.

use prost::Message as _;
use tonic::Code;

use crate::support::kinds::proto::{KindsRequest, KindsResponse};
use crate::support::{Answer, App, Call, impostor, issuer};

const METHODS: [&str; 2] = ["/kinds.v1.Kinds/Optional", "/kinds.v1.Kinds/OptionalFollow"];
/// Of any token.
const AUTHENTICATED: &str = "/streaming.v1.Streaming/Bidi";

async fn call(app: &App, path: &str, entries: &[String]) -> Answer {
    entries.iter().fold(app.call(path), Call::authorization).send().await
}

fn known(message: &[u8]) -> (String, bool, String) {
    let known = KindsResponse::decode(message).expect("a message");
    (known.subject, known.anonymous, known.would_deny)
}

#[tokio::test]
async fn row_116_whoever_sends_nothing_is_nobody_and_a_valid_token_is_its_callers() {
    let app = App::start().await;
    for path in METHODS {
        let nobody = call(&app, path, &[]).await;
        assert_eq!(
            (nobody.code(), known(&nobody.body[5..])),
            (Code::Ok, (String::new(), true, String::new()))
        );
        for scope in ["", "kinds:read"] {
            let token = issuer().token().scope(scope).sign();
            let caller = call(&app, path, &[format!("bearer  {token}")]).await;
            let alice = ("alice".to_owned(), false, String::new());
            assert_eq!((caller.code(), known(&caller.body[5..])), (Code::Ok, alice), "{path} {scope}");
            assert!(!caller.headers.contains_key("sekisho-would-deny"));
        }
        // Neither other metadata nor an entry after the request is one.
        let token = issuer().token().sign();
        let beside = app.call(path).header("x-authorization", format!("Bearer {token}"));
        assert!(known(&beside.send().await.body[5..]).1, "{path}");
        assert!(known(&app.call(path).bearer_in_trailers(&token).send().await.body[5..]).1, "{path}");
    }
}

/// Whoever sends a token wants to be known: an anonymous answer would hide that it is not.
#[tokio::test]
async fn row_116_an_entry_that_is_sent_is_judged_as_where_any_token_will_do() {
    let app = App::start().await;
    let bearer = |token: String| vec![format!("Bearer {token}")];
    let good = || issuer().token();
    let cases = [
        ("empty", vec![String::new()], "CREDENTIALS_MALFORMED"),
        ("blank", vec!["  ".to_owned()], "CREDENTIALS_MALFORMED"),
        ("the scheme alone", vec!["Bearer".to_owned()], "CREDENTIALS_MALFORMED"),
        ("the scheme and a blank", vec!["Bearer ".to_owned()], "CREDENTIALS_MALFORMED"),
        ("Basic", vec!["Basic YTpi".to_owned()], "CREDENTIALS_MALFORMED"),
        ("a token without its scheme", vec![good().sign()], "CREDENTIALS_MALFORMED"),
        ("two of the same", [bearer(good().sign()), bearer(good().sign())].concat(), "CREDENTIALS_MALFORMED"),
        (
            "an empty one first",
            [vec![String::new()], bearer(good().sign())].concat(),
            "CREDENTIALS_MALFORMED",
        ),
        ("no JWS", bearer("junk".to_owned()), "ACCESS_TOKEN_MALFORMED"),
        ("too long", bearer("a".repeat(9000)), "ACCESS_TOKEN_MALFORMED"),
        ("expired", bearer(good().claim("exp", 1).sign()), "ACCESS_TOKEN_EXPIRED"),
        ("not yet", bearer(good().claim("nbf", 4_000_000_000_u64).sign()), "ACCESS_TOKEN_INVALID"),
        ("forged", bearer(impostor().token().sign()), "ACCESS_TOKEN_INVALID"),
        ("for another", bearer(good().claim("aud", "other").sign()), "ACCESS_TOKEN_INVALID"),
        (
            "bound",
            bearer(good().claim("cnf", serde_json::json!({"jkt": "a"})).sign()),
            "ACCESS_TOKEN_INVALID",
        ),
    ];
    for (name, entries, reason) in cases {
        let expected = call(&app, AUTHENTICATED, &entries).await;
        for path in METHODS {
            let answer = call(&app, path, &entries).await;
            assert_eq!((answer.code(), answer.reason().as_str()), (Code::Unauthenticated, reason), "{name}");
            assert_eq!(answer.status().message(), expected.status().message(), "{name}");
            assert_eq!(answer.challenges(), expected.challenges(), "{name}");
            assert_eq!(answer.metadata("requiredScopes"), None, "{name}");
            assert_eq!((answer.trailers_only, answer.http), (true, 200), "{name}");
        }
    }
    assert_eq!(app.handlers.ran(), 0);
}

#[tokio::test]
async fn row_116_a_page_is_answered_alike() {
    let app = App::start().await;
    for content_type in ["application/grpc-web+proto", "application/grpc-web-text+proto"] {
        for path in METHODS {
            let call =
                || app.web(path).header("content-type", content_type).message(&KindsRequest::default());
            let nobody = call().send().await;
            assert_eq!((nobody.code(), known(&nobody.messages[0]).1), (Code::Ok, true), "{path}");
            let alice = call().bearer(&issuer().token().sign()).send().await;
            assert_eq!((alice.code(), known(&alice.messages[0]).0.as_str()), (Code::Ok, "alice"), "{path}");
            for entry in ["", "Basic YTpi", "Bearer junk"] {
                let refused = call().header("authorization", entry).send().await;
                assert_eq!(refused.code(), Code::Unauthenticated, "{path} {entry}");
            }
        }
    }
}
