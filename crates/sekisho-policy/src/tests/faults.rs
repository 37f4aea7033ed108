//! Every fault with its place and its text, as whoever mends it reads it.

use prost::Message as _;

use super::*;

const RULE_SAYS_NOTHING: &str = "the access rule does not say who may call; write one of `public: true`, `authenticated: true`, `optional: true`, `all_of`, `any_of`";
const NO_SCOPES: &str = "a set of scopes is empty; a method that needs none says `authenticated: true`, `optional: true` or `public: true`";
const NO_RULE: &str = "no access rule; write `option (sekisho.v1.access) = { all_of: \"SCOPE\" };`, \
                       or `{ public: true }` if anyone may call it";
const PRINTABLE: &str =
    "write printable ASCII without space, double quote and backslash (RFC 6749, section 3.3)";

/// A service whose one method has this rule, on the line 7 at column 5.
fn with_rule(rule: &str) -> String {
    format!("service S {{\n  rpc Get(M) returns (M) {{\n    option (sekisho.v1.access) = {rule};\n  }}\n}}\n")
}

#[test]
fn a_rule_that_is_none_is_a_fault_at_the_option() {
    let not_a_scope = |scope: &str, why: &str| format!("{scope} is no scope: {why}; {PRINTABLE}");
    let cases = [
        ("{}", RULE_SAYS_NOTHING.to_owned()),
        ("{ public: false }", RULE_SAYS_NOTHING.to_owned()),
        ("{ authenticated: false }", RULE_SAYS_NOTHING.to_owned()),
        ("{ optional: false }", RULE_SAYS_NOTHING.to_owned()),
        ("{ all_of: [] }", RULE_SAYS_NOTHING.to_owned()),
        // Neither a mode nor a stream's end says anything of who may call.
        ("{ mode: REPORT_ONLY }", RULE_SAYS_NOTHING.to_owned()),
        ("{ mode: ENFORCE }", RULE_SAYS_NOTHING.to_owned()),
        ("{ mode: MODE_UNSPECIFIED }", RULE_SAYS_NOTHING.to_owned()),
        ("{ mode: REPORT_ONLY stream_end: NEVER }", RULE_SAYS_NOTHING.to_owned()),
        ("{ optional: false mode: REPORT_ONLY }", RULE_SAYS_NOTHING.to_owned()),
        ("{ stream_end: NEVER }", RULE_SAYS_NOTHING.to_owned()),
        ("{ stream_end: AT_EXPIRY }", RULE_SAYS_NOTHING.to_owned()),
        ("{ stream_end: STREAM_END_UNSPECIFIED }", RULE_SAYS_NOTHING.to_owned()),
        ("{ public: false stream_end: NEVER }", RULE_SAYS_NOTHING.to_owned()),
        (
            "{ public: true authenticated: true }",
            "the access rule has public and authenticated; write exactly one of them".to_owned(),
        ),
        (
            "{ public: true all_of: \"a\" any_of: { all_of: \"b\" } }",
            "the access rule has public and all_of and any_of; write exactly one of them".to_owned(),
        ),
        (
            "{ public: true authenticated: true stream_end: NEVER }",
            "the access rule has public and authenticated; write exactly one of them".to_owned(),
        ),
        (
            "{ optional: true authenticated: true }",
            "the access rule has authenticated and optional; write exactly one of them".to_owned(),
        ),
        (
            "{ public: true optional: true mode: REPORT_ONLY }",
            "the access rule has public and optional; write exactly one of them".to_owned(),
        ),
        (
            "{ optional: true all_of: \"a\" }",
            "the access rule has all_of and optional; write exactly one of them".to_owned(),
        ),
        (
            "{ any_of: { all_of: \"a\" } optional: true }",
            "the access rule has any_of and optional; write exactly one of them".to_owned(),
        ),
        ("{ any_of: [{}] }", NO_SCOPES.to_owned()),
        ("{ any_of: [{ all_of: \"a\" }, { all_of: [] }] }", NO_SCOPES.to_owned()),
        ("{ all_of: \"\" }", not_a_scope("\"\"", "a scope is empty")),
        (
            "{ all_of: [\"a\", \"b\\\"c\"] }",
            not_a_scope("\"b\\\"c\"", "a double quote may not stand in a scope"),
        ),
        (
            "{ any_of: { all_of: \"a\\\\b\" } }",
            not_a_scope("\"a\\\\b\"", "a backslash may not stand in a scope"),
        ),
        (
            "{ all_of: \"a\\tb\" }",
            not_a_scope("\"a\\tb\"", "the control character U+0009 may not stand in a scope"),
        ),
        ("{ all_of: \"é\" }", not_a_scope("\"é\"", "the character 'é' (U+00E9) may not stand in a scope")),
        (
            "{ all_of: \"a b\" }",
            "\"a b\" is no scope: a space may not stand in a scope; \
             write each scope as a string of its own: [\"SCOPE\", \"SCOPE\"]"
                .to_owned(),
        ),
    ];
    for (rule, expected) in cases {
        assert_eq!(
            faults_of(&with_rule(rule)),
            format!("test.proto:7:5: test.v1.S.Get: {expected}"),
            "{rule}"
        );
    }
    // The twin without a fault, so that not everything is one.
    policy(&with_rule("{ all_of: \"a\" }"));
}

