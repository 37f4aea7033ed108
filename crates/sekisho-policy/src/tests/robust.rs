//! Sets as anybody may hand them in: a clear answer, and never a panic.

use proptest::prelude::*;
use prost::Message as _;
use prost_reflect::{DynamicMessage, ReflectMessage as _};
use prost_types::{
    DescriptorProto, FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto, ServiceDescriptorProto,
};

use super::*;

const BODY: &str = r#"service S {
  option (sekisho.v1.default_access) = { authenticated: true };
  rpc Get(M) returns (M) { option (sekisho.v1.access) = { any_of: [{ all_of: ["a", "b"] }, { all_of: "c" }] }; }
  rpc Watch(stream M) returns (stream M) { option (sekisho.v1.access) = { optional: true stream_end: NEVER }; }
  rpc Inherits(M) returns (M);
}
service Bare { rpc Get(M) returns (M); }"#;

/// What is read of a set, which must not panic, and what is told of it, which must not be nothing.
fn read(set: &[u8]) -> Survey {
    let survey = Policy::builder().descriptor_set(set).survey();
    let all = survey.methods().len() + survey.undeclared().len() + survey.faults().len();
    assert!(all > 0, "nothing is told of it");
    let policy = Policy::from_descriptor_set(set);
    assert_eq!(policy.is_ok(), survey.undeclared().is_empty() && survey.faults().is_empty());
    survey
}

/// As of the builder's faults, one to a line.
fn told(survey: &Survey) -> Vec<String> {
    survey.faults().iter().map(ToString::to_string).collect()
}

#[test]
fn a_set_that_is_cut_anywhere_is_told_to_be_incomplete_or_says_less() {
    let mut compiler = compile(&test_proto(BODY), ACCESS_PROTO);
    compiler.include_source_info(false);
    let set = compiler.encode_file_descriptor_set();
    let whole = read(&set);
    assert_eq!((whole.methods().len(), whole.undeclared().len(), whole.faults()), (3, 1, &[][..]));
    for end in 0..set.len() {
        let survey = read(&set[..end]);
        let [fault] = &told(&survey)[..] else { panic!("{end}: {survey:?}") };
        let is_told = fault.starts_with("the descriptor set: no complete descriptor set: ")
            // Cut between two files: what is left is a set.
            || fault.starts_with("the descriptor set: there is no method in it");
        assert!(is_told && survey.methods().is_empty() && survey.undeclared().is_empty(), "{end}: {fault}");
    }
}

#[test]
fn an_empty_set_says_that_it_is() {
    assert_eq!(
        told(&read(&[])),
        [
            "the descriptor set: there is no method in it; it has to include the files that declare the services"
        ]
    );
}

#[test]
fn without_positions_all_is_read_but_those() {
    let mut compiler = compile(&test_proto(BODY), ACCESS_PROTO);
    let with = read(&compiler.encode_file_descriptor_set());
    compiler.include_source_info(false);
    let without = read(&compiler.encode_file_descriptor_set());
    let rules = |survey: &Survey| -> Vec<_> {
        let rule = |method: &Arc<Method>| (method.path().to_owned(), method.declared_rule().clone());
        survey.methods().iter().map(rule).collect()
    };
    assert_eq!(rules(&with), rules(&without));
    assert!(with.methods().iter().all(|method| method.position().is_some()));
    assert!(without.methods().iter().all(|method| method.position().is_none()));
    assert_eq!((with.undeclared().len(), without.undeclared().len()), (1, 1));
}

/// Somebody left the option's file out, and its import, but not what its options say.
#[test]
fn bytes_of_an_option_whose_file_is_not_there_are_a_fault_of_each_method() {
    let compiler = compile(&test_proto(BODY), ACCESS_PROTO);
    let mut bare = DynamicMessage::decode(
        FileDescriptorProto::default().descriptor(),
        file(&compiler, "test.proto").as_slice(),
    )
    .expect("a file");
    bare.clear_field_by_name("dependency");
    let survey = read(&assemble([bare.encode_to_vec()]));
    let told = told(&survey);
    let is_told = |fault: &&String| {
        fault.contains("a field that this version does not know, or knows otherwise (57205)")
    };
    assert_eq!(told.iter().filter(is_told).count(), 3, "{told:?}");
    assert_eq!(told.len(), 3);
    assert!(told[1].starts_with("test.proto:7:28: test.v1.S.Get: "), "{told:?}");
    // What has no option is listed all the same, but not what may have a default.
    assert_eq!(
        survey.undeclared().iter().map(MethodSignature::path).collect::<Vec<_>>(),
        ["/test.v1.Bare/Get"]
    );
    assert!(survey.methods().is_empty());

    // The import is there, and not its file.
    let survey = read(&assemble([file(&compiler, "test.proto")]));
    let [fault] = &self::told(&survey)[..] else { panic!("{survey:?}") };
    assert!(
        fault.contains("'sekisho/v1/access.proto' has not been added; it has to include its imports"),
        "{fault}"
    );
}

