//! Every kind of rule and what stands beside it: built, embedded, and told where it is mistaken.

use sekisho_build as build;
use sekisho_policy::{ACCESS_PROTO, AccessRule, Mode, Policy, StreamEnd};

use crate::support::{ORDERS, Package};

const RULE: &str = "{ all_of: \"orders:read\" }";

fn orders(rule: &str) -> String {
    ORDERS.replace(RULE, rule)
}

#[test]
fn what_a_rule_says_is_in_the_set_that_is_embedded() {
    let scopes = || AccessRule::all_of(["orders:read"]).unwrap();
    let plain = (Mode::Enforce, StreamEnd::AtExpiry);
    for (rule, expected, beside) in [
        ("{ optional: true }", AccessRule::Optional, plain),
        ("{ optional: true mode: ENFORCE }", AccessRule::Optional, plain),
        ("{ optional: true mode: REPORT_ONLY }", AccessRule::Optional, (Mode::ReportOnly, plain.1)),
        (
            "{ mode: REPORT_ONLY all_of: \"orders:read\" stream_end: NEVER }",
            scopes(),
            (Mode::ReportOnly, StreamEnd::Never),
        ),
        ("{ mode: MODE_UNSPECIFIED all_of: \"orders:read\" }", scopes(), plain),
    ] {
        let package = Package::new(&[("orders.proto", &orders(rule))]);
        package.compile(&["orders.proto"]).expect(rule);
        let set = package.output("sekisho_descriptor_set.bin");
        let policy = Policy::from_descriptor_set(&set).expect("a policy");
        let get = policy.method("/orders.v1.Orders/Get").expect("Get");
        assert_eq!((get.rule(), (get.mode(), get.stream_end())), (&expected, beside), "{rule}");
        let put = policy.method("/orders.v1.Orders/Put").expect("Put");
        assert_eq!((put.mode(), put.stream_end()), plain, "{rule}");
    }
}

#[test]
fn what_a_rule_in_code_says_is_judged_as_one_in_a_proto() {
    let health = "syntax = \"proto3\";\npackage health.v1;\nmessage M {}\n\
                  service Health {\n  rpc Check(M) returns (M);\n}\n";
    let package = Package::new(&[("orders.proto", ORDERS), ("health.proto", health)]);
    let rule = || AccessRule::Optional.with_mode(Mode::ReportOnly);
    let builder = build::configure().rule("health.v1.Health/Check", rule());
    package.compile_with(builder, &["orders.proto", "health.proto"]).expect("compiles");
    let set = package.output("sekisho_descriptor_set.bin");
    let policy = Policy::builder().descriptor_set(&set).rule("health.v1.Health/Check", rule()).build();
    let policy = policy.expect("a policy");
    let check = policy.method("/health.v1.Health/Check").expect("Check");
    assert_eq!((check.rule(), check.mode()), (&AccessRule::Optional, Mode::ReportOnly));
    let builder = build::configure().rule("orders.v1.Orders/Get", rule());
    let error = package.compile_with(builder, &["orders.proto"]).expect_err("two rules").to_string();
    assert!(error.contains("orders.v1.Orders.Get: it has an access rule in its .proto"), "{error}");
}

