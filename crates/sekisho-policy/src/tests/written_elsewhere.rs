//! Sets of protoc and of buf, which have what prost-reflect cannot read.

use prost::Message as _;

use super::*;

const GET: &str =
    "service S { rpc Get(M) returns (M) { option (sekisho.v1.access) = { any_of: [{ all_of: \"a\" }] }; } }";

/// Every file as one of the edition 2023: `syntax` and `edition` of `FileDescriptorProto`, of which the last counts.
fn of_an_edition(compiler: &Compiler) -> Vec<u8> {
    let edition = |name| {
        let mut file = file(compiler, name);
        prost::encoding::string::encode(12, &"editions".to_owned(), &mut file);
        prost::encoding::int32::encode(14, &1000, &mut file);
        file
    };
    assemble(["google/protobuf/descriptor.proto", "sekisho/v1/access.proto", "test.proto"].map(edition))
}

#[test]
fn the_policy_of_files_of_an_edition_is_read() {
    let policy = Policy::from_descriptor_set(&of_an_edition(&compile(&test_proto(GET), ACCESS_PROTO)));
    let policy = policy.expect("a policy");
    let method = policy.method("/test.v1.S/Get").expect("Get");
    assert_eq!(*method.rule(), AccessRule::all_of(["a"]).expect("a rule"));
    assert_eq!(method.position().map(ToString::to_string).as_deref(), Some("test.proto:5:13"));
}

#[test]
fn faults_of_files_of_an_edition_are_told() {
    for (without, expected) in [
        (GET.replace("option (sekisho.v1.access) = { any_of: [{ all_of: \"a\" }] };", ""), "no access rule"),
        (GET.replace("[{ all_of: \"a\" }]", "[{}]"), "a set of scopes is empty"),
        (
            GET.replace("any_of: [{ all_of: \"a\" }]", "public: false"),
            "the access rule does not say who may call",
        ),
    ] {
        assert_ne!(without, GET);
        let text = faults(Policy::from_descriptor_set(&of_an_edition(&compile(
            &test_proto(&without),
            ACCESS_PROTO,
        ))));
        assert!(text.contains("test.v1.S.Get: ") && text.contains(expected), "{text}");
    }
}

/// `test.proto` uses a message of `last.proto`, which it reaches by `import public` of three files.
fn chain(public: bool) -> Vec<u8> {
    use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};
    let message = |name: &str| DescriptorProto { name: Some(name.to_owned()), ..Default::default() };
    let link = |name: &str, next: Option<&str>| FileDescriptorProto {
        name: Some(name.to_owned()),
        package: Some("chain.v1".to_owned()),
        dependency: next.map(str::to_owned).into_iter().collect(),
        public_dependency: next.filter(|_| public).map(|_| 0).into_iter().collect(),
        syntax: Some("proto3".to_owned()),
        ..Default::default()
    };
    let last = FileDescriptorProto { message_type: vec![message("Last")], ..link("last.proto", None) };
    let field = FieldDescriptorProto {
        name: Some("last".to_owned()),
        number: Some(1),
        label: Some(prost_types::field_descriptor_proto::Label::Optional.into()),
        r#type: Some(prost_types::field_descriptor_proto::Type::Message.into()),
        type_name: Some(".chain.v1.Last".to_owned()),
        ..Default::default()
    };
    let user = DescriptorProto { field: vec![field], ..message("User") };
    let user = FileDescriptorProto { message_type: vec![user], ..link("user.proto", Some("first.proto")) };
    let compiled = compile(&test_proto(GET), ACCESS_PROTO);
    let links =
        [last, link("second.proto", Some("last.proto")), link("first.proto", Some("second.proto")), user];
    let [last, second, first, user] = links.map(|file| file.encode_to_vec());
    let names = ["google/protobuf/descriptor.proto", "sekisho/v1/access.proto", "test.proto"];
    let [descriptor, access, test] = names.map(|name| file(&compiled, name));
    assemble([descriptor, access, test, last, second, first, user])
}

#[test]
fn imports_are_public_through_any_number_of_files() {
    let policy = Policy::from_descriptor_set(&chain(true)).expect("a policy");
    assert!(policy.method("/test.v1.S/Get").is_some());
    let text = faults(Policy::from_descriptor_set(&chain(false)));
    assert!(text.contains("no complete descriptor set: ") && text.contains("Last"), "{text}");
}

/// The option as an edition's delimited encoding would have it: a group, which no compiler makes of our own file.
#[test]
fn an_option_that_is_encoded_otherwise_is_refused() {
    use prost::encoding::{WireType, bytes::encode as append, encode_key};
    use prost_types::{DescriptorProto, FileDescriptorProto, MethodDescriptorProto, ServiceDescriptorProto};

    // `public: true`
    let message = [8, 1];
    let mut delimited = Vec::new();
    encode_key(57205, WireType::StartGroup, &mut delimited);
    delimited.extend(message);
    encode_key(57205, WireType::EndGroup, &mut delimited);
    let mut prefixed = Vec::new();
    append(57205, &message.to_vec(), &mut prefixed);
    let set = |options: &Vec<u8>| {
        let m = || Some(".a.M".to_owned());
        let get = MethodDescriptorProto {
            name: Some("Get".to_owned()),
            input_type: m(),
            output_type: m(),
            ..Default::default()
        };
        let mut method = get.encode_to_vec();
        append(4, options, &mut method);
        let mut service =
            ServiceDescriptorProto { name: Some("A".to_owned()), ..Default::default() }.encode_to_vec();
        append(2, &method, &mut service);
        let file_of_edition = FileDescriptorProto {
            name: Some("a.proto".to_owned()),
            package: Some("a".to_owned()),
            dependency: vec!["sekisho/v1/access.proto".to_owned()],
            syntax: Some("editions".to_owned()),
            message_type: vec![DescriptorProto { name: Some("M".to_owned()), ..Default::default() }],
            ..Default::default()
        };
        let mut edition = file_of_edition.encode_to_vec();
        append(6, &service, &mut edition);
        let ours = compile(&test_proto(GET), ACCESS_PROTO);
        let [descriptor, access] =
            ["google/protobuf/descriptor.proto", "sekisho/v1/access.proto"].map(|name| file(&ours, name));
        assemble([descriptor, access, edition])
    };
    let policy = Policy::from_descriptor_set(&set(&prefixed)).expect("a policy");
    assert_eq!(*policy.method("/a.A/Get").expect("Get").rule(), AccessRule::Public);
    let text = faults(Policy::from_descriptor_set(&set(&delimited)));
    assert!(text.contains("no complete descriptor set") || text.contains("a.A.Get: "), "{text}");
}
