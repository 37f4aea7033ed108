//! Descriptor sets whose `access.proto` is not ours: what we do not know for certain, we refuse.

use prost::Message as _;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

use super::*;

const GET: &str = "service S {\n  rpc Get(M) returns (M) {\n    option (sekisho.v1.access) = RULE;\n  }\n}\n";

/// The faults of a rule that was written against this `access.proto`.
fn faults_against(access_proto: &str, rule: &str) -> String {
    assert_ne!(access_proto, ACCESS_PROTO, "nothing was replaced");
    let compiler = compile(&test_proto(&GET.replace("RULE", rule)), access_proto);
    faults(Policy::from_descriptor_set(&compiler.encode_file_descriptor_set()))
}

fn unknown_field(field: &str) -> String {
    format!(
        "test.proto:7:5: test.v1.S.Get: the access rule has a field that this version does not know, \
         or knows otherwise ({field}); use a version of sekisho that knows it, and its sekisho/v1/access.proto"
    )
}

/// A later version, which says more of a rule and of a set.
fn later_version() -> String {
    ACCESS_PROTO
        .replace(
            "  repeated ScopeSet any_of = 4;",
            "  repeated ScopeSet any_of = 4;\n  string acr_values = 8;",
        )
        .replace("  // At least one scope.", "  bool max_age = 2;")
}

#[test]
fn a_field_of_a_later_version_is_refused_by_its_name() {
    let later = later_version();
    let cases = [
        ("{ all_of: \"a\" acr_values: \"mfa\" }", "acr_values"),
        ("{ acr_values: \"mfa\" }", "acr_values"),
        ("{ any_of: [{ all_of: \"a\" }, { all_of: \"b\" max_age: true }] }", "any_of.max_age"),
    ];
    for (rule, field) in cases {
        assert_eq!(faults_against(&later, rule), unknown_field(field), "{rule}");
    }
    // A rule that does without is read as ever.
    let compiler = compile(&test_proto(&GET.replace("RULE", "{ all_of: \"a\" }")), &later);
    Policy::from_descriptor_set(&compiler.encode_file_descriptor_set()).expect("a policy");
}

#[test]
fn bytes_of_a_later_version_are_refused_by_their_number() {
    for (rule, field) in [
        ("{ all_of: \"a\" acr_values: \"mfa\" }", "8"),
        ("{ any_of: { all_of: \"b\" max_age: true } }", "any_of.2"),
    ] {
        let test_proto = test_proto(&GET.replace("RULE", rule));
        let ours = compile(&super::test_proto("message N {}"), ACCESS_PROTO);
        let later = compile(&test_proto, &later_version());
        let set = assemble([
            file(&ours, "google/protobuf/descriptor.proto"),
            file(&ours, "sekisho/v1/access.proto"),
            file(&later, "test.proto"),
        ]);
        assert_eq!(faults(Policy::from_descriptor_set(&set)), unknown_field(field), "{rule}");
    }
}

#[test]
fn an_extension_of_the_rule_is_refused() {
    let extended = access_proto_in_proto2()
        .replace("  optional bool public", "  extensions 100 to 200;\n  optional bool public")
        + "\nextend AccessRule { optional string more = 100; }\n";
    assert_eq!(
        faults_against(&extended, "{ all_of: \"a\" [sekisho.v1.more]: \"x\" }"),
        unknown_field("(sekisho.v1.more)")
    );
    // What proto2 tells apart from nothing was meant, too.
    for kind in ["public", "authenticated", "optional"] {
        let text = faults_against(&extended, &format!("{{ {kind}: false all_of: \"a\" }}"));
        assert!(
            text.contains("has ") && text.contains(&format!("{kind}: false")) && text.contains("all_of"),
            "{text}"
        );
        let text = faults_against(&extended, &format!("{{ {kind}: false }}"));
        assert!(text.contains("does not say who may call"), "{text}");
    }
}

#[test]
fn fields_that_were_exchanged_are_not_misunderstood() {
    let kinds = [("public", 1), ("authenticated", 2), ("optional", 5)];
    for ((one, its_number), (other, number)) in
        [(kinds[0], kinds[1]), (kinds[0], kinds[2]), (kinds[1], kinds[2])]
    {
        let exchanged = ACCESS_PROTO
            .replace(&format!("bool {one} = {its_number}"), &format!("bool {one} = {number}"))
            .replace(&format!("bool {other} = {number}"), &format!("bool {other} = {its_number}"));
        for kind in [one, other] {
            assert_eq!(faults_against(&exchanged, &format!("{{ {kind}: true }}")), unknown_field(kind));
        }
    }
    for (kind, number) in kinds {
        let ours = format!("bool {kind} = {number}");
        let retyped = ACCESS_PROTO.replace(&ours, &format!("string {kind} = {number}"));
        assert_eq!(faults_against(&retyped, &format!("{{ {kind}: \"no\" }}")), unknown_field(kind));
        let listed = ACCESS_PROTO.replace(&ours, &format!("repeated bool {kind} = {number}"));
        assert_eq!(faults_against(&listed, &format!("{{ {kind}: true }}")), unknown_field(kind));
    }
}

