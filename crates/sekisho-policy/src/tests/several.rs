//! Several descriptor sets, and explicit rules.

use prost::Message as _;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

use super::*;

const NO_OPTIONS: &str = "service Health {
  rpc Check(M) returns (M);
  rpc Watch(M) returns (stream M);
}";

fn health() -> PolicyBuilder {
    Policy::builder().descriptor_set(&descriptor_set(NO_OPTIONS))
}

fn get_with(rule: &str) -> Vec<u8> {
    descriptor_set(&format!(
        "service S {{ rpc Get(M) returns (M) {{ option (sekisho.v1.access) = {rule}; }} }}"
    ))
}

#[test]
fn explicit_rules_are_for_methods_without_an_option() {
    let policy = health()
        .rule("test.v1.Health/Check", AccessRule::Public)
        .rule("test.v1.Health/Watch", AccessRule::Authenticated)
        .build()
        .expect("a policy");
    let check = policy.method("/test.v1.Health/Check").expect("Check");
    assert_eq!((check.rule(), check.origin()), (&AccessRule::Public, RuleOrigin::Explicit));
    let watch = policy.method("/test.v1.Health/Watch").expect("Watch");
    assert_eq!((watch.rule(), watch.origin()), (&AccessRule::Authenticated, RuleOrigin::Explicit));
}

#[test]
fn an_explicit_rule_says_what_holds_beside_its_kind() {
    let (enforced, at_expiry) = (Mode::Enforce, StreamEnd::AtExpiry);
    let uncut = AccessRule::Authenticated.with_stream_end(StreamEnd::Never);
    let reported = AccessRule::Authenticated.with_mode(Mode::ReportOnly);
    for (rule, expected) in [
        (AccessRule::Authenticated.into(), (enforced, at_expiry)),
        (uncut.clone().with_stream_end(at_expiry), (enforced, at_expiry)),
        (uncut.clone(), (enforced, StreamEnd::Never)),
        (reported.clone().with_mode(enforced), (enforced, at_expiry)),
        (reported.clone(), (Mode::ReportOnly, at_expiry)),
        (reported.with_stream_end(StreamEnd::Never), (Mode::ReportOnly, StreamEnd::Never)),
        (uncut.with_mode(Mode::ReportOnly), (Mode::ReportOnly, StreamEnd::Never)),
    ] {
        let policy = health()
            .rule("test.v1.Health/Check", AccessRule::Optional)
            .rule("test.v1.Health/Watch", rule)
            .build()
            .expect("a policy");
        let watch = policy.method("/test.v1.Health/Watch").expect("Watch");
        assert_eq!(
            (watch.rule(), (watch.mode(), watch.stream_end())),
            (&AccessRule::Authenticated, expected)
        );
        let check = policy.method("/test.v1.Health/Check").expect("Check");
        assert_eq!(
            (check.rule(), (check.mode(), check.stream_end())),
            (&AccessRule::Optional, (enforced, at_expiry))
        );
    }
}

#[test]
fn a_policy_that_only_reports_has_every_rule_and_enforces_none() {
    let body = r#"service Kinds {
  option (sekisho.v1.default_access) = { all_of: "a" };
  rpc Open(M) returns (M) { option (sekisho.v1.access) = { public: true }; }
  rpc Either(M) returns (M) { option (sekisho.v1.access) = { optional: true mode: ENFORCE }; }
  rpc Inherits(M) returns (M);
  rpc Uncut(stream M) returns (M) { option (sekisho.v1.access) = { authenticated: true stream_end: NEVER }; }
}"#;
    let builder = || {
        Policy::builder()
            .descriptor_set(&descriptor_set(body))
            .descriptor_set(&descriptor_set(NO_OPTIONS))
            .rule("test.v1.Health/Check", AccessRule::all_of(["b"]).expect("a rule"))
            .rule("test.v1.Health/Watch", AccessRule::Authenticated.with_mode(Mode::Enforce))
    };
    let enforcing = builder().build().expect("a policy");
    let reporting = builder().dangerous_report_only().build().expect("a policy");
    assert_eq!((enforcing.methods().len(), reporting.methods().len()), (6, 6));
    for (before, after) in enforcing.methods().zip(reporting.methods()) {
        assert_eq!((before.mode(), after.mode()), (Mode::Enforce, Mode::ReportOnly), "{}", before.path());
        assert_eq!(
            (before.path(), before.rule(), before.stream_end(), before.origin(), before.position()),
            (after.path(), after.rule(), after.stream_end(), after.origin(), after.position()),
        );
        for granted in ["", "a", "b", "a b"] {
            let granted = scopes(granted);
            assert_eq!(
                before.allows(enforcing.known_scopes(&granted)),
                after.allows(reporting.known_scopes(&granted)),
                "{}",
                before.path()
            );
        }
    }
}

