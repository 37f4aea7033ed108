//! What is told of sets that are not in order.

use super::*;

/// Every way in which a method can have a rule or none.
const MIXED: &str = r#"message Reply {}
service Mixed {
  rpc Ruled(M) returns (Reply) { option (sekisho.v1.access) = { all_of: "a" }; }
  rpc Zero(M) returns (Reply);
  rpc Chat(stream Reply) returns (stream M) { option deprecated = true; }
  rpc Bad(M) returns (M) { option (sekisho.v1.access) = {}; }
}
service Defaulted {
  option (sekisho.v1.default_access) = { authenticated: true };
  rpc Inherits(M) returns (M);
}
service BadDefault {
  option (sekisho.v1.default_access) = {};
  rpc Lost(M) returns (M);
}"#;

fn survey(set: &[u8]) -> Survey {
    Policy::builder().descriptor_set(set).survey()
}

fn paths(survey: &Survey) -> (Vec<&str>, Vec<&str>) {
    let ruled = survey.methods().iter().map(|method| method.path());
    (ruled.collect(), survey.undeclared().iter().map(MethodSignature::path).collect())
}

fn told(survey: &Survey) -> String {
    survey.faults().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_undeclared_is_told_beside_what_has_a_rule_and_is_no_fault() {
    let survey = survey(&descriptor_set(MIXED));
    assert_eq!(
        paths(&survey),
        (
            vec!["/test.v1.Defaulted/Inherits", "/test.v1.Mixed/Ruled"],
            vec!["/test.v1.Mixed/Chat", "/test.v1.Mixed/Zero"]
        )
    );
    let says_nothing = "the access rule does not say who may call; write one of `public: true`, \
                        `authenticated: true`, `optional: true`, `all_of`, `any_of`";
    assert_eq!(
        told(&survey),
        format!(
            "test.proto:10:28: test.v1.Mixed.Bad: {says_nothing}\n\
             test.proto:17:3: test.v1.BadDefault: {says_nothing}"
        )
    );
    let chat = &survey.undeclared()[0];
    assert_eq!((chat.service(), chat.name()), ("test.v1.Mixed", "Chat"));
    assert_eq!((chat.request(), chat.response()), ("test.v1.Reply", "test.v1.M"));
    assert!(chat.client_streaming() && chat.server_streaming());
    assert_eq!(chat.position().map(ToString::to_string).as_deref(), Some("test.proto:9:3"));
}

#[test]
fn a_method_has_the_full_names_of_its_types() {
    let policy = policy(
        r"message Outer { message Inner {} }
service S { rpc Get(Outer.Inner) returns (M) { option (sekisho.v1.access) = { public: true }; } }",
    );
    let get = policy.method("/test.v1.S/Get").expect("Get");
    assert_eq!((get.request(), get.response()), ("test.v1.Outer.Inner", "test.v1.M"));
    assert_eq!((get.signature().request(), get.signature().response()), (get.request(), get.response()));
}

#[test]
fn a_set_in_order_is_surveyed_as_its_policy_says() {
    let body = MIXED.split("\nservice Defaulted").next().expect("a service").to_owned()
        + "service T { option (sekisho.v1.default_access) = { public: true }; rpc Get(M) returns (M); }";
    let set = descriptor_set(&body.replace("= {}", "= { public: true }"));
    let builder = || {
        let rule = AccessRule::Authenticated;
        let builder =
            Policy::builder().descriptor_set(&set).descriptor_set(&set).rule("test.v1.Mixed/Zero", rule);
        builder.rule("test.v1.Mixed/Chat", AccessRule::Public)
    };
    for is_report_only in [false, true] {
        let builder = || if is_report_only { builder().dangerous_report_only() } else { builder() };
        let policy = builder().build().expect("a policy");
        let survey = builder().survey();
        assert!(policy.methods().eq(survey.methods()));
        assert_eq!((survey.undeclared(), survey.faults()), (&[][..], &[][..]));
    }
}

#[test]
fn a_set_that_cannot_be_read_hides_no_other_one() {
    let good = get("{ public: true }");
    for broken in [b"no set".to_vec(), good[..good.len() - 1].to_vec()] {
        for sets in [[&good, &broken], [&broken, &good]] {
            let builder = sets.iter().fold(Policy::builder(), |builder, set| builder.descriptor_set(set));
            // A rule for a method that may be in the other one is no fault.
            let survey = builder.rule("other.v1.S/Get", AccessRule::Public).survey();
            assert_eq!(paths(&survey), (vec!["/test.v1.S/Get"], vec![]));
            assert!(told(&survey).starts_with("the descriptor set: no complete descriptor set: "));
            assert_eq!(survey.faults().len(), 1);
        }
    }
    assert_eq!(survey(&good).faults(), []);
}

#[test]
fn all_else_that_is_wrong_with_a_builder_is_told_too() {
    assert_eq!(
        told(&Policy::builder().survey()),
        "the policy: it has no descriptor set; add the one of the services that are to be guarded"
    );
    let rule = || AccessRule::Public;
    let survey = Policy::builder()
        .descriptor_set(&get("{ public: true }"))
        .rule("test.v1.S/Get", rule())
        .rule("test.v1.S/Gone", rule())
        .rule("test.v1.S/Gone", rule())
        .survey();
    let kinds: Vec<_> = survey.faults().iter().map(|fault| &fault.kind).collect();
    assert_eq!(kinds, [&FaultKind::Repeated, &FaultKind::NoSuchMethod, &FaultKind::TwoRules]);
    assert_eq!(paths(&survey).0, ["/test.v1.S/Get"]);
}

fn get(rule: &str) -> Vec<u8> {
    descriptor_set(&format!(
        "service S {{ rpc Get(M) returns (M) {{ option (sekisho.v1.access) = {rule}; }} }}"
    ))
}

#[test]
fn a_set_that_has_a_name_is_told_by_it() {
    let survey = Policy::builder()
        .descriptor_set(b"no set")
        .named("a.binpb")
        .descriptor_set_services(b"no set", ["x.S"])
        .named("b.binpb")
        .descriptor_set(b"")
        .named("empty.binpb")
        .descriptor_set(b"")
        .survey();
    let subjects: Vec<&str> = survey.faults().iter().map(|fault| fault.subject.as_str()).collect();
    assert_eq!(subjects, ["a.binpb", "b.binpb", "empty.binpb", "the descriptor set"]);
}
