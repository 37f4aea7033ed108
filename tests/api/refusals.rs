//! How a refusal looks on the wire: the contract's table, row by row.

use tonic::Code;

use crate::support::{Answer, App, Setup, issuer, trusting};

const API1: &str = "/api1.v1.Api1/GetStatus";
const ALTERNATIVES: &str = "/streaming.v1.Streaming/ServerStream";
const AUTHENTICATED: &str = "/streaming.v1.Streaming/Bidi";

struct Expected<'a> {
    code: Code,
    message: Option<&'a str>,
    reason: &'a str,
    challenges: &'a [&'a str],
}

fn check(name: &str, answer: &Answer, expected: &Expected<'_>) {
    assert_eq!(answer.http, 200, "{name}");
    assert!(answer.trailers_only && answer.body.is_empty(), "{name}: trailers-only");
    assert_eq!(
        answer.headers.get("content-type").map(http::HeaderValue::as_bytes),
        Some(&b"application/grpc"[..]),
        "{name}"
    );
    assert_eq!((answer.code(), answer.reason().as_str()), (expected.code, expected.reason), "{name}");
    if let Some(message) = expected.message {
        assert_eq!(answer.status().message(), message, "{name}");
    }
    assert_eq!(answer.challenges(), expected.challenges, "{name}");
    let domain = answer.details().error_info().map(|info| info.domain.clone());
    assert_eq!(domain.as_deref(), (!expected.reason.is_empty()).then_some("sekisho"), "{name}");
}

fn scoped(scope: &str) -> String {
    issuer().token().scope(scope).sign()
}