#[test]
fn a_policy_that_only_reports_has_no_fault_less() {
    let reported = get_with("{ all_of: \"a\" mode: REPORT_ONLY }");
    let enforced = get_with("{ all_of: \"a\" }");
    let builders = || {
        [
            health().rule("test.v1.Health/Check", AccessRule::Public),
            Policy::builder().descriptor_set(&get_with("{ mode: REPORT_ONLY }")),
            // What differs by its mode differs, though none of the two would count.
            Policy::builder().descriptor_set(&reported).descriptor_set(&enforced),
        ]
    };
    for (enforcing, reporting) in builders().into_iter().zip(builders()) {
        assert_eq!(faults(reporting.dangerous_report_only().build()), faults(enforcing.build()));
    }
}

#[test]
fn every_method_of_a_service_needs_its_explicit_rule() {
    let text = faults(health().rule("test.v1.Health/Check", AccessRule::Public).build());
    assert!(text.starts_with("test.proto:7:3: test.v1.Health.Watch: no access rule; "), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn an_explicit_rule_has_exactly_one_method_and_no_option_beside_it() {
    let both = "it has an access rule in its .proto and an explicit one; keep one of the two";
    let unknown = "it has an explicit access rule, and no service of the policy has such a method; \
                   write package.Service/Method, add the file or the descriptor set of its service, or leave the \
                   rule out";
    let twice = "it has two explicit access rules; keep one of them";
    let public = AccessRule::Public;
    let set = descriptor_set(
        r#"service S { rpc Get(M) returns (M) { option (sekisho.v1.access) = { all_of: "a" }; } }
service Defaulted {
  option (sekisho.v1.default_access) = { all_of: "a" };
  rpc Get(M) returns (M);
}"#,
    );
    let builder = || Policy::builder().descriptor_set(&set);
    let cases = [
        (builder().rule("test.v1.S/Get", public.clone()), format!("test.proto:5:38: test.v1.S.Get: {both}")),
        (
            builder().rule("test.v1.Defaulted/Get", public.clone()),
            format!("test.proto:8:3: test.v1.Defaulted.Get: {both}"),
        ),
        (builder().rule("test.v1.S/Gone", public.clone()), format!("test.v1.S/Gone: {unknown}")),
        (builder().rule("/test.v1.S/Get", public.clone()), format!("/test.v1.S/Get: {unknown}")),
        (builder().rule("test.v1.S.Get", public.clone()), format!("test.v1.S.Get: {unknown}")),
        (builder().rule("test.v1.S/", public.clone()), format!("test.v1.S/: {unknown}")),
        (
            health()
                .rule("test.v1.Health/Check", public.clone())
                .rule("test.v1.Health/Watch", public.clone())
                .rule("test.v1.Health/Watch", public.clone()),
            format!("test.v1.Health/Watch: {twice}"),
        ),
    ];
    for (builder, expected) in cases {
        assert_eq!(faults(builder.build()), expected);
    }
    builder().build().expect("a policy, without the explicit rules");
}

#[test]
fn an_explicit_rule_beside_a_bad_option_hides_nothing() {
    let builder = Policy::builder().descriptor_set(&get_with("{}")).rule("test.v1.S/Get", AccessRule::Public);
    let text = faults(builder.build());
    assert!(text.contains("keep one of the two"), "{text}");
    assert!(text.contains("does not say who may call"), "{text}");
}

#[test]
fn the_same_file_may_be_in_two_sets_and_its_faults_are_told_once() {
    let good = get_with("{ public: true }");
    let twice = Policy::builder().descriptor_set(&good).descriptor_set(&good).build().expect("a policy");
    assert_eq!(twice.methods().len(), 1);
    // What is not said is the default, which the other set may say.
    let said = get_with("{ public: true mode: ENFORCE stream_end: AT_EXPIRY }");
    let twice = Policy::builder().descriptor_set(&good).descriptor_set(&said).build().expect("a policy");
    assert_eq!(twice.methods().len(), 1);

    let bad = get_with("{}");
    let text = faults(Policy::builder().descriptor_set(&bad).descriptor_set(&bad).build());
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn two_sets_that_differ_are_a_fault_at_the_service() {
    let sets = [
        descriptor_set(
            "service S { rpc Get(M) returns (stream M) { option (sekisho.v1.access) = { public: true }; } }",
        ),
        descriptor_set(
            "service S { rpc Get(N) returns (M) { option (sekisho.v1.access) = { public: true }; } } message N {}",
        ),
        descriptor_set(
            "service S { rpc Get(M) returns (N) { option (sekisho.v1.access) = { public: true }; } } message N {}",
        ),
        get_with("{ authenticated: true }"),
        get_with("{ optional: true }"),
        get_with("{ public: true mode: REPORT_ONLY }"),
        get_with("{ public: true stream_end: NEVER }"),
        descriptor_set(
            "service S { option (sekisho.v1.default_access) = { public: true };
             rpc Get(M) returns (M); rpc Put(M) returns (M); }",
        ),
    ];
    for other in sets {
        let builder = Policy::builder().descriptor_set(&get_with("{ public: true }")).descriptor_set(&other);
        assert_eq!(
            faults(builder.build()),
            "test.proto:5:1: test.v1.S: it is in two descriptor sets, \
             and its methods or their rules differ between them; keep one of the two"
        );
    }
}

#[test]
fn a_set_that_cannot_be_read_hides_no_fault_of_another_and_makes_up_none() {
    let text = faults(health().descriptor_set(b"none").rule("elsewhere.S/Get", AccessRule::Public).build());
    assert!(text.contains("no complete descriptor set"), "{text}");
    assert!(text.contains("test.v1.Health.Check: no access rule"), "{text}");
    assert!(!text.contains("elsewhere.S/Get"), "{text}");
}

/// As `cat` does; each brings the file of the option, and what that imports.
#[test]
fn sets_that_are_written_one_after_the_other_are_one_set() {
    let other = compile(&test_proto(NO_OPTIONS).replace("test.v1", "other.v1"), ACCESS_PROTO);
    let other = FileDescriptorSet::decode(&*other.encode_file_descriptor_set()).expect("a set");
    let renamed = |mut file: FileDescriptorProto| {
        file.name = Some(file.name().replace("test.proto", "other.proto"));
        file
    };
    let other = FileDescriptorSet { file: other.file.into_iter().map(renamed).collect() }.encode_to_vec();
    let set = get_with("{ all_of: \"a\" }");
    let both = [&*set, &*set, &*other, &*set].concat();
    let survey = Policy::builder().descriptor_set(&both).survey();
    assert_eq!(survey.faults(), []);
    assert_eq!((survey.methods().len(), survey.undeclared().len()), (1, 2));
    assert_eq!(survey.methods()[0].rule().to_string(), "{ all_of: [\"a\"] }");
}

/// Which of them is meant, nobody knows.
#[test]
fn two_files_of_one_name_in_a_set_are_a_fault_where_they_differ() {
    let set = [get_with("{ all_of: \"a\" }"), get_with("{ public: true }"), get_with("{ all_of: \"a\" }")];
    let told = faults(Policy::from_descriptor_set(&set.concat()));
    assert_eq!(
        told,
        "test.proto: the descriptor set has two files of this name, and they differ; give each of the sets by itself"
    );
}
