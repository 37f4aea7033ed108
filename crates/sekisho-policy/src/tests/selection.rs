//! Which services of a set the policy knows.

use super::*;

/// A service that has its rules, and one of somebody else that has none.
const OURS_AND_FOREIGN: &str = r#"service Ours { rpc Get(M) returns (M) { option (sekisho.v1.access) = { all_of: "a" }; } }
service Foreign { rpc Cancel(M) returns (M); }"#;

#[test]
fn services_that_are_not_named_need_no_rule_and_are_not_known() {
    let set = descriptor_set(OURS_AND_FOREIGN);
    let policy = Policy::builder().descriptor_set_services(&set, ["test.v1.Ours"]).build().expect("a policy");
    assert_eq!(policy.services().collect::<Vec<_>>(), ["test.v1.Ours"]);
    assert!(policy.method("/test.v1.Ours/Get").is_some());
    assert!(policy.method("/test.v1.Foreign/Cancel").is_none());
    assert_eq!(policy.check_registered(["test.v1.Ours"]), Ok(()));
    let error = policy.check_registered(["test.v1.Ours", "test.v1.Foreign"]).expect_err("not declared");
    assert_eq!(error.not_declared(), ["test.v1.Foreign"]);

    // Named, it needs one; and nothing is left out where nothing is named.
    let both = ["test.v1.Ours", "test.v1.Foreign"];
    for builder in [
        Policy::builder().descriptor_set_services(&set, both),
        Policy::builder().descriptor_set(&set),
        // What one set leaves out another may name.
        Policy::builder().descriptor_set_services(&set, [both[0]]).descriptor_set_services(&set, [both[1]]),
    ] {
        let text = faults(builder.build());
        assert!(text.starts_with("test.proto:6:19: test.v1.Foreign.Cancel: no access rule; "), "{text}");
    }
}

#[test]
fn a_service_that_is_named_and_not_there_is_a_fault() {
    let set = descriptor_set(OURS_AND_FOREIGN);
    for name in ["test.v1.Gone", "Ours", "test.v1.Ours/Get", "test.v1.M", ""] {
        let builder = Policy::builder().descriptor_set_services(&set, ["test.v1.Ours", name]);
        let expected =
            format!("{name}: the descriptor set has no service of this name; write package.Service");
        assert_eq!(faults(builder.build()), expected);
    }
    let none = Policy::builder().descriptor_set_services(&set, Vec::<String>::new());
    assert!(faults(none.build()).contains("there is no method in it"));
}

#[test]
fn a_rule_for_a_service_that_is_left_out_is_a_fault() {
    let builder = || {
        let names = ["test.v1.Ours"];
        Policy::builder().descriptor_set_services(&descriptor_set(OURS_AND_FOREIGN), names)
    };
    let text = faults(builder().rule("test.v1.Foreign/Cancel", AccessRule::Public).build());
    assert!(
        text.starts_with("test.v1.Foreign/Cancel: it has an explicit access rule, and no service of"),
        "{text}"
    );
    builder().build().expect("a policy, without the rule");
}

/// A set as buf writes one: each file says whether it is there only because another imports it.
fn image(is_import: bool) -> Vec<u8> {
    let ours = compile(&test_proto(OURS_AND_FOREIGN.lines().next().expect("ours")), ACCESS_PROTO);
    let other = test_proto(OURS_AND_FOREIGN.lines().nth(1).expect("foreign")).replace("test.v1", "other.v1");
    let other = compile(&other, ACCESS_PROTO);
    let mut renamed = file(&other, "test.proto");
    prost::encoding::string::encode(1, &"other.proto".to_owned(), &mut renamed);
    // `buf.alpha.image.v1.ImageFileExtension { bool is_import = 1; bool is_syntax_unspecified = 3; }`
    let extension = [8, u8::from(is_import), 24, 0];
    prost::encoding::bytes::encode(8042, &extension.to_vec(), &mut renamed);
    assemble([
        file(&ours, "google/protobuf/descriptor.proto"),
        file(&ours, "sekisho/v1/access.proto"),
        renamed,
        file(&ours, "test.proto"),
    ])
}

#[test]
fn services_of_files_that_buf_marks_as_imported_are_left_out() {
    let policy = Policy::from_descriptor_set(&image(true)).expect("a policy");
    assert_eq!(policy.services().collect::<Vec<_>>(), ["test.v1.Ours"]);
    let text = faults(Policy::from_descriptor_set(&image(false)));
    assert!(text.contains("other.v1.Foreign.Cancel: no access rule; "), "{text}");
    // A name is more than a mark.
    let named = Policy::builder().descriptor_set_services(&image(true), ["other.v1.Foreign"]);
    assert!(faults(named.build()).contains("other.v1.Foreign.Cancel: no access rule; "));
}
