//! `--dangerous-report-only`: what the server adds of its own is reached as well.

use sekisho_server::server::Reflection;
use tonic::Code;

use super::{told, whole_server};
use crate::support::{App, Setup, lines_with};

/// Asks which services there are.
const LIST: [u8; 7] = [0, 0, 0, 0, 2, 0x3a, 0];

#[tokio::test]
async fn row_112_reflection_for_authenticated_callers_only_reports_as_well() {
    for path in ["v1", "v1alpha"]
        .map(|version| format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"))
    {
        for report_only in [true, false] {
            let setup = Setup { report_only, reflection: Reflection::Authenticated, ..Setup::default() };
            let app = App::start_with(setup).await;
            let answer = app.call(&path).body(LIST.to_vec()).send().await;
            if report_only {
                assert_eq!(told(&answer.headers, &answer.trailers), [vec![], vec!["CREDENTIALS_MISSING"]]);
                assert!(String::from_utf8_lossy(&answer.body).contains("kinds.v1.Kinds"), "it answers");
            } else {
                assert_eq!(answer.reason(), "CREDENTIALS_MISSING", "the twin");
            }
        }
    }
}

#[tokio::test]
async fn what_is_public_has_nothing_to_report() {
    let app = whole_server().await;
    for path in ["/grpc.health.v1.Health/Check", "/streaming.v1.Streaming/Open"] {
        let answer = app.call(path).bearer("junk").send().await;
        assert_eq!(answer.code(), Code::Ok, "{path}");
        assert_eq!(told(&answer.headers, &answer.trailers), [vec![], vec![]] as [Vec<&str>; 2], "{path}");
    }
}

/// The tests of a process have one log: a line is told by the methods that are in it together.
#[tokio::test]
async fn a_start_warns_of_every_method_that_only_reports() {
    let (_whole, _app) = (whole_server().await, App::start().await);
    let lines = lines_with("these methods only report");
    assert!(
        lines.iter().all(|line| line.contains("WARN") && line.contains("/kinds.v1.Kinds/ReportedScopes"))
    );
    let all = ["/kinds.v1.Kinds/Enforced", "/grpc.health.v1.Health/Check", "/streaming.v1.Streaming/Bidi"];
    let has = |line: &&String, count: usize| all.iter().filter(|path| line.contains(**path)).count() == count;
    assert!(lines.iter().any(|line| has(&line, all.len())), "of the whole server: {lines:?}");
    assert!(lines.iter().any(|line| has(&line, 0)), "of the methods that say so: {lines:?}");
}