#[tokio::test]
async fn no_token() {
    let app = App::start().await;
    let expected = |challenges| Expected {
        code: Code::Unauthenticated,
        message: Some("No access token was sent"),
        reason: "CREDENTIALS_MISSING",
        challenges,
    };
    let answer = async |path: &str| app.call(path).send().await;
    check("one set", &answer(API1).await, &expected(&[r#"Bearer scope="api1:read:status""#]));
    check("any token will do", &answer(AUTHENTICATED).await, &expected(&["Bearer"]));
    let alternatives = [r#"Bearer scope="items:read items:list""#, r#"Bearer scope="admin""#];
    check("alternatives", &answer(ALTERNATIVES).await, &expected(&alternatives));
}

#[tokio::test]
async fn a_token_that_is_none_or_not_valid() {
    let app = App::start().await;
    let [expired, invalid] =
        [issuer().token().claim("exp", 1), issuer().token().claim("aud", "x")].map(|t| t.sign());
    let cases = [
        ("Basic YTpi".to_owned(), "CREDENTIALS_MALFORMED", r#"Bearer error="invalid_request""#),
        ("Bearer junk".to_owned(), "ACCESS_TOKEN_MALFORMED", r#"Bearer error="invalid_token""#),
        (format!("Bearer {expired}"), "ACCESS_TOKEN_EXPIRED", r#"Bearer error="invalid_token""#),
        (format!("Bearer {invalid}"), "ACCESS_TOKEN_INVALID", r#"Bearer error="invalid_token""#),
    ];
    for (authorization, reason, challenge) in cases {
        let expected =
            Expected { code: Code::Unauthenticated, message: None, reason, challenges: &[challenge] };
        check(reason, &app.call(API1).authorization(authorization).send().await, &expected);
    }
}

#[tokio::test]
async fn a_token_that_lacks_scope() {
    let app = App::start().await;
    let expected = |challenges| Expected {
        code: Code::PermissionDenied,
        message: Some("Insufficient scope"),
        reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        challenges,
    };
    let answer = app.call(API1).bearer(&scoped("api2:read:status")).send().await;
    check("one set", &answer, &expected(&[r#"Bearer error="insufficient_scope", scope="api1:read:status""#]));
    let alternatives = [
        r#"Bearer error="insufficient_scope", scope="items:read items:list""#,
        r#"Bearer error="insufficient_scope", scope="admin""#,
    ];
    let answer = app.call(ALTERNATIVES).bearer(&scoped("items:read")).send().await;
    check("alternatives", &answer, &expected(&alternatives));
    assert_eq!(app.call(API1).bearer(&scoped("api1:read:status")).send().await.code(), Code::Ok);
}

#[tokio::test]
async fn scopes_are_told_as_the_issuer_is_to_be_asked_for_them() {
    let prefix = "api://orders/".parse().expect("a prefix");
    let writing = trusting(|verifier| verifier.scope_prefix(prefix));
    let app = App::start_with(Setup { issuer: writing, ..Setup::default() }).await;
    let required = "api://orders/items:read api://orders/items:list | api://orders/admin";

    let none = app.call(ALTERNATIVES).send().await;
    let challenges = [
        r#"Bearer scope="api://orders/items:read api://orders/items:list""#,
        r#"Bearer scope="api://orders/admin""#,
    ];
    assert_eq!(
        (none.code(), none.challenges()),
        (Code::Unauthenticated, challenges.map(str::to_owned).into())
    );
    assert_eq!(none.metadata("requiredScopes").as_deref(), Some(required));
    let one = app.call(API1).send().await;
    assert_eq!(one.challenges(), [r#"Bearer scope="api://orders/api1:read:status""#]);
    assert_eq!(app.call(AUTHENTICATED).send().await.challenges(), ["Bearer"]);
    let junk = app.call(ALTERNATIVES).authorization("Bearer junk").send().await;
    assert_eq!(junk.challenges(), [r#"Bearer error="invalid_token""#]);
    assert_eq!(junk.metadata("requiredScopes").as_deref(), Some(required));

    for held in ["api://orders/items:read other", "items:read other"] {
        let answer = app.call(ALTERNATIVES).bearer(&scoped(held)).send().await;
        let challenges = [
            r#"Bearer error="insufficient_scope", scope="api://orders/items:read api://orders/items:list""#,
            r#"Bearer error="insufficient_scope", scope="api://orders/admin""#,
        ];
        assert_eq!(
            (answer.code(), answer.challenges()),
            (Code::PermissionDenied, challenges.map(str::to_owned).into())
        );
        assert_eq!(answer.metadata("requiredScopes").as_deref(), Some(required), "{held}");
        let missing = "api://orders/items:list | api://orders/admin";
        assert_eq!(answer.metadata("missingScopes").as_deref(), Some(missing), "{held}");
    }
    // What is told to be asked for is enough.
    for held in [
        "api://orders/items:read api://orders/items:list",
        "api://orders/admin",
        "items:read api://orders/items:list",
    ] {
        let answer = app.call(ALTERNATIVES).bearer(&scoped(held)).send().await;
        assert_eq!(answer.http, 200);
        assert!(!answer.trailers_only, "{held}: {:?}", answer.status());
    }
    for held in
        ["api://invoices/admin", "api://orders/api://orders/admin", "api://orders/", "API://orders/admin"]
    {
        let answer = app.call(ALTERNATIVES).bearer(&scoped(held)).send().await;
        assert_eq!(answer.code(), Code::PermissionDenied, "{held}");
    }
}

#[tokio::test]
async fn a_method_that_there_is_not() {
    let app = App::start().await;
    let unknown = Expected { code: Code::Unimplemented, message: None, reason: "", challenges: &[] };
    for path in ["/api1.v1.Api1/Get", "/api9.v1.Api9/GetStatus"] {
        check(path, &app.call(path).send().await, &unknown);
        check(path, &app.call(path).bearer(&scoped("api1:read:status")).send().await, &unknown);
    }
}

#[tokio::test]
async fn details_say_what_is_required_and_what_of_it_is_missing() {
    let app = App::start().await;
    let token = issuer().token().scope("items:read other").sign();
    let answer = app.call(ALTERNATIVES).bearer(&token).send().await;
    assert_eq!(answer.metadata("service").as_deref(), Some("streaming.v1.Streaming"));
    assert_eq!(answer.metadata("method").as_deref(), Some("ServerStream"));
    assert_eq!(answer.metadata("requiredScopes").as_deref(), Some("items:read items:list | admin"));
    assert_eq!(answer.metadata("missingScopes").as_deref(), Some("items:list | admin"));

    let none = app.call(ALTERNATIVES).send().await;
    assert_eq!(none.metadata("requiredScopes").as_deref(), Some("items:read items:list | admin"));
    assert_eq!(none.metadata("missingScopes"), None);
    let any = app.call(AUTHENTICATED).send().await;
    assert_eq!(any.metadata("requiredScopes"), None, "the rule names none");
    assert_eq!(any.metadata("method").as_deref(), Some("Bidi"));

    let encoded = answer.headers.get("grpc-status-details-bin").expect("details").to_str().expect("base64");
    let details = base64::Engine::decode(
        &base64::engine::general_purpose::STANDARD_NO_PAD,
        encoded.trim_end_matches('='),
    );
    let status: tonic_types::pb::Status =
        prost::Message::decode(&*details.expect("base64")).expect("a status");
    assert_eq!(status.details.len(), 1, "exactly one ErrorInfo");
    assert_eq!((status.code, status.message.as_str()), (7, "Insufficient scope"));
}
