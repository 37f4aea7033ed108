//! What a server may answer that is no answer.

use tonic::Status;

use super::scripted::{Answers, Script, error, files, listed};
use super::{asked, its_file, one_service, sent, with};

type Case = (&'static str, Script, &'static str);

async fn are_told_of_in_one_line(cases: Vec<Case>) {
    for (case, script, told) in cases {
        let error = asked(script).await.expect_err(case);
        assert!(error.starts_with(told), "{case}: {error}");
        assert!(!error.contains(|c| !crate::cli::text::is_shown(c)), "{case}: {error:?}");
    }
}

fn nothing(_: &str) -> Answers {
    Vec::new()
}

#[tokio::test]
async fn answers_that_list_no_services() {
    let never = Vec::new;
    are_told_of_in_one_line(vec![
        (
            "an error for its services",
            with(|| vec![Ok(error(7, "no\x1b[2J\nno"))], never, nothing),
            "asked for its services, it answered PermissionDenied: no [2J no",
        ),
        (
            "files for its services",
            with(its_file, never, nothing),
            "asked for its services, it answered with something else",
        ),
        ("no answer", with(never, never, nothing), "it ended the stream and left a question open"),
        (
            "a status",
            with(|| vec![Err(Status::internal("broken\u{202e}"))], never, nothing),
            r"Internal error: broken\u{202e}",
        ),
        (
            "a name with a control character",
            with(|| vec![Ok(listed(["x.A\x1b[2J"]))], never, nothing),
            r#"it lists a service whose name is none: "x.A\u{1b}[2J""#,
        ),
        (
            "a name of nothing",
            with(|| vec![Ok(listed([""]))], never, nothing),
            r#"it lists a service whose name is none: """#,
        ),
        (
            "very many services",
            with(|| vec![Ok(listed((0..10_001).map(|_| "x.A")))], never, nothing),
            "it lists more than 10000 services",
        ),
    ])
    .await;
}

#[tokio::test]
async fn answers_that_have_no_file_of_a_service() {
    are_told_of_in_one_line(vec![
        (
            "an error for a service",
            with(one_service, || vec![Ok(error(99, ""))], nothing),
            "asked for the file of x.A, it answered Unknown",
        ),
        (
            "services for a service",
            with(one_service, one_service, nothing),
            "asked for the file of x.A, it answered with something else",
        ),
        (
            "another file for a service",
            with(one_service, || vec![Ok(sent(&[("a.proto", &[], &["x.B"])]))], nothing),
            "it sent no file that declares x.A",
        ),
        (
            "no file for a service",
            with(one_service, || vec![Ok(files([]))], nothing),
            "it sent no file that declares x.A",
        ),
        (
            "a file that is none",
            with(one_service, || vec![Ok(files([b"\x0a\xff".to_vec()]))], nothing),
            "it sent a file that is no FileDescriptorProto",
        ),
        (
            "a file without a name",
            with(one_service, || vec![Ok(files([Vec::new()]))], nothing),
            r#"it sent a file whose name is no path: """#,
        ),
        (
            "a file's name with a control character",
            with(one_service, || vec![Ok(sent(&[("a\r\n.proto", &[], &["x.A"])]))], nothing),
            r#"it sent a file whose name is no path: "a\r\n.proto""#,
        ),
        (
            "a file that was not asked for",
            with(
                one_service,
                || vec![Ok(sent(&[("a.proto", &[], &["x.A"]), ("c.proto", &[], &["x.C"])]))],
                nothing,
            ),
            "it sent a file that was not asked for: c.proto",
        ),
        (
            "two files of one name",
            with(
                one_service,
                || vec![Ok(sent(&[("a.proto", &[], &["x.A"]), ("a.proto", &[], &["x.C"])]))],
                nothing,
            ),
            "it sent two different files with the name a.proto",
        ),
    ])
    .await;
}

#[tokio::test]
async fn answers_that_have_no_import() {
    are_told_of_in_one_line(vec![
        (
            "an import that is hidden",
            with(one_service, || vec![Ok(sent(&[("a.proto", &["b\u{200b}"], &["x.A"])]))], nothing),
            r#"a.proto has an import that is no path: "b\u{200b}""#,
        ),
        (
            "an import that it does not have",
            with(one_service, its_file, |_| vec![Ok(error(5, "not here"))]),
            "asked for b.proto, which a.proto imports, it answered NotFound: not here",
        ),
        (
            "another file for an import",
            with(one_service, its_file, |_| vec![Ok(sent(&[("c.proto", &[], &[])]))]),
            "asked for b.proto, which a.proto imports, it sent another file",
        ),
        (
            "a circle of imports",
            with(one_service, its_file, |_| vec![Ok(sent(&[("b.proto", &["a.proto"], &[])]))]),
            "the imports of a.proto lead back to it",
        ),
        (
            "an import of itself",
            with(one_service, || vec![Ok(sent(&[("a.proto", &["a.proto"], &["x.A"])]))], nothing),
            "the imports of a.proto lead back to it",
        ),
    ])
    .await;
}
