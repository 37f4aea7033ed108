//! Public imports, which count through any number of files.

use prost::Message as _;
use prost_types::FileDescriptorSet;

use super::*;

/// Levels of two files each, which both import both files of the next level publicly. There are as many ways through them
/// as two to the power of the levels.
fn ladder(levels: usize) -> TempDir {
    let ladder = folder(&[]);
    let name = |level: usize, side: usize| format!("l{level}_{side}.proto");
    for (level, side) in (0..levels).flat_map(|level| [(level, 0), (level, 1)]) {
        let imports = [0, 1].map(|side| format!("import public \"{}\";\n", name(level + 1, side)));
        let source = format!("syntax = \"proto3\";\n{}message M{level}x{side} {{}}", imports.concat());
        write(ladder.path(), &name(level, side), &source);
    }
    for side in [0, 1] {
        write(ladder.path(), &name(levels, side), &format!("syntax = \"proto3\";\nmessage Last{side} {{}}"));
    }
    let user = "syntax = \"proto3\";\nimport \"sekisho/v1/access.proto\"; import \"l0_0.proto\"; import \"l0_1.proto\";\n\
                service S { rpc Get(Last0) returns (Last1) { option (sekisho.v1.access) = { public: true }; } }";
    write(ladder.path(), "user.proto", user);
    ladder
}

#[test]
fn many_ways_to_one_file_take_no_time_for_each() {
    for levels in [1, 3, 40] {
        let ladder = ladder(levels);
        let at = |name: &str| ladder.path().join(name);
        for compiled in [
            Compiled::from_folder(ladder.path()).expect("compiles"),
            Compiled::from_files(&[at("user.proto")], &[ladder.path()]).expect("compiles"),
        ] {
            assert_eq!(methods(&compiled), (vec!["/S/Get".to_owned()], vec![]));
            // The set says what the sources say.
            let set = FileDescriptorSet::decode(compiled.descriptor_set()).expect("a set");
            let find = |name: &str| set.file.iter().find(|file| file.name() == name).expect(name);
            let first = find("l0_0.proto");
            assert_eq!(first.dependency, ["l1_0.proto", "l1_1.proto"]);
            assert_eq!(first.public_dependency, [0, 1]);
            assert_eq!(find("user.proto").dependency.len(), 3);
        }
        // What does not compile is told all the same.
        fs::write(
            at("user.proto"),
            "syntax = \"proto3\";\nimport \"l0_0.proto\";\nmessage M { Gone gone = 1; }",
        )
        .unwrap();
        let told = faults(Compiled::from_folder(ladder.path()), ladder.path());
        assert!(told[0].contains("'Gone'"), "{told:?}");
    }
}
