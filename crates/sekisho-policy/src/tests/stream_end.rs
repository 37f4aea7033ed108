//! `stream_end` of a rule: what it says beside each kind, and the copies of its declaration that are not ours.

use prost::Message as _;
use prost_types::FileDescriptorSet;

use super::*;

const KINDS: [&str; 5] = [
    "public: true",
    "authenticated: true",
    "optional: true",
    "all_of: \"a\"",
    "any_of: [{ all_of: \"a\" }, { all_of: \"b\" }]",
];

/// A method with this rule, on the line 7 at column 5.
fn body(rule: &str) -> String {
    format!(
        "service S {{\n  rpc Get(stream M) returns (M) {{\n    option (sekisho.v1.access) = {{ {rule} }};\n  }}\n}}\n"
    )
}

fn read(set: &[u8]) -> Result<StreamEnd, String> {
    let policy = Policy::from_descriptor_set(set).map_err(|error| error.to_string())?;
    Ok(policy.method("/test.v1.S/Get").expect("Get").stream_end())
}

/// What a rule says that was written against this `access.proto`.
fn read_against(access_proto: &str, rule: &str) -> Result<StreamEnd, String> {
    read(&compile(&test_proto(&body(rule)), access_proto).encode_file_descriptor_set())
}

fn unknown(field: &str) -> Result<StreamEnd, String> {
    Err(format!(
        "test.proto:7:5: test.v1.S.Get: the access rule has a field that this version does not know, \
         or knows otherwise ({field}); use a version of sekisho that knows it, and its sekisho/v1/access.proto"
    ))
}

fn replaced(pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(ACCESS_PROTO.to_owned(), |text, (ours, theirs)| {
        assert!(text.contains(ours), "{ours} is not in {text}");
        text.replace(ours, theirs)
    })
}

#[test]
fn it_is_read_beside_each_kind_in_either_order() {
    for kind in KINDS {
        let expected = policy(&body(kind));
        for (written, end) in [
            ("", StreamEnd::AtExpiry),
            ("stream_end: STREAM_END_UNSPECIFIED", StreamEnd::AtExpiry),
            ("stream_end: AT_EXPIRY", StreamEnd::AtExpiry),
            ("stream_end: NEVER", StreamEnd::Never),
        ] {
            for rule in [format!("{kind} {written}"), format!("{written} {kind}")] {
                let policy = policy(&body(&rule));
                let [method, without] =
                    [&policy, &expected].map(|policy| policy.method("/test.v1.S/Get").expect("Get"));
                assert_eq!((method.stream_end(), method.rule()), (end, without.rule()), "{rule}");
            }
        }
    }
}

#[test]
fn it_may_stand_at_every_method_and_streams_are_told_apart() {
    let methods =
        [("", "", false), ("stream ", "", true), ("", "stream ", true), ("stream ", "stream ", true)];
    for (request, response, is_streaming) in methods {
        let rule = "option (sekisho.v1.access) = { authenticated: true stream_end: NEVER };";
        let policy =
            policy(&format!("service S {{ rpc Get({request}M) returns ({response}M) {{ {rule} }} }}"));
        let method = policy.method("/test.v1.S/Get").expect("Get");
        assert_eq!((method.stream_end(), method.is_streaming()), (StreamEnd::Never, is_streaming));
    }
}

#[test]
fn a_methods_own_rule_replaces_the_default_as_a_whole() {
    let policy = policy(
        r#"service Defaulted {
  option (sekisho.v1.default_access) = { all_of: "a" stream_end: NEVER };
  rpc Inherits(stream M) returns (M);
  rpc Overrides(stream M) returns (M) { option (sekisho.v1.access) = { all_of: "a" }; }
}
service Overridden {
  option (sekisho.v1.default_access) = { all_of: "a" };
  rpc Inherits(stream M) returns (M);
  rpc Overrides(stream M) returns (M) { option (sekisho.v1.access) = { all_of: "a" stream_end: NEVER }; }
}"#,
    );
    for (path, expected) in [
        ("/test.v1.Defaulted/Inherits", StreamEnd::Never),
        ("/test.v1.Defaulted/Overrides", StreamEnd::AtExpiry),
        ("/test.v1.Overridden/Inherits", StreamEnd::AtExpiry),
        ("/test.v1.Overridden/Overrides", StreamEnd::Never),
    ] {
        assert_eq!(policy.method(path).expect(path).stream_end(), expected, "{path}");
    }
}

