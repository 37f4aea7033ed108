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

/// As many ways as two to the power of the levels lead from the first file to the last, and a way of all files is long. Either
/// would take as long as nobody waits.
#[test]
fn many_ways_and_long_ways_to_one_file_are_followed_once() {
    let name = |level: usize, side: &str| format!("l{level}_{side}");
    let ladder = |levels: usize| -> Vec<(String, Vec<String>)> {
        let files = (0..levels).flat_map(|level| ["a", "b"].map(|side| (level, side)));
        let imports = |level| ["a", "b"].map(|side| name(level + 1, side)).to_vec();
        let ends = ["a", "b"].map(|side| (name(levels, side), Vec::new()));
        files.map(|(level, side)| (name(level, side), imports(level))).chain(ends).collect()
    };
    let read = |files: &[(String, Vec<String>)]| {
        let imports: Vec<Vec<&str>> =
            files.iter().map(|(_, imports)| imports.iter().map(String::as_str).collect()).collect();
        let files: Vec<Imports<'_>> = files
            .iter()
            .zip(&imports)
            .map(|((name, _), imports)| (name.as_str(), imports.as_slice()))
            .collect();
        with(&files)
    };
    let mut files = ladder(60);
    files.push(("test2".to_owned(), vec![name(0, "a"), name(0, "b")]));
    read(&files).expect("a policy");
    // Back to the first.
    files[120].1.push(name(0, "a"));
    assert!(faults(read(&files)).contains("its imports lead back to itself"));

    let all: Vec<(String, Vec<String>)> = (0..60)
        .map(|file| (name(file, "a"), (file + 1..60).map(|other| name(other, "a")).collect()))
        .collect();
    read(&all).expect("a policy");

    // Each sees all that come after it.
    let too_many = faults(read(&ladder(300)));
    assert!(
        too_many.starts_with(
            "the descriptor set: no complete descriptor set: more than 100000 imports are public"
        ),
        "{too_many}"
    );

    let chain = |to: usize| -> FileDescriptorSet {
        let file = |at: usize| FileDescriptorProto {
            name: Some(format!("f{at}")),
            dependency: vec![format!("f{}", (at + 1) % to)],
            ..Default::default()
        };
        FileDescriptorSet { file: (0..20_000).map(file).collect() }
    };
    let read = |set: &FileDescriptorSet| faults(Policy::from_descriptor_set(&set.encode_to_vec()));
    assert!(read(&chain(20_000)).contains("its imports lead back to itself"));
    let missing = read(&chain(usize::MAX));
    assert!(missing.contains("imported file 'f20000' has not been added"), "{missing}");
}

/// Once a file of the set has a public import, all are changed before they are read.
#[test]
fn a_public_import_of_no_import_is_a_fault() {
    let file = |name: &str, imports: &[&str], public: &[i32]| FileDescriptorProto {
        name: Some(name.to_owned()),
        dependency: imports.iter().map(ToString::to_string).collect(),
        public_dependency: public.to_vec(),
        syntax: Some("proto3".to_owned()),
        ..Default::default()
    };
    let end = || file("end", &[], &[]);
    let read = |files: Vec<FileDescriptorProto>| {
        let mut set = descriptor_set(
            "service S { rpc Get(M) returns (M) { option (sekisho.v1.access) = { public: true }; } }",
        );
        FileDescriptorSet { file: files }.encode(&mut set).expect("room");
        Policy::from_descriptor_set(&set)
    };
    let valid = || file("valid", &["end"], &[0]);
    read(vec![end(), valid()]).expect("a policy");
    for index in [1, -1, i32::MAX, i32::MIN] {
        let wrong = || file("wrong", &["end"], &[0, index]);
        let alone = || file("wrong", &["end"], &[index]);
        for files in [
            vec![end(), wrong()],
            vec![end(), alone()],
            vec![end(), valid(), wrong()],
            vec![end(), alone(), valid()],
            vec![end(), valid(), file("wrong", &[], &[index])],
        ] {
            let told = faults(read(files));
            assert!(
                told.contains("no complete descriptor set: ") && told.contains("invalid import index"),
                "{told}"
            );
        }
    }
}
