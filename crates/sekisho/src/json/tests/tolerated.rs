//! Members that are no fault where they cannot be read.

use super::*;

/// Some paths are judged, others tolerated: with those added first, and with these.
fn fault_of(judged: &[&str], tolerated: &[&str], json: &str) -> [Option<String>; 2] {
    let (mut forth, mut back) = (wanted(judged), Vec::new());
    for path in tolerated {
        Wanted::add_tolerated(&mut forth, &names(path));
        Wanted::add_tolerated(&mut back, &names(path));
    }
    for path in judged {
        Wanted::add(&mut back, &names(path));
    }
    [forth, back].map(|all| {
        let members = read_object(json.as_bytes(), &all).expect(json);
        members.fault().map(|fault| format!("{:?} {fault}", fault.kind))
    })
}

/// Judged paths, tolerated ones, JSON, and what is wrong with it.
type Case = (&'static [&'static str], &'static [&'static str], &'static str, Option<&'static str>);

#[test]
fn what_is_tolerated_is_a_fault_where_it_is_judged_too_or_there_twice() {
    let cases: [Case; 14] = [
        (&[], &["a"], r#"{"a":"\ud800"}"#, None),
        (&[], &["a"], r#"{"a":1e400}"#, None),
        (&[], &["a"], r#"{"a":["b","\ud800"]}"#, None),
        (&[], &["a"], r#"{"a":1,"a":1}"#, Some("Repeated a")),
        (&[], &["a"], r#"{"a":"\ud800","a":"\ud800"}"#, Some("Repeated a")),
        (&["a"], &["a"], r#"{"a":"\ud800"}"#, Some("Unreadable a")),
        (&["a"], &["b"], r#"{"b":"\ud800","a":1e400}"#, Some("Unreadable a")),
        (&[], &["o.a"], r#"{"o":"\ud800"}"#, None),
        (&[], &["o.a"], r#"{"o":{"a":"\ud800"}}"#, None),
        (&[], &["o.a"], r#"{"o":{"a":1,"a":1}}"#, Some("Repeated o.a")),
        (&["o.b"], &["o.a"], r#"{"o":{"a":"\ud800","b":1}}"#, None),
        (&["o.b"], &["o.a"], r#"{"o":{"a":"\ud800","b":1e400}}"#, Some("Unreadable o.b")),
        // The way to what is judged.
        (&["o.b"], &["o", "o.a"], r#"{"o":"\ud800"}"#, Some("Unreadable o")),
        (&["o"], &["o.a"], r#"{"o":{"a":"\ud800"}}"#, None),
    ];
    for (judged, tolerated, json, expected) in cases {
        let expected = expected.map(ToOwned::to_owned);
        assert_eq!(fault_of(judged, tolerated, json), [expected.clone(), expected], "{json}");
    }
}

#[test]
fn what_is_tolerated_is_read_like_the_rest() {
    let mut all = Vec::new();
    Wanted::add_tolerated(&mut all, &names("a"));
    Wanted::add_tolerated(&mut all, &names("o.i"));
    let members = read_object(br#"{"a":"\ud800","o":{"i":true}}"#, &all).expect("an object");
    assert_eq!(members.get("a"), Some(&Value::Unreadable));
    assert_eq!(members.within(&names("o.i")), Some(&Value::Boolean(true)));
}

#[test]
fn why_a_member_of_a_member_is_not_there_can_be_told() {
    let cases = [
        (r#"{"o":{"i":{"a":true}}}"#, Ok(Some(&Value::Boolean(true)))),
        (r#"{"o":{"i":{"a":null}}}"#, Ok(Some(&Value::Null))),
        (r#"{"o":{"i":{}}}"#, Ok(None)),
        (r#"{"o":{}}"#, Ok(None)),
        ("{}", Ok(None)),
        (r#"{"o":null}"#, Err(NoObject)),
        (r#"{"o":[{"i":{"a":true}}]}"#, Err(NoObject)),
        (r#"{"o":{"i":"a"}}"#, Err(NoObject)),
    ];
    for (json, expected) in cases {
        let members = read(json).expect(json);
        let path = names("o.i.a");
        assert_eq!(members.reach(&path), expected, "{json}");
        assert_eq!(members.within(&path), expected.ok().flatten(), "{json}");
    }
}