/// Nor does a method take who may call from the default where its own rule says when streams end alone.
#[test]
fn a_default_does_not_complete_a_methods_own_rule() {
    let text = faults_of(
        r"service S {
  option (sekisho.v1.default_access) = { public: true };
  rpc Get(stream M) returns (M) { option (sekisho.v1.access) = { stream_end: NEVER }; }
}",
    );
    assert!(text.starts_with("test.proto:7:35: test.v1.S.Get: the access rule does not say who"), "{text}");
}

#[test]
fn values_that_were_exchanged_or_renamed_are_not_misunderstood() {
    let at_zero =
        [("STREAM_END_UNSPECIFIED = 0", "NEVER = 0"), ("  NEVER = 2;", "  STREAM_END_UNSPECIFIED = 2;")];
    let alias = |number: &str| {
        replaced(&[
            ("  AT_EXPIRY = 1;", &format!("  option allow_alias = true;\n  AT_EXPIRY = {number};")),
            ("NEVER = 2", &format!("NEVER = {number}")),
        ])
    };
    let cases = [
        (replaced(&[("AT_EXPIRY = 1", "AT_EXPIRY = 2"), ("NEVER = 2", "NEVER = 1")]), "NEVER", "1"),
        (replaced(&[("AT_EXPIRY = 1", "AT_EXPIRY = 2"), ("NEVER = 2", "NEVER = 1")]), "AT_EXPIRY", "2"),
        (replaced(&[("  NEVER = 2", "  LATER = 2")]), "LATER", "2"),
        (replaced(&[("  NEVER = 2;", "  NEVER = 3;")]), "NEVER", "3"),
        (replaced(&[("  NEVER = 2;", "  NEVER = 2;\n  AT_RENEWAL = 3;")]), "AT_RENEWAL", "3"),
        (replaced(&[("  NEVER = 2;", "  NEVER = 2;\n  BEFORE = -1;")]), "BEFORE", "-1"),
        (alias("1"), "NEVER", "1"),
        (alias("1"), "AT_EXPIRY", "1"),
        (alias("2"), "NEVER", "2"),
        (alias("2"), "AT_EXPIRY", "2"),
        // Not written to the set at all, since it is the value of what is not set.
        (replaced(&at_zero), "NEVER", "0"),
    ];
    for (access_proto, value, number) in cases {
        let told = read_against(&access_proto, &format!("all_of: \"a\" stream_end: {value}"));
        assert_eq!(told, unknown(&format!("stream_end: {number}")), "{value} = {number}");
    }
}

#[test]
fn another_type_of_the_field_is_not_misunderstood() {
    let other =
        replaced(&[("StreamEnd stream_end", "StreamStop stream_end"), ("enum StreamEnd", "enum StreamStop")]);
    let nested = ACCESS_PROTO
        .split_once("// When a stream ends that was allowed to begin.\n//\n// buf")
        .expect("the enum");
    let nested = nested.0.replace(
        "  StreamEnd stream_end = 7;",
        "  StreamEnd stream_end = 7;\n  enum StreamEnd { STREAM_END_UNSPECIFIED = 0; AT_EXPIRY = 1; NEVER = 2; }",
    );
    let list = replaced(&[("  StreamEnd stream_end", "  repeated StreamEnd stream_end")]);
    let number = replaced(&[("  StreamEnd stream_end", "  int32 stream_end")]);
    for (access_proto, value, field) in [
        (&other, "NEVER", "stream_end: 2"),
        (&nested, "NEVER", "stream_end: 2"),
        (&list, "NEVER", "stream_end"),
        (&number, "2", "stream_end"),
    ] {
        let told = read_against(access_proto, &format!("all_of: \"a\" stream_end: {value}"));
        assert_eq!(told, unknown(field), "{access_proto}");
    }
    // By its number and its name, as every field.
    let renumbered = replaced(&[("stream_end = 7", "stream_end = 8")]);
    assert_eq!(read_against(&renumbered, "all_of: \"a\" stream_end: NEVER"), unknown("stream_end"));
    let renamed = replaced(&[("stream_end = 7", "end = 7")]);
    assert_eq!(read_against(&renamed, "all_of: \"a\" end: NEVER"), unknown("end"));
}