#[test]
fn a_deleted_option_is_a_fault_at_the_method() {
    let option = "    option (sekisho.v1.access) = { all_of: \"a\" };\n";
    let with_option = with_rule("{ all_of: \"a\" }");
    let deleted = with_option.replace(option, "");
    assert_ne!(with_option, deleted);
    assert_eq!(faults_of(&deleted), format!("test.proto:6:3: test.v1.S.Get: {NO_RULE}"));
}

#[test]
fn all_faults_are_told_at_once_in_the_order_of_their_places() {
    let body = r#"service S {
  rpc None(M) returns (M);
  rpc Fine(M) returns (M) { option (sekisho.v1.access) = { public: true }; }
  rpc Two(M) returns (M) {
    option deprecated = true;
    option (sekisho.v1.access) = { public: true all_of: "" };
  }
  rpc Scopes(M) returns (M) { option (sekisho.v1.access).all_of = "ä"; option (sekisho.v1.access).all_of = ""; }
}
service T { rpc None(M) returns (M); }
"#;
    let expected = [
        &format!("test.proto:6:3: test.v1.S.None: {NO_RULE}"),
        "test.proto:10:5: test.v1.S.Two: the access rule has public and all_of; write exactly one of them",
        &format!("test.proto:10:5: test.v1.S.Two: \"\" is no scope: a scope is empty; {PRINTABLE}"),
        &format!(
            "test.proto:12:31: test.v1.S.Scopes: \"ä\" is no scope: the character 'ä' (U+00E4) may not stand in a scope; {PRINTABLE}"
        ),
        &format!("test.proto:12:31: test.v1.S.Scopes: \"\" is no scope: a scope is empty; {PRINTABLE}"),
        &format!("test.proto:14:13: test.v1.T.None: {NO_RULE}"),
    ];
    assert_eq!(faults_of(body), expected.join("\n"));
}

#[test]
fn a_bad_default_is_one_fault_at_the_service() {
    let body = r"service S {
  option (sekisho.v1.default_access) = {};
  rpc Get(M) returns (M);
  rpc Put(M) returns (M);
}";
    assert_eq!(faults_of(body), format!("test.proto:6:3: test.v1.S: {RULE_SAYS_NOTHING}"));
}

#[test]
fn without_source_info_the_faults_are_the_same_without_places() {
    let mut compiler = compile(&test_proto(&with_rule("{}")), ACCESS_PROTO);
    compiler.include_source_info(false);
    let result = Policy::from_descriptor_set(&compiler.encode_file_descriptor_set());
    assert_eq!(faults(result), format!("test.v1.S.Get: {RULE_SAYS_NOTHING}"));
}

#[test]
fn a_set_without_a_method_is_a_fault() {
    let expected = "the descriptor set: there is no method in it; \
                    it has to include the files that declare the services";
    assert_eq!(faults(Policy::from_descriptor_set(&[])), expected);
    assert_eq!(faults_of("message OnlyThis {}"), expected);
    assert_eq!(faults_of("service Empty {}"), expected);
    assert_eq!(
        faults(Policy::builder().build()),
        "the policy: it has no descriptor set; add the one of the services that are to be guarded"
    );
}