#[test]
fn a_mistake_is_told_with_file_line_and_column() {
    for (rule, told) in [
        (
            "{ optional: true all_of: \"orders:read\" }",
            "the access rule has all_of and optional; write exactly one",
        ),
        (
            "{ optional: true public: true mode: REPORT_ONLY }",
            "the access rule has public and optional; write",
        ),
        ("{ optional: false }", "the access rule does not say who may call; write one of"),
        ("{ mode: REPORT_ONLY }", "the access rule does not say who may call; write one of"),
        // What the compiler says of these names no field, so that the remedy has to.
        ("{ optional: \"true\" }", "`{ optional: true }`"),
        ("{ optionally: true }", "`{ optional: true }`"),
        ("{ optional: true mode: REPORT }", "`mode: ENFORCE` or `mode: REPORT_ONLY`"),
        ("{ optional: true mode: \"REPORT_ONLY\" }", "`mode: ENFORCE` or `mode: REPORT_ONLY`"),
        ("{ optional: true mode: true }", "`mode: ENFORCE` or `mode: REPORT_ONLY`"),
        ("{ optional: true mode: NEVER }", "`mode: ENFORCE` or `mode: REPORT_ONLY`"),
        ("{ optional: true mode: 3 }", "(mode: 3)"),
        ("{ optional: true stream_end: AT_EXPIRE }", "`stream_end: AT_EXPIRY` or `stream_end: NEVER`"),
        ("{ optional: true stream_end: \"NEVER\" }", "`stream_end: AT_EXPIRY` or `stream_end: NEVER`"),
        ("{ optional: true stream_end: true }", "`stream_end: AT_EXPIRY` or `stream_end: NEVER`"),
    ] {
        let package = Package::new(&[("orders.proto", &orders(rule))]);
        let error = package.compile(&["orders.proto"]).expect_err(rule).to_string();
        let place = format!("{}:7:5: ", package.proto("orders.proto").display());
        assert!(error.contains(&place) && error.contains(told), "{rule}: {error}");
        assert!(package.written().is_empty());
    }
}

/// `access.proto` as it was before these fields.
fn older() -> String {
    let fields = ["  bool optional = 5;\n", "  Mode mode = 6;\n"];
    fields.iter().fold(ACCESS_PROTO.to_owned(), |text, field| {
        assert!(text.contains(field), "{field}");
        text.replace(field, "")
    })
}

#[test]
fn an_older_copy_of_the_option_stops_the_build_where_the_new_fields_are_used() {
    let copy = older();
    for rule in ["{ optional: true }", "{ all_of: \"orders:read\" mode: REPORT_ONLY }"] {
        let package = Package::new(&[("orders.proto", &orders(rule)), ("sekisho/v1/access.proto", &copy)]);
        let error = package.compile(&["orders.proto"]).expect_err(rule).to_string();
        let place = format!("{}:7:5: ", package.proto("orders.proto").display());
        assert!(error.starts_with(&place), "{error}");
        assert!(package.written().is_empty());
    }
    // Whoever uses none of them need not change the copy.
    let package = Package::new(&[("orders.proto", ORDERS), ("sekisho/v1/access.proto", &copy)]);
    package.compile(&["orders.proto"]).expect("compiles");
}

/// The set with a copy of the option that has no field of this number: it has another.
fn without_field(set: &[u8], name: &str, number: u8) -> Vec<u8> {
    let length = u8::try_from(name.len()).unwrap();
    let declared = [&[0x0a, length], name.as_bytes(), &[0x18, number]].concat();
    let found = |at: &usize| set[*at..].starts_with(&declared);
    let at = (0..set.len()).find(found).expect("the field's name and number");
    let mut older = set.to_owned();
    older[at + declared.len() - 1] = 15;
    older
}

#[test]
fn a_set_whose_copy_of_the_option_is_older_than_its_rules_stops_the_build() {
    let set_of = |rule: &str| build::descriptor_set_of(&orders(rule)).expect("compiles");
    let compile = |set: &[u8]| {
        let package = Package::new(&[]);
        build::configure().out_dir(package.out_dir()).compile_descriptor_set_bytes(set)
    };
    for (rule, field, number) in
        [("{ optional: true }", "optional", 5), ("{ all_of: \"orders:read\" mode: REPORT_ONLY }", "mode", 6)]
    {
        compile(&set_of(rule)).expect(rule);
        let error = compile(&without_field(&set_of(rule), field, number)).expect_err(rule).to_string();
        let told = format!(
            "test.proto:7:5: orders.v1.Orders.Get: the access rule has a field that this version does not know, \
             or knows otherwise ({number});"
        );
        assert!(error.contains(&told), "{error}");
    }
    compile(&without_field(&set_of(RULE), "mode", 6)).expect("a rule without it");
}
