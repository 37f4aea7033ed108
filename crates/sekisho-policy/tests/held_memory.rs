//! What stays in memory once a policy was read and is gone: nothing. A server reads its sets when it starts, and would hold
//! for good whatever prost-reflect keeps for the process (`DescriptorPool::global`).
//!
//! A test program of its own with one test, since nothing else may have filled that pool before, or fill it meanwhile.
#![allow(clippy::expect_used, reason = "these are tests")]

use sekisho_policy::{ACCESS_DESCRIPTOR_SET, AccessRule, Policy};

use prost::Message as _;
use prost_types::{
    DescriptorProto, FileDescriptorProto, FileDescriptorSet, FileOptions, MethodDescriptorProto,
    ServiceDescriptorProto,
};

/// A service of a package of its own, in a file with an option, without a rule.
fn file() -> FileDescriptorProto {
    let method = MethodDescriptorProto {
        name: Some("Get".to_owned()),
        input_type: Some(".held.v1.M".to_owned()),
        output_type: Some(".held.v1.M".to_owned()),
        ..MethodDescriptorProto::default()
    };
    let service = ServiceDescriptorProto {
        name: Some("S".to_owned()),
        method: vec![method],
        ..ServiceDescriptorProto::default()
    };
    FileDescriptorProto {
        name: Some("held.proto".to_owned()),
        package: Some("held.v1".to_owned()),
        message_type: vec![DescriptorProto { name: Some("M".to_owned()), ..DescriptorProto::default() }],
        service: vec![service],
        options: Some(FileOptions { java_package: Some("held".to_owned()), ..FileOptions::default() }),
        syntax: Some("proto3".to_owned()),
        ..FileDescriptorProto::default()
    }
}

/// Bytes that are held after a policy of the set was read and dropped.
fn held(files: Vec<FileDescriptorProto>) -> i64 {
    let encoded = FileDescriptorSet { file: files }.encode_to_vec();
    let read = || {
        let rule = AccessRule::Public;
        let policy = Policy::builder().descriptor_set(&encoded).rule("held.v1.S/Get", rule).build();
        assert_eq!(policy.expect("a policy").methods().count(), 1);
    };
    allocation_counter::measure(read).bytes_current
}

#[test]
fn nothing_is_held_of_a_set_that_was_read() {
    let options = FileDescriptorSet::decode(ACCESS_DESCRIPTOR_SET).expect("a set").file;
    // As protoc writes a set without its imports, and with them.
    assert_eq!(held(vec![file()]), 0);
    assert_eq!(held([options, vec![file()]].concat()), 0);
}