#[test]
fn bytes_that_are_no_descriptor_set_are_a_fault() {
    let text = faults(Policy::from_descriptor_set(b"no descriptor set"));
    assert!(text.starts_with("the descriptor set: no complete descriptor set: "), "{text}");
    assert!(!text.contains("imports"), "{text}");

    let mut compiler = compile(&test_proto(&with_rule("{ public: true }")), ACCESS_PROTO);
    compiler.include_imports(false);
    let text = faults(Policy::from_descriptor_set(&compiler.encode_file_descriptor_set()));
    assert!(text.contains("sekisho/v1/access.proto"), "{text}");
    assert!(text.contains("; it has to include its imports, as `protoc --include_imports`"), "{text}");
}

#[test]
fn a_syntax_that_cannot_be_read_is_a_fault_of_its_file() {
    for syntax in ["edition", "proto4", ""] {
        let mut set = compile(&test_proto(""), ACCESS_PROTO).file_descriptor_set();
        set.file.iter_mut().for_each(|file| file.syntax = Some(syntax.to_owned()));
        let expected = |file| {
            format!(
                "{file}: its syntax is `{syntax}`, which this version cannot read; write `proto3`, `proto2` or an edition"
            )
        };
        let files = ["google/protobuf/descriptor.proto", "sekisho/v1/access.proto", "test.proto"];
        assert_eq!(faults(Policy::from_descriptor_set(&set.encode_to_vec())), files.map(expected).join("\n"));
    }
}

/// No compiler writes such a set. The server's router would read the first three as patterns, and panic.
#[test]
fn a_name_that_is_none_is_a_fault_at_its_place() {
    let body =
        "service Serve { rpc Fetch(M) returns (M) { option (sekisho.v1.access) = { public: true }; } }";
    let encoded = descriptor_set(body);
    let with = |found: &[u8; 5], other: &[u8; 5]| {
        let at: Vec<usize> = (0..encoded.len() - 5).filter(|at| encoded[*at..].starts_with(found)).collect();
        let [at] = at[..] else { panic!("a name, once") };
        let mut set = encoded.clone();
        set[at..at + 5].copy_from_slice(other);
        Policy::from_descriptor_set(&set)
    };
    let is_none = "is no name of a service, a method or a message; a name has ASCII letters, digits and `_`";
    for (name, place, subject) in [
        (b"{x}ab", "test.proto:5:17", "test.v1.Serve.{x}ab"),
        (b"{*xy}", "test.proto:5:17", "test.v1.Serve.{*xy}"),
        (b"B/Get", "test.proto:5:17", "test.v1.Serve.B/Get"),
        (b"G.Get", "test.proto:5:17", "test.v1.Serve.G.Get"),
        (b"Get?x", "test.proto:5:17", "test.v1.Serve.Get?x"),
        (b"9Gets", "test.proto:5:17", "test.v1.Serve.9Gets"),
    ] {
        let text = std::str::from_utf8(name).expect("text");
        assert_eq!(faults(with(b"Fetch", name)), format!("{place}: {subject}: {text:?} {is_none}"));
    }
    for name in [b"{x}ab", b"A/:x1"] {
        let name_text = format!("test.v1.{}", std::str::from_utf8(name).expect("text"));
        let expected = format!("test.proto:5:1: {name_text}: {name_text:?} {is_none}");
        assert_eq!(faults(with(b"Serve", name)), expected);
    }
    with(b"Fetch", b"_Get9").expect("a name");
}

/// A lock and a list have a line a method, which names its messages.
#[test]
fn a_message_whose_name_is_none_is_a_fault_of_the_method_that_takes_or_answers_it() {
    for body in [
        "service S { rpc Get(Taken) returns (M) { option (sekisho.v1.access) = { public: true }; } }",
        "service S { rpc Get(M) returns (stream Taken) { option (sekisho.v1.access) = { public: true }; } }",
    ] {
        let encoded = descriptor_set(&format!("message Taken {{}} {body}"));
        let with = |other: &[u8; 5]| {
            let mut set = encoded.clone();
            for at in 0..set.len() - 5 {
                if set[at..].starts_with(b"Taken") {
                    set[at..at + 5].copy_from_slice(other);
                }
            }
            Policy::from_descriptor_set(&set)
        };
        for name in [b"M)\n.x", b"M ret", b"\x1b[2Jm"] {
            let name_text = format!("test.v1.{}", std::str::from_utf8(name).expect("text"));
            let text = faults(with(name));
            assert!(text.contains(&format!("test.v1.S.Get: {name_text:?} is no name")), "{text}");
        }
        with(b"Other").expect("a name");
    }
}
