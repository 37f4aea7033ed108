//! Public imports, which count through any number of files.

use prost::Message as _;
use prost_types::FileDescriptorSet;

use super::*;

/// `f0.proto` and so on, of which each imports publicly those of the next ones that `is_imported` says; and a service of what
/// only the last one has.
fn crosswise(files: usize, is_imported: impl Fn(usize, usize) -> bool) -> TempDir {
    let folder = folder(&[]);
    for file in 0..files {
        let imports = (file + 1..files).filter(|other| is_imported(file, *other));
        let imports: Vec<String> =
            imports.map(|other| format!("import public \"f{other}.proto\";\n")).collect();
        let source = format!("syntax = \"proto3\";\n{}message M{file} {{}}", imports.concat());
        write(folder.path(), &format!("f{file}.proto"), &source);
    }
    let last = files - 1;
    let user = format!(
        "syntax = \"proto3\";\nimport \"sekisho/v1/access.proto\";\nimport \"f0.proto\";\nimport \"f1.proto\";\n\
         service S {{ rpc Get(M{last}) returns (M{last}) {{ option (sekisho.v1.access) = {{ public: true }}; }} }}"
    );
    write(folder.path(), "user.proto", &user);
    folder
}

fn check(folder: &TempDir, files: usize, imported_by_first: usize) {
    let at = |name: &str| folder.path().join(name);
    for compiled in [
        Compiled::from_folder(folder.path()).expect("compiles"),
        Compiled::from_files(&[at("user.proto")], &[folder.path()]).expect("compiles"),
    ] {
        assert_eq!(methods(&compiled), (vec!["/S/Get".to_owned()], vec![]));
        assert_eq!(compiled.files_read().count(), files + 1);
        // The set says what the sources say.
        let set = FileDescriptorSet::decode(compiled.descriptor_set()).expect("a set");
        let find = |name: &str| set.file.iter().find(|file| file.name() == name).expect(name);
        assert_eq!(find("f0.proto").dependency.len(), imported_by_first);
        assert_eq!(find("f0.proto").public_dependency.len(), imported_by_first);
        assert_eq!(find("user.proto").dependency.len(), 3);
        assert!(find("user.proto").public_dependency.is_empty());
    }
    // What does not compile is told all the same.
    fs::write(at("user.proto"), "syntax = \"proto3\";\nimport \"f0.proto\";\nmessage M { Gone gone = 1; }")
        .unwrap();
    let told = faults(Compiled::from_folder(folder.path()), folder.path());
    assert!(told[0].contains("'Gone'"), "{told:?}");
}

#[test]
fn a_chain_is_followed_to_its_end() {
    for files in [3, 8, 9, 50] {
        check(&crosswise(files, |file, other| other == file + 1), files, 1);
    }
}

/// As many ways lead from the first file to the last as two to the power of the files: nobody waits for each.
#[test]
fn many_ways_to_one_file_take_no_time_for_each() {
    for files in [3, 8, 9, 60] {
        check(&crosswise(files, |_, _| true), files, files - 1);
        // Levels of two files each, of which both import both of the next level.
        check(&crosswise(files, |file, other| other / 2 == file / 2 + 1), files, 2.min(files - 2));
    }
}
