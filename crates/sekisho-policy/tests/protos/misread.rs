//! What protoc reads otherwise than the compiler here. Each source was compared by hand with what protoc 3.21 writes.

use super::*;

/// A method whose body this is, on the fifth line.
fn method(body: &str) -> String {
    format!(
        "syntax = \"proto3\";\npackage t.v1;\nimport \"sekisho/v1/access.proto\";\nmessage M {{}}\nservice S {{ rpc Get(M) returns (stream M) {{\n{body}\n}} }}\n"
    )
}

const HASH: &str = "a `#` outside of strings and comments: ";
const TWICE: &str = "the option has set this field already; ";

#[test]
fn what_protoc_reads_otherwise_or_refuses_is_refused_with_its_place() {
    let cases: [(&str, &[(&str, &str)]); 12] = [
        // For protoc these methods need the first scope alone.
        ("option (sekisho.v1.access) = { all_of: \"a\" # and\nall_of: \"b\" };", &[("6:44", HASH)]),
        ("option (sekisho.v1.access).any_of = { all_of: \"a\" # x\nall_of: \"b\" };", &[("6:51", HASH)]),
        (
            "option (sekisho.v1.access) = { #'\nall_of: [\"#\", # \"\n\"b\"] };",
            &[("6:32", HASH), ("7:15", HASH)],
        ),
        // protoc refuses these, and so does everything that stands on what it makes.
        ("option (sekisho.v1.access) = { all_of: \"\\X61\" };", &[("6:41", "the escape `\\X`, ")]),
        ("option (sekisho.v1.access) = { public: true // \0\n};", &[("6:48", "a NUL character ")]),
        (
            "option (sekisho.v1.access).public = false; option (sekisho.v1.access).public = true;",
            &[("6:44", TWICE)],
        ),
        (
            "option (sekisho.v1.access).authenticated = false; option (.sekisho.v1.access).authenticated = true;",
            &[("6:51", TWICE)],
        ),
        (
            "option (sekisho.v1.access).optional = false;\noption (sekisho.v1.access).optional = false;\noption (sekisho.v1.access).optional = true;",
            &[("7:1", TWICE), ("8:1", TWICE)],
        ),
        (
            "option (sekisho.v1.access).mode = MODE_UNSPECIFIED; option (sekisho.v1.access).all_of = \"a\";\noption (sekisho.v1.access).mode = REPORT_ONLY;",
            &[("7:1", TWICE)],
        ),
        (
            "option (sekisho.v1.access) = { all_of: \"a\" };\noption (sekisho.v1.access).stream_end = STREAM_END_UNSPECIFIED; option (sekisho.v1.access).stream_end = NEVER;",
            &[("7:65", TWICE)],
        ),
        (
            "option (sekisho.v1.access).public = true; } option (sekisho.v1.default_access).mode = MODE_UNSPECIFIED;\noption (sekisho.v1.default_access).mode = REPORT_ONLY; rpc Put(M) returns (M) {",
            &[("7:1", TWICE)],
        ),
        ("}\n# }\nrpc Put(M) returns (M) {", &[("7:1", "'#' comments are not allowed here")]),
    ];
    for (body, expected) in cases {
        for result in compile(&method(body)) {
            let told = result.expect_err(body);
            assert_eq!(told.len(), expected.len(), "{body}: {told:?}");
            for (told, (place, what)) in told.iter().zip(expected) {
                assert!(told.starts_with(&format!("t.proto:{place}: {what}")), "{body}: {told}");
            }
        }
    }
}

#[test]
fn what_protoc_reads_alike_is_read() {
    let cases = [
        ("{ all_of: \"a\" /* # */ all_of: 'b' // #\n}", "{ all_of: [\"a\", \"b\"] }"),
        ("{ all_of: \"a#b\" all_of: '#' }", "{ all_of: [\"a#b\", \"#\"] }"),
        ("{ all_of: \"it's\" all_of: '\\'#\\'' }", "{ all_of: [\"it's\", \"'#'\"] }"),
        ("{ all_of: \"a\" /* \" */ all_of: \"b\" /***/ // '\n}", "{ all_of: [\"a\", \"b\"] }"),
        ("{ all_of: 'a' \"b\" \n'c'; mode: 2, }", "{ all_of: [\"abc\"] mode: REPORT_ONLY }"),
        (
            "{ any_of < all_of: \"a\" > any_of: < all_of: \"b\" > }",
            "{ any_of: [{ all_of: [\"a\"] }, { all_of: [\"b\"] }] }",
        ),
        (
            "{ any_of: [{ all_of: \"a\" }, < all_of: [\"b\"] >] }",
            "{ any_of: [{ all_of: [\"a\"] }, { all_of: [\"b\"] }] }",
        ),
        ("{ all_of: \"\\x612\\1411\\61a\\u0061\\?\" }", "{ all_of: [\"a2a11aa?\"] }"),
        ("{ public: t }", "{ public: true }"),
        ("{ public: 0x1 mode: 00 }", "{ public: true }"),
        ("{ public: false public: 1 }", "{ public: true }"),
        (
            "{ all_of: \"a\" stream_end: 02 mode: 0 mode: 0x2 }",
            "{ all_of: [\"a\"] mode: REPORT_ONLY stream_end: NEVER }",
        ),
        ("{ all_of: \"a\" }; option (.sekisho.v1.access).all_of = \"b\"", "{ all_of: [\"a\", \"b\"] }"),
    ];
    for (rule, expected) in cases {
        for result in compile(&method(&format!("option (sekisho.v1.access) = {rule};"))) {
            let survey = survey(&result.expect(rule));
            assert_eq!(survey.faults(), [], "{rule}");
            assert_eq!(survey.methods()[0].declared_rule().to_string(), expected, "{rule}");
        }
    }
}

/// Sources that are put in other words first, and files that are imported alone.
#[test]
fn files_are_looked_at_however_they_are_read() {
    let misread = method("option (sekisho.v1.access) = { all_of: \"a\" # and\nall_of: \"b\" };");
    for source in [
        format!("\u{feff}{misread}"),
        format!("{misread}message E {{ extensions 4 [verification = UNVERIFIED]; }}"),
    ] {
        let source = source.replace("proto3", "proto2");
        for result in compile(&source).into_iter().take(2) {
            let told = result.expect_err("misread");
            assert!(told[0].starts_with("t.proto:6:44: a `#` outside"), "{told:?}");
        }
    }
    let all = folder(&[("t.proto", &misread), ("u.proto", "syntax = \"proto3\"; import \"t.proto\";")]);
    let told = faults(Compiled::from_files(&[all.path().join("u.proto")], &[all.path()]), all.path());
    assert!(told.len() == 1 && told[0].starts_with("t.proto:6:44: a `#` outside"), "{told:?}");
    // Beside what does not compile.
    write(all.path(), "u.proto", "syntax = \"proto3\"; import \"t.proto\"; message N { Gone gone = 1; }");
    let told = faults(Compiled::from_folder(all.path()), all.path());
    assert!(
        told.len() == 2 && told[0].starts_with("t.proto:6:44: ") && told[1].contains("'Gone'"),
        "{told:?}"
    );
}
