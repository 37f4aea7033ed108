//! Streams that go on whatever becomes of their tokens.

use std::sync::OnceLock;

use http::Response;
use http_body_util::BodyExt as _;
use sekisho::Services;
use sekisho::testing::TestIssuer;
use tonic::body::Body;

use super::{
    MESSAGE, SECOND, Sent, TO_THE_END, World, data, deadline_exceeded, expired, in_time, reason, trailers,
    withdrawn,
};

#[tokio::test]
async fn never_is_never_and_public_is_nobodys() {
    let mut world = World::new(|services| services);
    let (cut, _, cut_answer) = world.answered("Exchange", None).await;
    let mut kept = Vec::new();
    for method in ["Keep", "Open"] {
        let (sent, request, answer) = world.answered(method, None).await;
        assert_eq!(answer.headers().get("sekisho-expires-in"), None, "{method}");
        kept.push((sent, request, answer));
    }
    world.clock.advance(TO_THE_END);
    assert_eq!(trailers(&mut cut_answer.into_body()).await, expired());
    cut.dropped().await;
    for (sent, _request, answer) in kept {
        sent.chunk(MESSAGE).await;
        assert_eq!(data(&mut answer.into_body()).await, MESSAGE);
    }
}

/// Streams of methods that only report, and of those that say `NEVER`.
async fn streams(world: &mut World) -> Vec<(Sent, Body, Response<Body>)> {
    let mut streams = Vec::new();
    for method in ["Report", "ReportUpload", "Keep"] {
        let stream = world.answered(method, None).await;
        assert_eq!(stream.2.headers().get("sekisho-expires-in"), None, "{method}");
        streams.push(stream);
    }
    streams
}

async fn assert_go_on(streams: Vec<(Sent, Body, Response<Body>)>) {
    for (sent, _request, answer) in streams {
        sent.chunk(MESSAGE).await;
        assert_eq!(data(&mut answer.into_body()).await, MESSAGE);
    }
}

#[tokio::test]
async fn row_114_what_only_reports_is_not_cut_when_its_token_expires() {
    let mut world = World::new(|services| services);
    let kept = streams(&mut world).await;
    let (cut, _, answer) = world.answered("Exchange", None).await;
    world.clock.advance(TO_THE_END);
    assert_eq!(trailers(&mut answer.into_body()).await, expired());
    cut.dropped().await;
    assert_go_on(kept).await;
}

#[tokio::test]
async fn row_114_what_only_reports_is_not_cut_when_its_key_or_its_issuer_goes() {
    for issuer in issuers() {
        let mut world = World::new(|services| services);
        let kept = streams(&mut world).await;
        let (cut, _, answer) = world.answered("Exchange", None).await;
        world.protected.authorizer().replace_issuers([issuer.issuer()]).expect("one issuer");
        assert_eq!(trailers(&mut answer.into_body()).await, withdrawn());
        cut.dropped().await;
        assert_go_on(kept).await;
    }
}

/// Somebody else, and whoever claims to be the issuer that is trusted.
fn issuers() -> &'static [TestIssuer; 2] {
    static ISSUERS: OnceLock<[TestIssuer; 2]> = OnceLock::new();
    ISSUERS.get_or_init(|| {
        ["https://else.example/", "https://tenant.example/"].map(|name| TestIssuer::new(name, "orders"))
    })
}

#[tokio::test]
async fn what_only_reports_keeps_its_deadline_and_says_what_it_would_be_refused_with() {
    for (method, would_deny) in
        [("Report", None), ("ReportUpload", Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT")), ("Keep", None)]
    {
        let mut world = World::new(Services::enforce_deadlines);
        let (sent, _, answer) = world.answered(method, Some("5S")).await;
        assert_eq!(answer.headers().get("sekisho-would-deny"), None, "{method}: not in the head");
        world.clock.advance(SECOND * 5);
        sent.dropped().await;
        let frame = in_time(answer.into_body().frame()).await.expect("trailers").expect("no error");
        let trailers = frame.into_trailers().expect("trailers");
        assert_eq!(reason(&trailers), deadline_exceeded(), "{method}");
        let told = trailers.get("sekisho-would-deny").map(|value| value.to_str().expect("text"));
        assert_eq!(told, would_deny, "{method}");
    }
    // Before there was a head; and one that has passed before.
    for timeout in ["5S", "0S"] {
        let mut world = World::new(Services::enforce_deadlines);
        let call = world.call("ReportUpload", Some(timeout));
        if timeout == "5S" {
            let entered = world.entered().await;
            world.clock.advance(SECOND * 5);
            in_time(entered.dropped).await.expect_err("its future is gone");
        }
        let answer = in_time(call).await.expect("no panic");
        assert_eq!(reason(answer.headers()), deadline_exceeded(), "{timeout}");
        assert_eq!(answer.headers()["sekisho-would-deny"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "{timeout}");
    }
}

#[tokio::test]
async fn where_a_token_is_optional_a_stream_ends_with_the_one_that_was_sent() {
    let mut world = World::new(|services| services);
    let (nobodys, _request, kept) = world.answered_with(None, "Welcome", None).await;
    let (sent, _, answer) = world.answered("Welcome", None).await;
    assert_eq!(kept.headers().get("sekisho-expires-in"), None);
    assert_eq!(answer.headers()["sekisho-expires-in"], "3605");
    world.clock.advance(TO_THE_END);
    assert_eq!(trailers(&mut answer.into_body()).await, expired());
    sent.dropped().await;
    nobodys.chunk(MESSAGE).await;
    assert_eq!(data(&mut kept.into_body()).await, MESSAGE);
}