/// Of an option of others: protoc writes none that is so deep, and no reader goes on without end.
#[test]
fn an_option_that_nests_without_end_is_told() {
    use prost::encoding::bytes::encode as append;
    let source = r#"syntax = "proto3"; package deep.v1; import "google/protobuf/descriptor.proto";
        message T { T t = 1; }
        extend google.protobuf.MethodOptions { T t = 50001; }
        service S { rpc Get(T) returns (T) { option idempotency_level = IDEMPOTENT; } }"#;
    let with_depth = |depth: usize| {
        let mut set = FileDescriptorSet::decode(&*compile(source, ACCESS_PROTO).encode_file_descriptor_set())
            .expect("a set");
        let mut file = set.file.pop().expect("a file");
        let mut service = file.service.pop().expect("a service");
        let mut method = service.method.pop().expect("a method").encode_to_vec();
        let (mut value, mut options) = (Vec::new(), Vec::new());
        for _ in 1..depth {
            let inner = std::mem::take(&mut value);
            append(1, &inner, &mut value);
        }
        append(50001, &value, &mut options);
        append(4, &options, &mut method);
        let mut service = service.encode_to_vec();
        append(2, &method, &mut service);
        let mut file = file.encode_to_vec();
        append(6, &service, &mut file);
        let mut set = set.encode_to_vec();
        append(1, &file, &mut set);
        read(&set)
    };
    let whole = with_depth(50);
    assert_eq!((whole.undeclared().len(), told(&whole)), (1, Vec::new()));
    for depth in [120, 1_000] {
        let faults = told(&with_depth(depth));
        assert!(faults.len() == 1 && faults[0].contains("recursion limit"), "{faults:?}");
    }
}

/// A set as a stranger's tool would write it, without a line of ours.
fn large(services: usize, methods: usize) -> Vec<u8> {
    let method = |at: usize| MethodDescriptorProto {
        name: Some(format!("Method{at}")),
        input_type: Some(".large.v1.M".to_owned()),
        output_type: Some(".large.v1.M".to_owned()),
        ..MethodDescriptorProto::default()
    };
    let service = |at: usize| ServiceDescriptorProto {
        name: Some(format!("Service{at}")),
        method: (0..methods).map(method).collect(),
        ..ServiceDescriptorProto::default()
    };
    let file = FileDescriptorProto {
        name: Some("large.proto".to_owned()),
        package: Some("large.v1".to_owned()),
        message_type: vec![DescriptorProto { name: Some("M".to_owned()), ..DescriptorProto::default() }],
        service: (0..services).map(service).collect(),
        syntax: Some("proto3".to_owned()),
        ..FileDescriptorProto::default()
    };
    FileDescriptorSet { file: vec![file] }.encode_to_vec()
}

#[test]
fn four_thousand_methods_are_read_whatever_they_are_divided_into() {
    for (services, methods) in [(1, 4_000), (4_000, 1), (40, 100)] {
        let set = large(services, methods);
        let survey = Policy::builder().descriptor_set(&set).descriptor_set(&set).survey();
        assert_eq!((survey.undeclared().len(), survey.methods().len(), survey.faults()), (4_000, 0, &[][..]));
        assert_eq!(Policy::from_descriptor_set(&set).expect_err("faults").faults().len(), 4_000);
        let ruled = (0..services).flat_map(|service| (0..methods).map(move |method| (service, method)));
        let builder = ruled.fold(Policy::builder().descriptor_set(&set), |builder, (service, method)| {
            builder.rule(format!("large.v1.Service{service}/Method{method}"), AccessRule::Authenticated)
        });
        assert_eq!(builder.build().expect("a policy").methods().len(), 4_000);
    }
}

proptest! {
    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }

    /// What is still much of a set.
    #[test]
    fn no_set_with_other_bytes_in_it_is_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        static SET: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let mut set = SET.get_or_init(|| descriptor_set(BODY)).clone();
        // The file with the services is the last one.
        let length = set.len();
        for (at, byte) in changes {
            set[length - 1 - at.index(length.min(1_500))] = byte;
        }
        read(&set);
    }
}
