//! Which removed and added methods are told as one that was renamed.

use super::*;

const SCOPE: &str = r#"{ all_of: ["a"] }"#;

/// A method that takes and answers what many methods do.
fn empty(name: &str, rule: &str) -> String {
    format!("{name} (google.protobuf.Empty) returns (google.protobuf.Empty) {rule}")
}

fn told_of(before: &[String], after: &[String]) -> Vec<String> {
    let lines = |lines: &[String]| lines.iter().map(String::to_owned).collect::<Vec<_>>();
    let (before, after) = (lines(before), lines(after));
    told(
        &before.iter().map(String::as_str).collect::<Vec<_>>(),
        &after.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

#[test]
fn a_method_of_another_name_is_one_change_and_its_rules_are_compared() {
    let renamed = |before, after| told_of(&[own("t.v1.S/Get", before)], &[own("t.v1.S/Fetch", after)]);
    assert_eq!(renamed(SCOPE, SCOPE), ["equivalent t.v1.S/Fetch was t.v1.S/Get"]);
    assert_eq!(renamed(SCOPE, "{ authenticated: true }"), ["looser t.v1.S/Fetch was t.v1.S/Get"]);
    assert_eq!(renamed("{ authenticated: true }", SCOPE), ["tighter t.v1.S/Fetch was t.v1.S/Get"]);
    assert_eq!(renamed(SCOPE, "{ public: true }"), ["looser t.v1.S/Fetch was t.v1.S/Get"]);
    assert_eq!(renamed("{ public: true }", "{ public: true }"), ["equivalent t.v1.S/Fetch was t.v1.S/Get"]);
}

#[test]
fn other_messages_or_another_kind_of_call_are_another_method() {
    let line = "t.v1.S/Get (t.v1.A) returns (t.v1.B) { authenticated: true }";
    for other in [
        line.replace("t.v1.A", "t.v1.C"),
        line.replace("t.v1.B", "t.v1.C"),
        line.replace("(t.v1.A", "(stream t.v1.A"),
        line.replace("(t.v1.B", "(stream t.v1.B"),
    ] {
        let after = other.replace("Get", "Fetch");
        assert_eq!(told(&[line], &[&after]), ["added t.v1.S/Fetch", "removed t.v1.S/Get"], "{after}");
        assert_eq!(told(&[line], &[&other]), ["equivalent t.v1.S/Get"], "{other}");
    }
}

#[test]
fn of_several_candidates_the_most_alike_is_taken() {
    let lines = |names: &[&str]| names.iter().map(|name| empty(name, SCOPE)).collect::<Vec<_>>();
    // Service and method in another package; then the method; then the service; then the order.
    let before = lines(&["a.Orders/Get", "a.Orders/Put", "a.Users/Get", "a.Users/Pop", "a.Z/One", "a.Z/Two"]);
    let after = lines(&["b.Orders/Get", "b.Users/Get", "a.Users/Push", "c.X/Put", "d.Y/Eins"]);
    assert_eq!(
        told_of(&before, &after),
        [
            "equivalent a.Users/Push was a.Users/Pop",
            "removed a.Z/Two",
            "equivalent b.Orders/Get was a.Orders/Get",
            "equivalent b.Users/Get was a.Users/Get",
            "equivalent c.X/Put was a.Orders/Put",
            "equivalent d.Y/Eins was a.Z/One",
        ]
    );
}

#[test]
fn each_likeness_comes_before_the_next_one() {
    let cases = [
        ("service and method", ["a.A/Get", "a.B/Get"], "z.B/Get", "a.B/Get"),
        ("the method", ["a.A/One", "a.B/Two"], "z.X/Two", "a.B/Two"),
        ("the method before the service", ["a.A/Put", "b.B/Get"], "a.A/Get", "b.B/Get"),
        ("a near name", ["a.A/Aaaaaa", "a.B/Remove"], "z.X/RemoveAll", "a.B/Remove"),
        ("a near name before the service", ["a.A/Aaaaaa", "a.B/Remove"], "a.A/Removes", "a.B/Remove"),
        ("of near names one of the service", ["a.A/Remove", "a.B/Remove"], "a.B/Removes", "a.B/Remove"),
        ("the service", ["a.A/One", "a.B/Two"], "a.B/New", "a.B/Two"),
        ("the order", ["a.A/One", "a.B/Two"], "z.X/New", "a.A/One"),
    ];
    for (name, removed, added, former) in cases {
        let before = removed.map(|name| empty(name, SCOPE));
        let told = told_of(&before, &[empty(added, SCOPE)]);
        assert!(told.contains(&format!("equivalent {added} was {former}")), "{name}: {told:?}");
    }
}

/// A looser rule under another name does not pass because another method is gone too, unless that one has a near name.
#[test]
fn another_method_that_is_removed_hides_no_looser_rule() {
    let (any, admin) = ("{ authenticated: true }", r#"{ all_of: ["admin"] }"#);
    for decoy in ["t.S/Aping", "a.A/A", "t.S/Zoom", "z.Z/Z"] {
        for decoy_rule in [
            any,
            "{ public: true }",
            "{ optional: true }",
            r#"{ any_of: [{ all_of: ["a"] }, { all_of: ["b"] }] }"#,
        ] {
            for name in ["t.S/Delete", "t.S/Del2", "t.S/Purge", "x.X/Purge"] {
                let told = told_of(&[empty(decoy, decoy_rule), empty("t.S/Del", admin)], &[empty(name, any)]);
                let looser = format!("looser {name} was ");
                assert!(told.iter().any(|told| told.starts_with(&looser)), "{decoy} {decoy_rule}: {told:?}");
            }
        }
    }
    // Near names tell which was which.
    let swapped = told_of(
        &[empty("t.S/AaLow", any), empty("t.S/Admin", admin)],
        &[empty("t.S/Admin2", any), empty("t.S/ZLow", admin)],
    );
    assert_eq!(swapped, ["looser t.S/Admin2 was t.S/Admin", "tighter t.S/ZLow was t.S/AaLow"]);
}

/// Two renames at once, of which nobody knows which was which, are no change where the rules are the same.
#[test]
fn of_several_names_that_say_nothing_the_rules_tell_which_was_which() {
    let (a, b) = (r#"{ all_of: ["a"] }"#, r#"{ all_of: ["b"] }"#);
    let before = [empty("t.S/One", a), empty("t.S/Two", b), empty("u.U/Three", a)];
    let after = [empty("t.S/Eins", b), empty("t.S/Zwei", a), empty("u.U/Drei", a)];
    assert_eq!(
        told_of(&before, &after),
        [
            "equivalent t.S/Eins was t.S/Two",
            "equivalent t.S/Zwei was t.S/One",
            "equivalent u.U/Drei was u.U/Three"
        ]
    );
}

/// Nothing that anyone may call passes as the new name of something else.
#[test]
fn what_is_open_is_a_new_method_wherever_it_may_be_one() {
    let open = ["{ public: true }", "{ optional: true }", r#"{ all_of: ["a"] mode: REPORT_ONLY }"#];
    for rule in open {
        let shared = told_of(&[empty("t.S/Ping", rule)], &[empty("t.S/Wipe", rule)]);
        assert_eq!(shared, ["removed t.S/Ping", "added t.S/Wipe"], "{rule}");
        let two = told_of(&[empty("t.S/Ping", rule), empty("t.S/Pong", rule)], &[empty("t.S/Wipe", rule)]);
        assert_eq!(two, ["removed t.S/Ping", "removed t.S/Pong", "added t.S/Wipe"], "{rule}");
        // Another method has the same messages, before, after or both.
        let rest = [own("t.v1.Z/Rest", SCOPE)];
        for (before, after) in [(&rest[..], &rest[..]), (&rest, &[]), (&[], &rest)] {
            let before = [&[own("t.v1.S/Ping", rule)], before].concat();
            let after = [&[own("t.v1.S/Wipe", rule)], after].concat();
            assert!(told_of(&before, &after).contains(&"added t.v1.S/Wipe".to_owned()), "{rule}");
        }
        // So has one of another kind of call.
        for rest in [
            "t.v1.Z/Rest (stream t.v1.Request) returns (t.v1.Response) { authenticated: true }",
            "t.v1.Z/Rest (t.v1.Request) returns (stream t.v1.Response) { authenticated: true }",
        ] {
            let before = [own("t.v1.S/Ping", rule), rest.to_owned()];
            for before in [&before[..], &before[..1]] {
                let after = [own("t.v1.S/Wipe", rule), rest.to_owned()];
                let told = told_of(before, &after);
                assert!(told.contains(&"added t.v1.S/Wipe".to_owned()), "{rest} {rule}");
            }
        }
        // Only one of the two is its own.
        for messages in
            ["(google.protobuf.Empty) returns (t.v1.R)", "(t.v1.R) returns (google.protobuf.Empty)"]
        {
            let half = |name| format!("{name} {messages} {rule}");
            let told = told_of(&[half("t.S/Ping")], &[half("t.S/Wipe")]);
            assert_eq!(told, ["removed t.S/Ping", "added t.S/Wipe"], "{messages} {rule}");
        }
        // The positive twin: nothing else can be meant.
        let own = told_of(&[own("t.v1.S/Ping", rule)], &[own("t.v1.S/Pong", rule)]);
        assert_eq!(own, ["equivalent t.v1.S/Pong was t.v1.S/Ping"], "{rule}");
    }
    // What asks for a scope passes as a new method too, so that to pair it can only fail more.
    let scoped = told_of(&[empty("t.S/Ping", r#"{ all_of: ["a", "b"] }"#)], &[empty("t.S/Wipe", SCOPE)]);
    assert_eq!(scoped, ["looser t.S/Wipe was t.S/Ping"]);
}

/// What is looked at says nothing of what there is.
#[test]
fn methods_that_are_left_out_count_too() {
    let open = "{ public: true }";
    let rest = own("t.v1.Z/Rest", SCOPE);
    let lock_of = |name: &str, rest: &[String]| {
        let lines = [&[own(name, open)], rest].concat();
        lock(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let told = |before: &Lock, after: &Lock| changes(before, after).iter().map(tell).collect::<Vec<_>>();
    let only = |lock: Lock| lock.only(|entry| entry.service() == "t.v1.S");
    let alone = (lock_of("t.v1.S/Ping", &[]), lock_of("t.v1.S/Pong", &[]));
    let beside = (
        lock_of("t.v1.S/Ping", std::slice::from_ref(&rest)),
        lock_of("t.v1.S/Pong", std::slice::from_ref(&rest)),
    );
    let narrowed = (only(beside.0), only(beside.1));
    assert_eq!((narrowed.0.entries(), narrowed.1.entries()), (alone.0.entries(), alone.1.entries()));
    let two = ["removed t.v1.S/Ping", "added t.v1.S/Pong"];
    for (before, after) in [(&narrowed.0, &alone.1), (&alone.0, &narrowed.1), (&narrowed.0, &narrowed.1)] {
        assert_eq!(told(before, after), two);
    }
    assert_eq!(told(&alone.0, &alone.1), ["equivalent t.v1.S/Pong was t.v1.S/Ping"]);
    // One of other messages does not matter.
    let other = [empty("t.v1.Z/Rest", SCOPE)];
    let narrowed = (only(lock_of("t.v1.S/Ping", &other)), only(lock_of("t.v1.S/Pong", &other)));
    assert_eq!(told(&narrowed.0, &narrowed.1), ["equivalent t.v1.S/Pong was t.v1.S/Ping"]);
}

/// Of a policy that was narrowed when it was read.
#[test]
fn methods_that_were_not_read_count_too() {
    let before = lock(&["test.v1.S/Ping (test.v1.M) returns (test.v1.R) { public: true }"]);
    let told = |rest: &str, is_known: bool| {
        let set = crate::tests::descriptor_set(&format!(
            "message R {{}}
            service S {{ rpc Pong(M) returns (R) {{ option (sekisho.v1.access) = {{ public: true }}; }} }}
            service Z {{ {rest} }}"
        ));
        let whole = crate::Policy::builder().descriptor_set(&set);
        let part = crate::Policy::builder().descriptor_set(&set).only_services(["test.v1.S"]).build();
        let survey = whole.survey();
        let after = Lock::of(&part.expect("one service")).part_of(is_known.then_some(&survey));
        changes(&before, &after).iter().map(tell).collect::<Vec<_>>()
    };
    let two = ["removed test.v1.S/Ping", "added test.v1.S/Pong"];
    for rest in [
        "rpc Rest(M) returns (R);",
        "rpc Rest(M) returns (R) { option (sekisho.v1.access) = { all_of: \"a\" }; }",
        "rpc Rest(stream M) returns (R) { option (sekisho.v1.access) = { public: true }; }",
        // What has a fault may be any method.
        "rpc Rest(R) returns (R) { option (sekisho.v1.access) = {}; }",
    ] {
        assert_eq!(told(rest, true), two, "{rest}");
    }
    for rest in ["", "rpc Rest(R) returns (R);", "rpc Rest(M) returns (M);"] {
        assert_eq!(told(rest, true), ["equivalent test.v1.S/Pong was test.v1.S/Ping"], "{rest}");
        assert_eq!(told(rest, false), two, "{rest}");
    }
}

/// One of many that were removed with it, or added.
#[test]
fn a_looser_rule_is_found_among_many() {
    let (any, admin) = ("{ authenticated: true }", r#"{ all_of: ["admin"] }"#);
    let many = |word: &str, count: usize, rule: &str| {
        (0..count).map(|n| empty(&format!("t.S/{word}{n:05}"), rule)).collect::<Vec<_>>()
    };
    let looser = |before: &[String], after: &[String]| {
        told_of(before, after).iter().filter(|told| told.starts_with("looser ")).count()
    };
    let added = [many("Q", 20_000, admin), vec![empty("t.S/Wipe", any)]].concat();
    assert_eq!(looser(&[empty("t.S/Zzdelete", admin)], &added), 1);
    let removed = [many("Aaaaaa", 200, any), vec![empty("t.S/Zzdelete", admin)]].concat();
    assert_eq!(looser(&removed, &many("Qqqqqq", 200, any)), 1);
}

/// A method that is told as added was another one before.
#[test]
fn an_open_method_beside_them_makes_no_equal_rules_looser() {
    let rules = ["{ authenticated: true }", r#"{ all_of: ["admin"] }"#, "{ public: true }"];
    let of = |names: [&str; 3]| {
        names.iter().zip(rules).map(|(name, rule)| empty(&format!("t.S/{name}"), rule)).collect::<Vec<_>>()
    };
    assert_eq!(
        told_of(&of(["One", "Two", "Pub"]), &of(["Zwei", "Eins", "Offen"])),
        [
            "equivalent t.S/Eins was t.S/Two",
            "added t.S/Offen",
            "removed t.S/Pub",
            "equivalent t.S/Zwei was t.S/One"
        ]
    );
}

/// By the clock of whoever runs it.
#[test]
fn long_names_and_long_rules_are_compared_within_bounds() {
    let long = |letter: &str| empty(&format!("t.S/{}", letter.repeat(100_000)), SCOPE);
    assert_eq!(told_of(&[long("x")], &[long("y")]).len(), 1);
    let rule = |last: usize| {
        let alternatives: Vec<String> = (0..last).map(|n| format!("{{ all_of: [\"s{n}\"] }}")).collect();
        format!("{{ any_of: [{}] }}", alternatives.join(", "))
    };
    let methods = |word: &str, last: usize| {
        (0..100).map(|n| empty(&format!("t.S/{word}{n}"), &rule(last + n))).collect::<Vec<_>>()
    };
    let told = told_of(&methods("Xxx", 300), &methods("Yyy", 100));
    assert!(told.len() == 100 && told.iter().all(|told| told.starts_with("tighter ")), "{told:?}");
}

/// Names that say nothing are compared with each other up to a number.
#[test]
fn ten_thousand_methods_without_a_likeness_are_paired() {
    let lines = |package: &str, word: &str, rule: &str| {
        let methods = (0..10_000).map(|n| empty(&format!("{package}.S/{word}{n}"), rule));
        format!("# sekisho access.lock, version 1\n{}", methods.collect::<Vec<_>>().join("\n"))
    };
    let before = Lock::parse(&lines("a", "Xx", SCOPE)).expect("a lock");
    let after = Lock::parse(&lines("b", "Yy", "{ authenticated: true }")).expect("a lock");
    let changes = changes(&before, &after);
    assert!(changes.len() == 10_000 && changes.iter().all(Change::is_rename));
}

/// By the clock of whoever runs it: by the square it would not end.
#[test]
fn a_hundred_thousand_methods_are_compared() {
    let lines = |package: &str| {
        let methods = (0..100_000).map(|n| empty(&format!("{package}.S{}/M{n}", n / 10), SCOPE));
        methods.collect::<Vec<_>>().join("\n")
    };
    let lock = |package: &str| {
        Lock::parse(&format!("# sekisho access.lock, version 1\n{}", lines(package))).expect("a lock")
    };
    let (before, after) = (lock("a"), lock("b"));
    let changes = changes(&before, &after);
    assert_eq!(changes.len(), 100_000);
    let method = |entry: Option<&Entry>| entry.expect("both").method().to_owned();
    assert!(changes.iter().all(|change| method(change.before()) == method(change.after())));
}