#[test]
fn an_option_under_another_number_or_type_is_refused_at_its_declaration() {
    let expected = "declared differently from sekisho/v1/access.proto (expected field 57205 of \
                    google.protobuf.MethodOptions, of type sekisho.v1.AccessRule); use that file as it is";
    let cases = [
        (ACCESS_PROTO.replace("AccessRule access = 57205", "AccessRule access = 50001"), "{ public: true }"),
        (ACCESS_PROTO.replace("AccessRule access = 57205", "ScopeSet access = 57205"), "{ all_of: \"a\" }"),
        (ACCESS_PROTO.replace("AccessRule access", "repeated AccessRule access"), "{ public: true }"),
    ];
    let declared = |line: &str| line.contains("AccessRule access = 57205;");
    let line = 1 + ACCESS_PROTO.lines().position(declared).expect("the declaration");
    for (access_proto, rule) in cases {
        let text = faults_against(&access_proto, rule);
        assert_eq!(text, format!("sekisho/v1/access.proto:{line}:3: sekisho.v1.access: {expected}"));
    }
    let both = ACCESS_PROTO.replace("= 57205", "= 50001");
    assert_eq!(faults_against(&both, "{ public: true }").lines().count(), 2);
}

#[test]
fn another_option_under_our_number_is_refused() {
    let body = r"extend google.protobuf.MethodOptions { bool open = 57205; }
service S { rpc Get(M) returns (M); }";
    let source = test_proto(body).replace("sekisho/v1/access.proto", "google/protobuf/descriptor.proto");
    let set = compile(&source, ACCESS_PROTO).encode_file_descriptor_set();
    assert_eq!(
        faults(Policy::from_descriptor_set(&set)),
        "test.proto:5:40: test.v1.open: it has the number 57205, which is that of sekisho.v1.access; \
         give it another"
    );
}

/// A set that was put together by hand: the option is set, and nothing declares it.
#[test]
fn the_option_in_a_set_that_does_not_declare_it_is_not_passed_over() {
    use prost::Message as _;
    use prost::encoding::bytes::encode as append;
    use prost_types::{DescriptorProto, FileDescriptorProto, MethodDescriptorProto, ServiceDescriptorProto};

    let set = |number: u32| {
        let (mut options, mut set) = (Vec::new(), Vec::new());
        // `public: true`
        append(number, &vec![8, 1], &mut options);
        let m = || Some(".a.M".to_owned());
        let method = MethodDescriptorProto {
            name: Some("Get".to_owned()),
            input_type: m(),
            output_type: m(),
            ..Default::default()
        };
        let mut method = method.encode_to_vec();
        append(4, &options, &mut method);
        let mut service =
            ServiceDescriptorProto { name: Some("A".to_owned()), ..Default::default() }.encode_to_vec();
        append(2, &method, &mut service);
        let file = FileDescriptorProto {
            name: Some("a.proto".to_owned()),
            package: Some("a".to_owned()),
            syntax: Some("proto3".to_owned()),
            message_type: vec![DescriptorProto { name: Some("M".to_owned()), ..Default::default() }],
            ..Default::default()
        };
        let mut file = file.encode_to_vec();
        append(6, &service, &mut file);
        append(1, &file, &mut set);
        set
    };
    let build = |number| {
        Policy::builder().descriptor_set(&set(number)).rule("a.A/Get", AccessRule::Authenticated).build()
    };
    assert!(build(57206).is_ok(), "another option is nobody's business");
    let error = build(57205).expect_err("the option is there").to_string();
    assert!(error.contains("a.A.Get") && error.contains("57205"), "{error}");
}

/// A service without a rule, in a file that imports nothing.
const PLAIN: &str =
    "syntax = \"proto3\"; package plain.v1; message M {} service S { rpc Get(M) returns (M); }";

/// The set of a file that imports nothing, and others.
fn set_with(others: impl IntoIterator<Item = FileDescriptorProto>) -> Vec<u8> {
    let plain = FileDescriptorSet::decode(&*compile(PLAIN, ACCESS_PROTO).encode_file_descriptor_set())
        .expect("a set")
        .file;
    FileDescriptorSet { file: others.into_iter().chain(plain).collect() }.encode_to_vec()
}

fn files_of_ours() -> Vec<FileDescriptorProto> {
    FileDescriptorSet::decode(ACCESS_DESCRIPTOR_SET).expect("a set").file
}

#[test]
fn a_set_whose_names_are_those_of_the_options_is_read_as_it_is() {
    let renamed =
        |file: FileDescriptorProto| FileDescriptorProto { name: Some("vendored.proto".to_owned()), ..file };
    let vendored =
        files_of_ours().into_iter().filter(|file| file.package() == "google.protobuf").map(renamed);
    let policy = Policy::builder()
        .descriptor_set(&set_with(vendored))
        .rule("plain.v1.S/Get", AccessRule::Public)
        .build();
    assert_eq!(policy.expect("a policy").methods().count(), 1);
}

#[test]
fn a_set_that_lacks_the_import_of_its_options_is_not_completed_by_ours() {
    let ours = files_of_ours();
    let without = ours.iter().filter(|file| file.package() != "google.protobuf").cloned();
    for (files, expected) in [(set_with(without), false), (set_with(ours.clone()), true)] {
        let policy =
            Policy::builder().descriptor_set(&files).rule("plain.v1.S/Get", AccessRule::Public).build();
        let told = policy.map(drop).map_err(|error| error.to_string());
        assert_eq!(told.is_ok(), expected, "{told:?}");
        assert!(expected || told.is_err_and(|told| told.contains("google/protobuf/descriptor.proto")));
    }
}
