//! Every reason, for every kind of method, over every transport.

use http::Version;
use tonic::Code;

use super::{
    AUTHENTICATED, ENFORCED, FOLLOW, SCOPES, UPLOAD, call, known, one_question, right, told, whole_server,
    wrongs,
};
use crate::support::kinds::proto::KindsResponse;
use crate::support::{App, Call, EARLY, WebAnswer};

/// Of the four kinds, with rules of every kind.
const STREAMING: [&str; 4] = ["Unary", "ClientStream", "ServerStream", "Bidi"];

#[tokio::test]
async fn row_112_every_reason_is_told_in_the_trailers_and_the_handler_runs() {
    let app = App::start().await;
    for wrong in wrongs() {
        for path in [SCOPES, AUTHENTICATED, FOLLOW, UPLOAD] {
            let name = format!("{}, {path}", wrong.name);
            let reason = if path == AUTHENTICATED && !wrong.subject.is_empty() { "" } else { wrong.reason };
            let answer = call(&app, path, &wrong.entries).await;
            let expected: Vec<&str> = Some(reason).into_iter().filter(|reason| !reason.is_empty()).collect();
            assert_eq!((answer.code(), answer.trailers_only), (Code::Ok, false), "{name}");
            assert_eq!(told(&answer.headers, &answer.trailers), [vec![], expected], "{name}");
            let (subject, anonymous) = (wrong.subject.to_owned(), wrong.subject.is_empty());
            let would_deny = reason.to_owned();
            assert_eq!(known(&answer.body[5..]), KindsResponse { subject, anonymous, would_deny }, "{name}");
            assert!(answer.challenges().is_empty(), "{name}");
        }
        // What is enforced beside them is refused, and says nothing of the kind.
        let refused = call(&app, ENFORCED, &wrong.entries).await;
        assert_eq!(refused.reason(), wrong.reason, "{}", wrong.name);
        assert_eq!(
            told(&refused.headers, &refused.trailers),
            [vec![], vec![]] as [Vec<&str>; 2],
            "{}",
            wrong.name
        );
    }
}

#[tokio::test]
async fn row_112_a_call_that_would_be_allowed_is_told_nothing() {
    let (app, whole) = (App::start().await, whole_server().await);
    let nothing = || [vec![], vec![]] as [Vec<&str>; 2];
    for path in [SCOPES, AUTHENTICATED, FOLLOW, UPLOAD, ENFORCED] {
        let answer = call(&app, path, &right()).await;
        assert_eq!((answer.code(), told(&answer.headers, &answer.trailers)), (Code::Ok, nothing()), "{path}");
        assert_eq!(known(&answer.body[5..]).subject, "alice");
    }
    for method in STREAMING {
        let answer = call(&whole, &format!("/streaming.v1.Streaming/{method}"), &right()).await;
        assert_eq!(
            (answer.code(), told(&answer.headers, &answer.trailers)),
            (Code::Ok, nothing()),
            "{method}"
        );
    }
}

#[tokio::test]
async fn row_112_of_a_whole_server_every_kind_of_method_only_reports() {
    let (app, enforcing) = (whole_server().await, App::start().await);
    for wrong in wrongs() {
        for method in STREAMING {
            let (name, path) =
                (format!("{}, {method}", wrong.name), format!("/streaming.v1.Streaming/{method}"));
            // One that asks for no scope.
            let would_deny = method != "Bidi" || wrong.subject.is_empty();
            let ran = app.handlers.ran();
            let answer = call(&app, &path, &wrong.entries).await;
            let expected = if would_deny { vec![wrong.reason] } else { vec![] };
            assert_eq!(told(&answer.headers, &answer.trailers), [vec![], expected], "{name}");
            assert_eq!((answer.code(), app.handlers.ran()), (Code::Ok, ran + 1), "{name}");
            let who = if wrong.subject.is_empty() { "anonymous" } else { wrong.subject };
            let seen = format!("{who}, no token, {path}");
            let text = String::from_utf8_lossy(&answer.body);
            assert!(text.contains(&seen), "{name}: {text}");
            let refused = call(&enforcing, &path, &wrong.entries).await;
            assert_eq!(refused.code() != Code::Ok, would_deny, "{name}: the twin");
        }
    }
}

#[tokio::test]
async fn row_112_where_the_head_is_all_it_is_told_there() {
    let app = whole_server().await;
    let path = "/streaming.v1.Streaming/ClientStream";
    for wrong in wrongs() {
        let failing = app.call(path).header(EARLY, "error");
        let answer = wrong.entries.iter().fold(failing, Call::authorization).send().await;
        assert_eq!((answer.code(), answer.trailers_only), (Code::DataLoss, true), "{}", wrong.name);
        assert_eq!(told(&answer.headers, &answer.trailers), [vec![wrong.reason], vec![]], "{}", wrong.name);
        assert!(answer.challenges().is_empty() && answer.details().error_info().is_none(), "{}", wrong.name);
    }
}

const TYPES: [&str; 2] = ["application/grpc-web+proto", "application/grpc-web-text+proto"];

#[track_caller]
fn assert_told(answer: &WebAnswer, in_head: bool, reason: &str, name: &str) {
    let (head, trailers) = if in_head { (vec![reason], vec![]) } else { (vec![], vec![reason]) };
    assert_eq!(told(&answer.headers, &answer.trailers), [head, trailers], "{name}");
    let exposed = answer.header("access-control-expose-headers").expect("what a page may read");
    assert!(exposed.split(',').any(|header| header == super::NAME), "{exposed}");
}

#[tokio::test]
async fn row_112_a_page_is_told_as_well() {
    let app = whole_server().await;
    for wrong in wrongs().into_iter().filter(|wrong| wrong.entries.len() < 2) {
        for (content_type, version) in
            TYPES.into_iter().flat_map(|kind| [(kind, Version::HTTP_11), (kind, Version::HTTP_2)])
        {
            let name = format!("{}, {content_type}, {version:?}", wrong.name);
            let call = |path: &str| {
                let call = app
                    .web(path)
                    .version(version)
                    .header("content-type", content_type)
                    .message(&one_question());
                wrong.entries.iter().fold(call, |call, entry| call.header("authorization", entry))
            };
            for path in [SCOPES, FOLLOW] {
                let answer = call(path).send().await;
                assert_eq!((answer.http, answer.code()), (200, Code::Ok), "{name}");
                assert_told(&answer, false, wrong.reason, &name);
                assert_eq!(known(&answer.messages[0]).would_deny, wrong.reason, "{name}");
            }
            let failed = call("/streaming.v1.Streaming/ClientStream").header(EARLY, "error").send().await;
            assert_eq!(failed.code(), Code::DataLoss, "{name}");
            assert_told(&failed, failed.headers.contains_key("grpc-status"), wrong.reason, &name);
        }
    }
}
