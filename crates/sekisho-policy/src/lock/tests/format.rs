//! The file: what is written, what is read, and what is refused.

use super::*;
use crate::tests::policy;

const FILE: &str = "\
# sekisho access.lock, version 1. Written by `sekisho policy lock`; review its diff, do not edit it.
test.v1.A/Get (test.v1.M) returns (test.v1.M) { any_of: [{ all_of: [\"a\", \"b\"] }, { all_of: [\"admin\"] }] }
test.v1.A/Open (test.v1.M) returns (test.v1.M) { public: true }
test.v1.A/Try (test.v1.M) returns (test.v1.M) { all_of: [\"a\"] mode: REPORT_ONLY }
test.v1.B/Upload (stream test.v1.M) returns (test.v1.M) { authenticated: true stream_end: NEVER }
test.v1.B/Watch (test.v1.M) returns (stream test.v1.M) { optional: true }
";

#[test]
fn the_lock_of_a_policy_has_a_line_a_method() {
    let policy = policy(
        r#"service B {
            option (sekisho.v1.default_access) = { optional: true };
            rpc Watch(M) returns (stream M);
            rpc Upload(stream M) returns (M) { option (sekisho.v1.access) = { authenticated: true stream_end: NEVER }; }
        }
        service A {
            rpc Try(M) returns (M) { option (sekisho.v1.access) = { all_of: "a" mode: REPORT_ONLY stream_end: NEVER }; }
            rpc Open(M) returns (M) { option (sekisho.v1.access) = { public: true mode: REPORT_ONLY }; }
            rpc Get(M) returns (M) {
                option (sekisho.v1.access) = { any_of: [{ all_of: ["b", "a", "a"] }, { all_of: "admin" }, { all_of: ["admin", "a"] }] };
            }
        }"#,
    );
    let written = Lock::of(&policy).to_string();
    assert_eq!(written, FILE);
    assert_eq!(Lock::parse(&written).expect("a lock"), Lock::of(&policy));
}

#[test]
fn what_says_the_same_is_the_same_lock() {
    let canonical = Lock::parse(FILE).expect("a lock");
    let mut reversed: Vec<&str> = FILE.lines().skip(1).collect();
    reversed.reverse();
    let cases = [
        ("a byte order mark", format!("\u{feff}{FILE}")),
        ("CRLF", FILE.replace('\n', "\r\n")),
        ("trailing spaces", FILE.replace('\n', " \t\n")),
        ("no last line end", FILE.trim_end().to_owned()),
        ("empty lines", FILE.replace('\n', "\n\n")),
        ("a comment", FILE.replace("test.v1.B/W", "# the others\ntest.v1.B/W")),
        ("another order", format!("# sekisho access.lock, version 1\n{}", reversed.join("\n"))),
        (
            "other spaces",
            FILE.replace(" (", "(").replace(" returns", "  returns\t").replace("(stream ", "( stream\t"),
        ),
        ("a list of one", FILE.replace("[\"a\"] mode", "\"a\" mode")),
        ("a default spelled out", FILE.replace("{ optional: true }", "{ optional: true, mode: ENFORCE }")),
        ("what has no effect", FILE.replace("{ public: true }", "{ public: true stream_end: NEVER }")),
        ("scopes in another order", FILE.replace("\"a\", \"b\"", "\"b\", \"a\"")),
        (
            "an alternative too much",
            FILE.replace("{ all_of: [\"admin\"] }", "{ all_of: \"admin\" }, { all_of: [\"x\", \"admin\"] }"),
        ),
    ];
    for (name, text) in cases {
        assert_ne!(text, FILE, "{name}");
        assert_eq!(Lock::parse(&text).as_ref(), Ok(&canonical), "{name}");
        assert_eq!(canonical.to_string(), Lock::parse(&text).expect(name).to_string(), "{name}");
    }
}

#[test]
fn what_is_no_lock_is_refused_at_its_line() {
    let after_header = |lines: &str| format!("# sekisho access.lock, version 1\n{lines}");
    let line = "t.S/M (t.A) returns (t.B) { public: true }";
    let cases = [
        ("nothing", String::new(), "line 1: the lock is empty; write it"),
        ("blanks", "\u{feff}\n \r\n".to_owned(), "line 1: the lock is empty; write it"),
        ("no header", line.to_owned(), "line 1: this is no lock"),
        ("another comment", format!("# access\n{line}"), "line 1: this is no lock"),
        ("no version", "# sekisho access.lock, version ".to_owned(), "line 1: this is no lock"),
        (
            "a later version",
            format!("# sekisho access.lock, version 2. By\nx\n{line}"),
            "line 1: the lock has version 2",
        ),
        ("a later part of a version", "# sekisho access.lock, version 1.1".to_owned(), "version 1.1"),
        ("old line ends", format!("# sekisho access.lock, version 1\r{line}\r"), "line 1: this is no lock"),
        (
            "a method behind it",
            format!("# sekisho access.lock, version 1. {line}"),
            "line 1: this is no lock",
        ),
        ("ten versions later", "# sekisho access.lock, version 10".to_owned(), "version 10"),
        ("no rule", after_header("t.S/M (t.A) returns (t.B)"), "line 2: the rule of t.S/M cannot be read"),
        (
            "half a rule",
            after_header("t.S/M (t.A) returns (t.B) { public: tr"),
            "line 2: the rule of t.S/M cannot",
        ),
        ("a later field", after_header("t.S/M (t.A) returns (t.B) { public: true acr: \"x\" }"), "`acr`"),
        (
            "two rules",
            after_header(&format!("{line} {{ public: true }}")),
            "line 2: the rule of t.S/M cannot be read",
        ),
        ("no response", after_header("t.S/M (t.A) { public: true }"), "is no line of a lock"),
        (
            "two requests",
            after_header("t.S/M (t.A t.C) returns (t.B) { public: true }"),
            "is no line of a lock",
        ),
        (
            "no method",
            after_header("t.S (t.A) returns (t.B) { public: true }"),
            "\"t.S\" is no name of a method",
        ),
        (
            "a dotted method",
            after_header("t.S/M.N (t.A) returns (t.B) { public: true }"),
            "is no name of a method",
        ),
        ("a path", after_header("/t.S/M (t.A) returns (t.B) { public: true }"), "is no name of a method"),
        ("a hostile name", after_header("t.S/M\u{1b}[2J (t.A) returns (t.B) { public: true }"), r"\u{1b}"),
        (
            "a message",
            after_header("t.S/M (t-A) returns (t.B) { public: true }"),
            "\"t-A\" is no name of a message",
        ),
        ("twice", after_header(&format!("{line}\n\n{line}")), "line 4: t.S/M is in line 2 too"),
        (
            "twice, otherwise",
            after_header(&format!("{line}\nt.S/M (t.A) returns (t.B) {{ optional: true }}")),
            "line 3: t.S/M is in line 2 too",
        ),
    ];
    for (name, text, expected) in cases {
        let error = Lock::parse(&text).expect_err(name).to_string();
        assert!(error.contains(expected), "{name}: {error}");
        assert_eq!(error.lines().count(), 1, "{name}: {error}");
    }
    assert!(Lock::parse(&after_header(line)).is_ok());
}

#[test]
fn a_merge_conflict_is_told_as_one_and_not_as_methods_that_are_there_twice() {
    let line = |rule: &str| own("t.v1.S/M", rule);
    let text = format!(
        "<<<<<<< HEAD\n# sekisho access.lock, version 1\n{}\n||||||| base\n{}\n=======\n{}\nx\n>>>>>>> theirs\n",
        line("{ public: true }"),
        line("{ optional: true }"),
        line("{ authenticated: true }")
    );
    let error = Lock::parse(&text).expect_err("a conflict");
    let lines: Vec<(usize, bool)> =
        error.faults().iter().map(|fault| (fault.line, fault.kind == LockFault::Conflict)).collect();
    assert_eq!(lines, [(1, true), (4, true), (6, true), (8, false), (9, true)]);
    assert!(Lock::is_one(text.as_bytes()));
}

#[test]
fn all_faults_are_told_by_line() {
    let line = own("t.v1.S/M", "{ public: true }");
    let text = format!("# sekisho access.lock, version 1\n{line}\nx\n{line}\ny\n");
    let error = Lock::parse(&text).expect_err("faults");
    assert_eq!(error.faults().iter().map(|fault| fault.line).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!(format!("{error:?}"), error.to_string());
}

#[test]
fn no_error_repeats_more_than_a_little_of_the_file() {
    let long = "x".repeat(1 << 20);
    let text = format!(
        "# sekisho access.lock, version 1\n{long}\nt.S/{long}- (t.A) returns (t.B) {{ public: true }}\n"
    );
    assert!(Lock::parse(&text).expect_err("faults").to_string().len() < 1000);
    let text = format!("# sekisho access.lock, version {}", "1".repeat(1 << 20));
    assert!(Lock::parse(&text).expect_err("faults").to_string().len() < 1000);
}

#[test]
fn a_text_has_a_largest_size() {
    let fits = format!("{FILE}#{}", " ".repeat(Lock::MAX_SIZE - FILE.len() - 1));
    assert!(Lock::parse(&fits).is_ok());
    let error = Lock::parse(&(fits + " ")).expect_err("too large");
    assert_eq!(error.faults()[0].kind, LockFault::TooLarge);
}

#[test]
fn a_lock_is_told_from_what_is_none() {
    let header = "# sekisho access.lock, version 9";
    for before in
        ["", "\u{feff}", "\n\r\n", " \t", "<<<<<<< HEAD\r\n", "<<<<<<< HEAD\n||||||| 1\n=======\n\n"]
    {
        let text = format!("{before}{header}");
        assert!(Lock::is_one(text.as_bytes()), "{text:?}");
        assert!(Lock::is_one(&[text.as_bytes(), b"\n\xff"].concat()), "{text:?}");
    }
    // Notes, a workflow, a folder's rules for git: each may speak of a lock.
    for before in
        ["x\n", "# Notes\n", "#\n", "syntax = \"proto3\"; // ", "<<<<<<<HEAD\n", "<<<<<<< HEAD\nx\n"]
    {
        let text = format!("{before}{header}");
        assert!(!Lock::is_one(text.as_bytes()), "{text:?}");
    }
    for text in ["", "x", "# access.lock", "# sekisho access.lock is written by CI", "<<<<<<< HEAD\n"] {
        assert!(!Lock::is_one(text.as_bytes()), "{text:?}");
    }
}

#[test]
fn a_method_is_found_by_its_name() {
    let lock = Lock::parse(FILE).expect("a lock");
    let entry = lock.entry("test.v1.B/Upload").expect("the method");
    assert_eq!((entry.service(), entry.method()), ("test.v1.B", "Upload"));
    assert_eq!((entry.request(), entry.response()), ("test.v1.M", "test.v1.M"));
    assert_eq!((entry.client_streaming(), entry.server_streaming()), (true, false));
    assert_eq!(lock.entry("test.v1.B/Upl"), None);
}

/// A reviewer's line says it for good, whatever version wrote it.
#[test]
fn a_fingerprint_is_the_beginning_of_the_sha256_of_the_line() {
    let lock = lock(&[&own("t.v1.S/M", "{ public: true }")]);
    // printf '%s' 't.v1.S/M (t.v1.Request) returns (t.v1.Response) { public: true }' | sha256sum
    assert_eq!(lock.entries()[0].fingerprint().to_string(), "c523b7eb3e89c06b86bc9c4b2e0d79a2");
}

#[test]
fn of_many_faults_the_first_are_told_and_all_are_counted() {
    let entry = "t.S/M (t.A) returns (t.B) { public: true }\n";
    for (line, first, count) in [("x\n", 2, 5_000), ("=======\n", 2, 5_000), (entry, 3, 4_999)] {
        let error = Lock::parse(&format!("# sekisho access.lock, version 1\n{}", line.repeat(5_000)))
            .expect_err("faults");
        assert_eq!((error.faults().len(), error.more_faults()), (100, count - 100), "{line}");
        assert_eq!(error.faults()[0].line, first);
        let last = format!("{} more faults", count - 100);
        assert_eq!(error.to_string().lines().last(), Some(&*last));
    }
    // By line, whatever is found first.
    let mixed = format!("{entry}{entry}x\n");
    let error = Lock::parse(&format!("# sekisho access.lock, version 1\n{mixed}")).expect_err("faults");
    assert_eq!(error.faults().iter().map(|fault| fault.line).collect::<Vec<_>>(), [3, 4]);
}
