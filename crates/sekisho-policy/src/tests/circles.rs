//! Sets whose files import each other in a circle, which no compiler writes.

use prost::Message as _;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

use super::*;

/// The name of a file, and those of the files that it imports.
type Imports<'a> = (&'a str, &'a [&'a str]);

/// Files that import others publicly, beside our own files and `test.proto`.
fn with(files: &[Imports<'_>]) -> Result<Policy, PolicyError> {
    let import = |(name, imports): &Imports<'_>| FileDescriptorProto {
        name: Some((*name).to_owned()),
        dependency: imports.iter().map(ToString::to_string).collect(),
        public_dependency: (0..).take(imports.len()).collect(),
        syntax: Some("proto3".to_owned()),
        ..Default::default()
    };
    let mut set = descriptor_set(
        "service S { rpc Get(M) returns (M) { option (sekisho.v1.access) = { public: true }; } }",
    );
    // One set after the other is one set.
    FileDescriptorSet { file: files.iter().map(import).collect() }.encode(&mut set).expect("room");
    Policy::from_descriptor_set(&set)
}

#[test]
fn a_circle_of_imports_is_a_fault() {
    let cases: [(&[Imports<'_>], &str); 4] = [
        (&[("a", &["a"])], "a"),
        (&[("a", &["b"]), ("b", &["a"])], "a"),
        (&[("a", &["end", "b"]), ("b", &["c"]), ("c", &["end", "b"]), ("end", &[])], "b"),
        (&[("a", &["b"]), ("b", &["test.proto", "b"])], "b"),
    ];
    for (files, subject) in cases {
        let expected = format!(
            "{subject}: its imports lead back to itself; make the descriptor set with a compiler, which refuses that"
        );
        assert_eq!(faults(with(files)), expected);
    }
    // Two ways to one file are no circle.
    with(&[("end", &[]), ("b", &["end"]), ("c", &["end"]), ("a", &["b", "c", "end"])]).expect("a policy");
}
