//! What nests without end is a fault: a compiler that followed it would use up its stack, which ends the process.

use super::*;

/// An option of others, whose value nests as its message does, on the sixth line.
fn with_option(option: &str) -> String {
    format!(
        "syntax = \"proto3\";\nimport \"google/protobuf/descriptor.proto\";\nmessage T {{ T t = 1; repeated T ts = 2; bool b = 3; }}\nextend google.protobuf.MethodOptions {{ T t = 50001; }}\nservice S {{ rpc Get(T) returns (T) {{\noption (t){option};\n}} }}\n"
    )
}

fn nested(open: &str, close: &str, count: usize) -> String {
    with_option(&format!(" = {}{{}}{}", open.repeat(count), close.repeat(count)))
}

#[test]
fn what_people_write_is_read() {
    for source in [
        with_option(" = { b: true }"),
        nested("{ t: ", "}", 40),
        nested("{ ts: [", "]}", 20),
        with_option(&format!("{}.b = true", ".t".repeat(40))),
        with_option(".b = true").replace("(T) returns (T)", "(T) returns (stream T)"),
        // What is no bracket or full stop of the language does not count.
        format!("// {}\n/* {} */\n{}", "{".repeat(99), ".a".repeat(99), with_option(".b = true")),
        format!("{}\noption java_package = \"{}\";", with_option(".b = true"), "<{[.".repeat(99)),
    ] {
        for compiled in compile(&source) {
            let compiled = compiled.expect(&source);
            assert_eq!(methods(&compiled).1, ["/S/Get"], "{source}");
        }
    }
}

#[test]
fn what_nests_without_end_is_refused_at_its_place() {
    const BRACKETS: &str = "more than 64 brackets within each other";
    const PARTS: &str = "a name of more than 64 parts";
    let hidden = format!("# /*\n{}# */", nested("{ t: ", "}", 100_000));
    for (source, place, expected) in [
        (nested("{ t: ", "}", 100_000), "6:324", BRACKETS),
        (nested("{ ts: [", "]}", 100_000), "6:231", BRACKETS),
        (nested("{ t <", ">}", 100_000), "6:169", BRACKETS),
        (format!("{}{}", "message M {".repeat(100_000), "}".repeat(100_000)), "1:715", BRACKETS),
        (with_option(&format!("{}.b = true", ".t".repeat(100_000))), "6:137", PARTS),
        (with_option(&format!("{}.b = true", " . (\nt)".repeat(100_000))), "69:4", PARTS),
        // What only seems to be in a comment.
        (hidden, "7:324", BRACKETS),
    ] {
        for result in compile(&source) {
            let told = result.expect_err(expected);
            assert_eq!(told, [format!("t.proto:{place}: {expected}")]);
        }
    }
}

/// The first file of a chain, which imports the second one, and so on.
fn chain(length: usize) -> (TempDir, PathBuf) {
    let folder = folder(&[]);
    for at in 1..length {
        let source = format!("syntax = \"proto3\";\nimport \"f{}.proto\";\nmessage M{at} {{}}", at + 1);
        write(folder.path(), &format!("f{at}.proto"), &source);
    }
    write(folder.path(), &format!("f{length}.proto"), "syntax = \"proto3\";");
    let first = folder.path().join("f1.proto");
    (folder, first)
}

/// By files: of a folder the compiler is given what is imported before what imports it.
#[test]
fn a_chain_of_imports_has_an_end() {
    let (folder, first) = chain(101);
    let compiled = Compiled::from_files(&[first], &[folder.path()]).expect("compiles");
    assert_eq!(compiled.files_read().count(), 101);
    for length in [102, 5_000] {
        let (folder, first) = chain(length);
        let told = faults(Compiled::from_files(&[first], &[folder.path()]), folder.path());
        assert_eq!(
            told,
            ["f102.proto: more than 100 files import one another, one after the other, up to this one"]
        );
    }
}

/// It is the length of the chain that counts, and not how many files there are.
#[test]
fn many_imports_are_no_chain() {
    let imports: Vec<String> = (1..=1_000).map(|at| format!("import \"f{at}.proto\";\n")).collect();
    let (folder, first) = chain(1);
    for at in 2..=1_000 {
        write(folder.path(), &format!("f{at}.proto"), "syntax = \"proto3\";\nimport \"f1.proto\";");
    }
    let all = write(folder.path(), "all.proto", &format!("syntax = \"proto3\";\n{}", imports.concat()));
    let compiled = Compiled::from_files(&[all, first], &[folder.path()]).expect("compiles");
    assert_eq!(compiled.files_read().count(), 1_001);
}

/// A comment makes each large. A file that is imported twice counts once.
#[test]
fn all_files_together_have_a_size() {
    let file = |name: &str, bytes: usize| {
        format!("syntax = \"proto3\";\nimport \"one.proto\";\n// {}\nmessage {name} {{}}", "x".repeat(bytes))
    };
    let folder = folder(&[
        ("one.proto", "syntax = \"proto3\";"),
        ("a.proto", &file("A", 20 << 20)),
        ("b.proto", &file("B", 20 << 20)),
        ("c.proto", &file("C", 20 << 20)),
        ("d.proto", &file("D", 5 << 20)),
    ]);
    let compiled = |names: &[&str]| {
        let paths: Vec<PathBuf> = names.iter().map(|name| folder.path().join(name)).collect();
        Compiled::from_files(&paths, &[folder.path()])
    };
    compiled(&["a.proto", "b.proto", "c.proto", "a.proto"]).expect("compiles");
    let told = faults(compiled(&["a.proto", "b.proto", "c.proto", "d.proto"]), folder.path());
    assert_eq!(told, ["d.proto: with it, the protos have more than 64 MiB"]);
}

/// What has no end is read to a bound.
#[cfg(target_os = "linux")]
#[test]
fn what_is_no_file_of_its_own_is_read_to_a_bound() {
    let folder = folder(&[]);
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.proto")).unwrap();
    let zero = folder.path().join("zero.proto");
    let told = faults(Compiled::from_files(&[&zero], &[folder.path()]), folder.path());
    assert_eq!(told, ["zero.proto: it is larger than 64 MiB"]);
}
