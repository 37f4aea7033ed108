//! What a policy without a fault says.

use super::*;

const EVERY_KIND: &str = r#"service Kinds {
  rpc Open(M) returns (M) { option (sekisho.v1.access) = { public: true }; }
  rpc Known(stream M) returns (M) { option (sekisho.v1.access) = { authenticated: true }; }
  rpc Either(M) returns (M) { option (sekisho.v1.access) = { optional: true }; }
  rpc All(M) returns (stream M) { option (sekisho.v1.access) = { all_of: ["a", "b"] }; }
  rpc Any(stream M) returns (stream M) {
    option (sekisho.v1.access) = { any_of: [{ all_of: ["a", "b"] }, { all_of: "admin" }] };
  }
  // The other way to write an option.
  rpc Piecewise(M) returns (M) {
    option (sekisho.v1.access).all_of = "a";
    option (sekisho.v1.access).all_of = "b";
  }
}"#;

#[test]
fn each_kind_of_rule_is_read_as_it_is_written() {
    let both = AccessRule::all_of(["a", "b"]).expect("a rule");
    let either = AccessRule::any_of([vec!["a", "b"], vec!["admin"]]).expect("a rule");
    let policy = policy(EVERY_KIND);
    let cases = [
        ("Open", AccessRule::Public, (false, false)),
        ("Known", AccessRule::Authenticated, (true, false)),
        ("Either", AccessRule::Optional, (false, false)),
        ("All", both.clone(), (false, true)),
        ("Any", either, (true, true)),
        ("Piecewise", both, (false, false)),
    ];
    for (name, rule, streaming) in cases {
        let method = policy.method(&format!("/test.v1.Kinds/{name}")).expect(name);
        assert_eq!(*method.rule(), rule, "{name}");
        assert_eq!((method.client_streaming(), method.server_streaming()), streaming, "{name}");
        assert_eq!((method.service(), method.name()), ("test.v1.Kinds", name));
        assert_eq!(method.origin(), RuleOrigin::MethodOption, "{name}");
    }
}

#[test]
fn a_method_is_found_by_exactly_its_path() {
    let policy = policy(EVERY_KIND);
    assert!(policy.method("/test.v1.Kinds/Open").is_some());
    let near = [
        "",
        "/",
        "test.v1.Kinds/Open",
        "//test.v1.Kinds/Open",
        "/test.v1.Kinds/Open/",
        "/test.v1.Kinds/open",
        "/test.v1.Kinds/Ope",
        "/test.v1.Kinds.Open",
        "/test.v1.Kinds/%4fpen",
        "/test.v1.Kinds/Open?x",
    ];
    for path in near {
        assert!(policy.method(path).is_none(), "{path}");
    }
}

#[test]
fn a_default_is_for_the_methods_that_say_nothing() {
    let policy = policy(
        r#"service Defaulted {
  option (sekisho.v1.default_access) = { all_of: "a" };
  rpc Inherits(M) returns (M);
  rpc Overrides(M) returns (M) { option (sekisho.v1.access) = { public: true }; }
}"#,
    );
    let inherits = policy.method("/test.v1.Defaulted/Inherits").expect("Inherits");
    assert_eq!(*inherits.rule(), AccessRule::all_of(["a"]).expect("a rule"));
    assert_eq!(inherits.origin(), RuleOrigin::ServiceDefault);
    let overrides = policy.method("/test.v1.Defaulted/Overrides").expect("Overrides");
    assert_eq!(*overrides.rule(), AccessRule::Public);
    assert_eq!(overrides.origin(), RuleOrigin::MethodOption);
}

#[test]
fn methods_are_sorted_by_path_and_services_by_name() {
    let rule = "{ option (sekisho.v1.access) = { public: true }; }";
    let rpcs = format!("rpc Put(M) returns (M) {rule} rpc Get(M) returns (M) {rule}");
    let policy = policy(&format!("service B {{ {rpcs} }} service A {{ {rpcs} }}"));
    let paths: Vec<&str> = policy.methods().map(|method| method.path()).collect();
    assert_eq!(paths, ["/test.v1.A/Get", "/test.v1.A/Put", "/test.v1.B/Get", "/test.v1.B/Put"]);
    assert_eq!(policy.services().collect::<Vec<_>>(), ["test.v1.A", "test.v1.B"]);
}

#[test]
fn a_position_is_counted_from_one() {
    let policy = policy(EVERY_KIND);
    let position = policy.method("/test.v1.Kinds/Open").and_then(|method| method.position());
    assert_eq!(position.map(ToString::to_string).as_deref(), Some("test.proto:6:3"));
}

#[test]
fn without_source_info_there_is_no_position() {
    let mut compiler = compile(&test_proto(EVERY_KIND), ACCESS_PROTO);
    compiler.include_source_info(false);
    let policy = Policy::from_descriptor_set(&compiler.encode_file_descriptor_set()).expect("a policy");
    assert!(policy.methods().all(|method| method.position().is_none()));
}

#[test]
fn what_is_registered_is_compared_both_ways_with_what_is_declared() {
    let rpc = "rpc Get(M) returns (M) { option (sekisho.v1.access) = { public: true }; }";
    let policy = policy(&format!("service A {{ {rpc} }} service B {{ {rpc} }} service C {{ {rpc} }}"));
    assert_eq!(policy.check_registered(["test.v1.C", "test.v1.A", "test.v1.B"]), Ok(()));
    let error = policy.check_registered(["test.v1.B", "other.X", "test.v1.b"]).expect_err("differences");
    assert_eq!(error.not_declared(), ["other.X", "test.v1.b"]);
    assert_eq!(error.not_registered(), ["test.v1.A", "test.v1.C"]);
    assert_eq!(
        error.to_string(),
        "other.X: registered with the server, but no descriptor set of the policy has it\n\
         test.v1.b: registered with the server, but no descriptor set of the policy has it\n\
         test.v1.A: in the policy, but not registered with the server\n\
         test.v1.C: in the policy, but not registered with the server"
    );
}