/// What proto2 can say of a field that is not set.
#[test]
fn a_default_that_is_not_ours_is_refused() {
    let proto2 = access_proto_in_proto2();
    assert_eq!(read_against(&proto2, "all_of: \"a\""), Ok(StreamEnd::AtExpiry));
    assert_eq!(read_against(&proto2, "all_of: \"a\" stream_end: NEVER"), Ok(StreamEnd::Never));
    assert_eq!(
        read_against(&proto2, "all_of: \"a\" stream_end: STREAM_END_UNSPECIFIED"),
        Ok(StreamEnd::AtExpiry)
    );
    let defaulted = proto2.replace("stream_end = 7;", "stream_end = 7 [default = NEVER];");
    assert_eq!(read_against(&defaulted, "all_of: \"a\""), unknown("stream_end: 2"));
}

/// The set of a rule `all_of: "a"`, to whose bytes these are added: in place of a scope that is as long.
fn with_bytes(access_proto: &str, added: &[u8]) -> Vec<u8> {
    let (filler, mut scope, mut found) = ("a".repeat(1 + added.len()), Vec::new(), Vec::new());
    prost::encoding::string::encode(3, &"a".to_owned(), &mut scope);
    prost::encoding::string::encode(3, &filler, &mut found);
    let compiler = compile(&test_proto(&body(&format!("all_of: {filler:?}"))), access_proto);
    let test = file(&compiler, "test.proto");
    let at = test.windows(found.len()).position(|window| window == found).expect("the rule");
    let changed = [&test[..at], &scope, added, &test[at + found.len()..]].concat();
    let [descriptor, access] =
        ["google/protobuf/descriptor.proto", "sekisho/v1/access.proto"].map(|name| file(&compiler, name));
    assemble([descriptor, access, changed])
}

#[test]
fn a_number_of_no_value_is_refused() {
    assert_eq!(read(&with_bytes(ACCESS_PROTO, b"\x38\x02")), Ok(StreamEnd::Never));
    assert_eq!(read(&with_bytes(ACCESS_PROTO, b"\x38\x01")), Ok(StreamEnd::AtExpiry));
    assert_eq!(read(&with_bytes(ACCESS_PROTO, b"\x38\x00")), Ok(StreamEnd::AtExpiry));
    // The last of several counts.
    assert_eq!(read(&with_bytes(ACCESS_PROTO, b"\x38\x02\x38\x01")), Ok(StreamEnd::AtExpiry));
    assert_eq!(read(&with_bytes(ACCESS_PROTO, b"\x38\x03")), unknown("stream_end: 3"));
    assert_eq!(
        read(&with_bytes(ACCESS_PROTO, b"\x38\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")),
        unknown("stream_end: -1")
    );
}

/// As this version reads `stream_end` with a copy of `access.proto` from before it; and fields that are yet to come.
#[test]
fn fields_that_a_copy_does_not_declare_are_refused_by_their_number() {
    let stripped = FileDescriptorSet::decode(ACCESS_DESCRIPTOR_SET).expect("a set");
    let rule =
        &stripped.file.iter().find(|file| file.package() == "sekisho.v1").expect("ours").message_type[0];
    let numbers: Vec<i32> = rule.field.iter().map(prost_types::FieldDescriptorProto::number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    for (field, bytes) in [("8", b"\x40\x01"), ("9", b"\x48\x02")] {
        assert_eq!(read(&with_bytes(ACCESS_PROTO, bytes)), unknown(field));
    }
    let before = replaced(&[("  StreamEnd stream_end = 7;\n", "")]);
    assert_eq!(read(&with_bytes(&before, b"\x38\x02")), unknown("7"));
    assert_eq!(read(&with_bytes(&before, b"\x38\x01")), unknown("7"));
    assert_eq!(read(&with_bytes(&before, b"")), Ok(StreamEnd::AtExpiry));
}
