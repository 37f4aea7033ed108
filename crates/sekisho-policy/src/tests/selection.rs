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

#[test]
fn a_builder_narrowed_to_services_reads_them_in_whichever_set_they_are() {
    let ours = descriptor_set(OURS_AND_FOREIGN);
    let other = image(true);
    let builder = |names: &[&str]| {
        let builder = Policy::builder().descriptor_set(&ours).descriptor_set(&other);
        names.iter().fold(builder, |builder, name| builder.only_services([*name]))
    };
    let policy = builder(&["test.v1.Ours"]).build().expect("a policy");
    assert_eq!(policy.services().collect::<Vec<_>>(), ["test.v1.Ours"]);
    // In one set alone, and there in a file that is marked as imported.
    let rule = ("other.v1.Foreign/Cancel", AccessRule::Public);
    let policy = builder(&["other.v1.Foreign"]).rule(rule.0, rule.1.clone()).build().expect("a policy");
    assert_eq!(policy.services().collect::<Vec<_>>(), ["other.v1.Foreign"]);
    let both = builder(&["other.v1.Foreign", "test.v1.Ours"]).survey();
    assert_eq!((both.methods().len(), both.undeclared().len(), both.faults()), (1, 1, &[][..]));
    // A rule for what is left out is passed over; one for what is no method of what is read is not.
    builder(&["test.v1.Ours"]).rule(rule.0, rule.1.clone()).build().expect("a policy");
    for name in ["test.v1.Ours/Gone", "nothing"] {
        let text = faults(builder(&["test.v1.Ours"]).rule(name, rule.1.clone()).build());
        assert!(
            text.starts_with(&format!("{name}: it has an explicit access rule, and no service")),
            "{text}"
        );
    }
}

#[test]
fn a_name_that_no_set_has_is_a_fault_with_the_nearest_ones() {
    let set = descriptor_set(&format!("{OURS_AND_FOREIGN} service Empty {{}}"));
    let builder = |name: &str| Policy::builder().descriptor_set(&set).only_services([name]);
    for (name, meant) in [
        ("test.v1.Our", "did you mean test.v1.Ours?"),
        ("Foreign", "did you mean test.v1.Foreign?"),
        ("test.v1.Ours/Get", "did you mean test.v1.Ours?"),
        ("unheard.of.Thing", "write package.Service"),
    ] {
        let expected = format!("{name}: no descriptor set has a service of this name; {meant}");
        assert_eq!(faults(builder(name).build()), expected);
        // The others are read all the same.
        let survey = builder(name).only_services(["test.v1.Ours"]).survey();
        assert_eq!(survey.faults().iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
        assert_eq!(survey.methods().len(), 1);
    }
    assert_eq!(
        faults(builder("test.v1.Empty").build()),
        "the services that are named: there is no method in it; \
         it has to include the files that declare the services"
    );
    let bad = descriptor_set("service S { rpc Get(M) returns (M) { option (sekisho.v1.access) = {}; } }");
    let text = faults(Policy::builder().descriptor_set(&bad).only_services(["test.v1.S"]).build());
    assert!(text.starts_with("test.proto:5:38: test.v1.S.Get: ") && text.lines().count() == 1, "{text}");
    // It may be in a set that cannot be read.
    let survey = builder("test.v1.Our").descriptor_set(b"no set").survey();
    assert_eq!(survey.faults().len(), 1);
}
