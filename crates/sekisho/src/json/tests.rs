//! What is read of JSON, and what is refused.

use std::borrow::Cow;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

mod shortcuts;
mod tolerated;

fn wanted(paths: &[&str]) -> Vec<Wanted> {
    let mut all = Vec::new();
    for path in paths {
        Wanted::add(&mut all, &names(path));
    }
    all
}

fn names(path: &str) -> Vec<String> {
    path.split('.').map(ToOwned::to_owned).collect()
}

fn read(json: &str) -> Result<Members<'_>, Malformed> {
    static WANTED: LazyLock<Vec<Wanted>> = LazyLock::new(|| wanted(&["a", "o.i.a"]));
    read_object(json.as_bytes(), &WANTED)
}

fn fault(json: &str) -> Option<(FaultKind, String)> {
    read(json).expect(json).fault().map(|fault| (fault.kind, fault.to_string()))
}

fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

fn number(text: &str) -> Value<'_> {
    Value::Number(text)
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

#[test]
fn only_one_object_is_read() {
    assert_eq!(read(r#" {"a": 1 , "b" : 2} "#).expect("an object").get("a"), Some(&number("1")));
    let cases = [
        ("an array", "[1]"),
        ("a string", r#""a""#),
        ("nothing", ""),
        ("bytes after it", r#"{"a":1}x"#),
        ("two objects", r#"{"a":1}{"a":1}"#),
        ("a byte order mark", "\u{feff}{\"a\":1}"),
        ("truncated", r#"{"a":1"#),
        ("truncated in a string", r#"{"a":"b"#),
        ("truncated in an escape", r#"{"a":"\u00"#),
        ("a comma at the end", r#"{"a":1,}"#),
        ("a comma in front", r#"{,"a":1}"#),
        ("no comma", r#"{"a":1 "b":1}"#),
        ("no colon", r#"{"a" 1}"#),
        ("no value", r#"{"a":}"#),
        ("a name that is no string", "{a:1}"),
        ("brackets that do not fit", r#"{"b":[1}]"#),
        ("a comment", r#"{/**/"a":1}"#),
        ("white space of another kind", "{\u{a0}\"a\":1}"),
        ("an escape that is none", r#"{"b":"\x"}"#),
        ("half an escape", r#"{"b":"\u00g0"}"#),
        ("a zero in front", r#"{"b":01}"#),
        ("a plus in front", r#"{"b":+1}"#),
        ("no digit after the point", r#"{"b":1.}"#),
        ("no digit before it", r#"{"b":.5}"#),
        ("no digit in the exponent", r#"{"b":1e}"#),
        ("a minus alone", r#"{"b":-}"#),
        ("a word", r#"{"b":nul}"#),
        ("not a number", r#"{"b":NaN}"#),
    ];
    for (name, json) in cases {
        assert_eq!(read(json).err(), Some(Malformed::Syntax), "{name}");
        let asked = json.replace("\"b\"", "\"a\"");
        assert_eq!(read(&asked).err(), Some(Malformed::Syntax), "{name}, in a member that is asked for");
    }
    for control in (0..0x20).map(char::from) {
        let json = format!("{{\"b\":\"{control}\"}}");
        assert_eq!(read(&json).err(), Some(Malformed::Syntax), "{control:?} in a string");
    }
    assert_eq!(read_object(b"{\"b\":\"\xff\"}", &[]).err(), Some(Malformed::Syntax), "bad UTF-8");
}

#[test]
fn nesting_is_bounded_wherever_it_is() {
    let levels = usize::from(MAX_DEPTH);
    for place in [r#"{"b":_}"#, r#"{"a":_}"#, r#"{"o":_}"#] {
        let with = |levels: usize| place.replace('_', &nested(levels));
        assert!(read(&with(levels - 1)).is_ok(), "{place}");
        assert_eq!(read(&with(levels)).err(), Some(Malformed::TooDeep), "{place}");
        assert_eq!(read(&with(100_000)).err(), Some(Malformed::TooDeep), "{place}");
    }
    let objects = |levels: usize| format!("{}1{}", r#"{"o":"#.repeat(levels), "}".repeat(levels));
    assert!(read(&objects(levels)).is_ok());
    assert_eq!(read(&objects(levels + 1)).err(), Some(Malformed::TooDeep));
    let beside = format!(r#"{{"b":[{}]}}"#, vec![nested(levels - 2); 100].join(","));
    assert!(read(&beside).is_ok(), "what is beside each other is not within each other");
}

#[test]
fn private_names_of_json_libraries_are_names_like_others() {
    for name in ["$serde_json::private::RawValue", "$serde_json::private::Number", "$__toml_private_datetime"]
    {
        let json = format!(r#"{{"a":{{"{name}":"\"api\""}}, "b":{{"{name}":"{}"}}}}"#, nested(1_000));
        assert_eq!(read(&json).expect(name).get("a"), Some(&Value::Object(Members::default())), "{name}");
        let top = format!(r#"{{"{name}":"{{}}"}}"#);
        assert_eq!(read(&top).expect(name), Members::default(), "{name}");
    }
}

#[test]
fn values_are_what_they_say() {
    let cases = [
        ("null", Value::Null),
        ("true", Value::Boolean(true)),
        ("false", Value::Boolean(false)),
        ("0", number("0")),
        ("-0.50E+07", number("-0.50E+07")),
        ("18446744073709551616", number("18446744073709551616")),
        (r#""""#, text("")),
        (r#""é役\u5272""#, text("é役割")),
        (r#""\"\\\/\b\f\n\r\t\u0000""#, text("\"\\/\u{8}\u{c}\n\r\t\0")),
        (r#""\ud83d\ude00""#, text("😀")),
        (r#""\uDBFF\uDFFF""#, text("\u{10ffff}")),
        (r#"{"a":1}"#, Value::Object(Members::default())),
    ];
    for (json, expected) in cases {
        let document = format!(r#"{{"a":{json}}}"#);
        let members = read(&document).expect(json);
        assert_eq!((members.get("a"), members.fault()), (Some(&expected), None), "{json}");
    }
}

#[test]
fn of_an_array_there_are_its_texts() {
    fn array(object: &str) -> Array<'_> {
        match read(object).expect(object).get("a") {
            Some(Value::Array(array)) => array.clone(),
            other => panic!("{object}: {other:?}"),
        }
    }
    let texts = |object: &str| array(object).only_texts().map(|texts| texts.join(","));
    assert!(array(r#"{"a":[]}"#).is_empty());
    assert_eq!(texts(r#"{"a":[]}"#).as_deref(), Some(""));
    assert_eq!(texts(r#"{"a":["b", "\u0063"]}"#).as_deref(), Some("b,c"));
    for other in ["1", "null", "true", "[]", r#"["c"]"#, "{}", r#"{"c":1}"#] {
        let (mixed, alone) = (format!(r#"{{"a":["b", {other}, "d"]}}"#), format!(r#"{{"a":[{other}]}}"#));
        let mixed = array(&mixed);
        assert_eq!(mixed.only_texts(), None, "{other}");
        assert!(mixed.contains("b") && mixed.contains("d") && !mixed.contains("c"), "{other}");
        assert!(!array(&alone).is_empty(), "{other}");
    }
}

#[test]
fn after_an_error_the_reader_is_safe_to_ask() {
    for json in ["\"\\é\"", "\"é\u{1}é\"", "[1,é", "{\"a\":trué}", "-é", "\"\\u00é\""] {
        let mut reader = Reader::new(json.as_bytes()).expect("UTF-8");
        for _ in 0..4 {
            let _ = (reader.text().is_ok(), reader.literal(), reader.number(), reader.kind(), reader.skip());
        }
        assert!(reader.end().is_err(), "{json}");
    }
}

#[test]
fn what_means_nothing_is_a_fault_of_whoever_asks_for_it() {
    let odd = [
        r#""\ud800""#,
        r#""\udc00""#,
        r#""\ud800\ud800""#,
        r#""\ud800\u0041""#,
        r#""\ud800 \udc00""#,
        r#""\udc00\ud800""#,
        "1e400",
        "-1e400",
        r#"["b", "\ud800"]"#,
        "[1e400]",
    ];
    for json in odd {
        let unread = format!(r#"{{"a":1,"b":{json},"o":{{"b":{json}}},"c":[[{json}]]}}"#);
        assert_eq!(fault(&unread), None, "{json}");
        let unreadable = |path: &str| Some((FaultKind::Unreadable, path.to_owned()));
        assert_eq!(fault(&format!(r#"{{"a":{json}}}"#)), unreadable("a"), "{json}");
        assert_eq!(fault(&format!(r#"{{"o":{{"i":{{"a":{json}}}}}}}"#)), unreadable("o.i.a"), "{json}");
    }
    // A name with half of a pair is none that is asked for.
    assert_eq!(fault(r#"{"\ud800":1,"\ud800":1,"a\ud800":1,"a":1}"#), None);
    assert_eq!(fault(r#"{"a":1e-400}"#), None, "nearly nothing is a number");
}

#[test]
fn a_member_that_was_asked_for_twice_is_told() {
    let cases = [
        ("it", r#"{"a":1,"a":1}"#, Some("a")),
        ("written in another way", r#"{"a":1,"\u0061":1}"#, Some("a")),
        ("what is not asked for", r#"{"a":1,"b":1,"b":1}"#, None),
        ("the object", r#"{"o":{},"o":{}}"#, Some("o")),
        ("an object in it", r#"{"o":{"i":{"a":1},"i":{"a":1}}}"#, Some("o.i")),
        ("a member of that", r#"{"o":{"i":{"a":1,"a":1}}}"#, Some("o.i.a")),
        ("in the second of two", r#"{"o":1,"o":{"i":{"a":1,"a":1}}}"#, Some("o.i.a")),
        ("what is not asked for within", r#"{"o":{"b":1,"b":1,"i":{"b":1,"b":1}}}"#, None),
        ("within what was asked for", r#"{"a":{"b":1,"b":1}}"#, None),
        ("within an array", r#"{"o":[{"i":1,"i":1}]}"#, None),
    ];
    for (name, json, expected) in cases {
        assert_eq!(fault(json), expected.map(|path| (FaultKind::Repeated, path.to_owned())), "{name}");
    }
}

#[test]
fn a_fault_is_told_by_the_path_that_is_configured() {
    let cases = [
        (&["my.api", "r"][..], r#"{"my.api":{"r":1,"r":1}}"#, r"my\.api.r"),
        (&[r"a\b"], r#"{"a\\b":1,"a\\b":1}"#, r"a\\b"),
        (
            &["https://a.example/r"],
            r#"{"https://a.example/r":1,"https://a.example/r":1}"#,
            "https://a.example/r",
        ),
    ];
    for (path, json, expected) in cases {
        let mut wanted = Vec::new();
        Wanted::add(&mut wanted, &path.iter().map(ToString::to_string).collect::<Vec<_>>());
        let members = read_object(json.as_bytes(), &wanted).expect("an object");
        assert_eq!(members.fault().map(ToString::to_string).as_deref(), Some(expected));
    }
}

#[test]
fn a_member_of_a_member_is_had_by_their_names() {
    let cases = [
        (r#"{"o":{"i":{"a":1,"b":2}}}"#, "o.i.a", Some(number("1"))),
        (r#"{"o":{"i":{"a":1,"b":2}}}"#, "o.i.b", None),
        (r#"{"o":{"i":[{"a":1}]}}"#, "o.i.a", None),
        (r#"{"o":{"i":[7]}}"#, "o.i.0", None),
        (r#"{"o":{"i":"b"}}"#, "o.i", Some(text("b"))),
        (r#"{"o":"i"}"#, "o.i", None),
        (r#"{"a":1}"#, "o.i", None),
    ];
    for (json, path, expected) in cases {
        assert_eq!(read(json).expect(json).within(&names(path)), expected.as_ref(), "{json} {path}");
    }
    assert_eq!(read(r#"{"a":1}"#).expect("an object").within(&[]), None);
}

/// JSON of all kinds, written by another library.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            proptest::collection::vec(("[abio]|.{0,4}", inner), 0..5)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_another_library_writes_is_read(value in any_json()) {
        let json = serde_json::json!({"a": value, "b": value}).to_string();
        let members = read(&json).expect("an object");
        match &value {
            serde_json::Value::String(text) => {
                let text = Value::Text(text.as_str().into());
                prop_assert_eq!(members.get("a"), Some(&text));
            }
            serde_json::Value::Number(written) => {
                let written = written.to_string();
                let number = number(&written);
                prop_assert_eq!(members.get("a"), Some(&number));
            }
            serde_json::Value::Array(elements) => {
                let Some(Value::Array(read)) = members.get("a") else { panic!("{json}") };
                let texts: Option<Vec<&str>> = elements.iter().map(serde_json::Value::as_str).collect();
                let read = read.only_texts().map(|read| read.iter().map(AsRef::as_ref).collect());
                prop_assert_eq!(read, texts);
            }
            _ => prop_assert!(members.get("a").is_some()),
        }
    }

    #[test]
    fn what_is_read_another_library_reads_too(value in r#"[{}\[\],:"a0-9eE.+\-d8tfn ]{0,8}"#) {
        let json = format!(r#"{{"a":{value}}}"#);
        let taken = serde_json::from_str::<serde_json::Value>(&json).is_ok();
        prop_assert_eq!(read(&json).is_ok(), taken, "{}", json);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(json in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = read_object(&json, &wanted(&["a", "o.i.a"]));
    }

    #[test]
    fn a_name_is_what_it_says(name in ".{0,6}", other in ".{0,6}") {
        let json = serde_json::json!({ &name: 1 }).to_string();
        let mut asked = Vec::new();
        Wanted::add(&mut asked, std::slice::from_ref(&other));
        let members = read_object(json.as_bytes(), &asked).expect("an object");
        prop_assert_eq!(members.get(&other).is_some(), name == other);
    }
}
