//! Files of one name below several includes.

use super::*;

const NEW: &str = r#"syntax = "proto2";
package t.v1;
import "sekisho/v1/access.proto";
message M {}
service S { rpc Get(M) returns (M) { option (sekisho.v1.access) = { public: true }; } }
"#;

/// What the old text may be beside plain, so that it is put in other words before it is compiled.
fn old_texts() -> [String; 4] {
    let old = NEW.replace("public: true", "all_of: \"a\"");
    let public: Vec<String> = (0..9).map(|at| format!("import public \"public/p{at}.proto\";\n")).collect();
    [
        old.clone(),
        format!("\u{feff}{old}"),
        format!("{old}message E {{ extensions 4 [verification = UNVERIFIED]; }}"),
        format!("{old}{}", public.concat()),
    ]
}

fn two(old: &str) -> TempDir {
    let folder = folder(&[("proto/t/t.proto", NEW), ("vendor/t/t.proto", old)]);
    for at in 0..9 {
        let next = format!("syntax = \"proto3\"; import public \"public/p{}.proto\";", at + 1);
        write(folder.path(), &format!("proto/public/p{at}.proto"), &next);
    }
    write(folder.path(), "proto/public/p9.proto", "syntax = \"proto3\";");
    folder
}

#[test]
fn a_file_that_another_one_stands_before_is_not_judged_by_that_one() {
    for old in old_texts() {
        let folder = two(&old);
        let at = |name: &str| folder.path().join(name);
        let shadowed = |name: &str, by: &str| {
            format!("{name}: it is shadowed by {by}, which is what `t/t.proto` finds; put the folder first that imports of this file begin at")
                    .replace(by, &at(by).display().to_string())
        };
        let compile = |protos: &[&str], includes: [&str; 2]| {
            Compiled::from_files(&protos.iter().map(|name| at(name)).collect::<Vec<_>>(), &includes.map(at))
        };
        let told = |result| {
            let told: Result<Compiled, ProtoError> = result;
            let error = told.expect_err("shadowed");
            let prefix = format!("{}/", folder.path().display());
            error.faults().iter().map(|f| f.text().replacen(&prefix, "", 1)).collect::<Vec<_>>()
        };
        let new = "proto/t/t.proto";
        let expected = [shadowed(new, "vendor/t/t.proto")];
        assert_eq!(told(compile(&[new], ["vendor", "proto"])), expected);
        // A name twice, in either order.
        assert_eq!(told(compile(&["vendor/t/t.proto", new], ["vendor", "proto"])), expected);
        assert_eq!(told(compile(&[new, "vendor/t/t.proto"], ["vendor", "proto"])), expected);
        // One that is not there.
        assert_eq!(told(compile(&["proto/t/gone.proto"], ["vendor", "proto"])).len(), 1);
        fs::rename(at(new), at("proto/t/moved.proto")).unwrap();
        assert_eq!(told(compile(&[new], ["vendor", "proto"])), expected);
        fs::rename(at("proto/t/moved.proto"), at(new)).unwrap();

        let rules = |compiled: Compiled| survey(&compiled).methods()[0].rule().to_string();
        assert_eq!(rules(compile(&[new], ["proto", "vendor"]).expect("compiles")), "{ public: true }");
        assert_eq!(
            rules(compile(&["vendor/t/t.proto"], ["vendor", "proto"]).expect("compiles")),
            "{ all_of: [\"a\"] }"
        );
    }
}

#[test]
fn a_file_of_a_name_that_is_at_hand_is_not_judged_by_that_one() {
    let folder = folder(&[("google/protobuf/empty.proto", NEW), ("proto/x.proto", NEW)]);
    let file = folder.path().join("google/protobuf/empty.proto");
    // Below no include it has no name at all.
    let told = faults(Compiled::from_files(&[&file], &[folder.path().join("proto")]), folder.path());
    assert_eq!(told.len(), 1);
    let compiled = Compiled::from_files(&[&file], &[folder.path()]).expect("compiles");
    assert_eq!(compiled.services(), ["t.v1.S"]);
}

#[cfg(unix)]
#[test]
fn one_file_by_two_names_is_no_other_one() {
    let folder = two(NEW);
    let at = |name: &str| folder.path().join(name);
    fs::remove_dir_all(at("vendor")).unwrap();
    std::os::unix::fs::symlink(at("proto"), at("vendor")).unwrap();
    write(folder.path(), "proto/t/t.proto", &format!("\u{feff}{NEW}"));
    let compiled =
        Compiled::from_files(&[at("proto/t/t.proto")], &[at("vendor"), at("proto")]).expect("compiles");
    assert_eq!(compiled.services(), ["t.v1.S"]);
}
