//! What a handler is told of a claim, and within which bounds.

use super::*;

fn keeping(texts: &[&str]) -> Verifier {
    Verifier::new("api").keep_claims(paths(texts))
}

/// What a test compares, and can hold.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    Text(String),
    Texts(Vec<String>),
    Other(ClaimValue<'static>),
}

fn told(value: ClaimValue<'_>) -> Told {
    match value {
        ClaimValue::Text(text) => Told::Text(text.to_owned()),
        ClaimValue::Texts(texts) => Told::Texts(texts.iter().map(ToOwned::to_owned).collect()),
        ClaimValue::Missing => Told::Other(ClaimValue::Missing),
        ClaimValue::NotKept => Told::Other(ClaimValue::NotKept),
        ClaimValue::Boolean(value) => Told::Other(ClaimValue::Boolean(value)),
        ClaimValue::Integer(number) => Told::Other(ClaimValue::Integer(number)),
        ClaimValue::Number(number) => Told::Other(ClaimValue::Number(number)),
        ClaimValue::TooLarge => Told::Other(ClaimValue::TooLarge),
        ClaimValue::Other => Told::Other(ClaimValue::Other),
    }
}

fn text(text: &str) -> Told {
    Told::Text(text.to_owned())
}

fn texts(texts: &[&str]) -> Told {
    Told::Texts(texts.iter().map(ToString::to_string).collect())
}

/// Of one claim, which is written like this.
fn of(json: &str) -> Told {
    let claims = judge(&keeping(&["c"]), &format!(r#""c":{json}"#)).expect(json);
    told(claims.claim("c"))
}

#[test]
fn a_value_is_told_by_its_type() {
    use ClaimValue::{Boolean, Integer, Number, Other, TooLarge};
    let cases = [
        (r#""acme""#, text("acme")),
        (r#""""#, text("")),
        (r#""\u0061\n役""#, text("a\n役")),
        (r#"["a","\u0062"]"#, texts(&["a", "b"])),
        ("[]", texts(&[])),
        (r#"["",""]"#, texts(&["", ""])),
        ("true", Told::Other(Boolean(true))),
        ("false", Told::Other(Boolean(false))),
        ("0", Told::Other(Integer(0))),
        ("-0", Told::Other(Integer(0))),
        ("9223372036854775807", Told::Other(Integer(i64::MAX))),
        ("-9223372036854775808", Told::Other(Integer(i64::MIN))),
        ("9007199254740993", Told::Other(Integer(9_007_199_254_740_993))),
        // Rounded, this one and its neighbours would be one number.
        ("9223372036854775808", Told::Other(TooLarge)),
        ("-9223372036854775809", Told::Other(TooLarge)),
        ("1.0", Told::Other(Number(1.0))),
        ("-1.5e3", Told::Other(Number(-1500.0))),
        ("1E2", Told::Other(Number(100.0))),
        ("1e-400", Told::Other(Number(0.0))),
        ("null", Told::Other(Other)),
        ("{}", Told::Other(Other)),
        (r#"{"c":"a"}"#, Told::Other(Other)),
        ("[1,2]", Told::Other(Other)),
        (r#"["a",1]"#, Told::Other(Other)),
        (r#"["a",null]"#, Told::Other(Other)),
        (r#"["a",["b"]]"#, Told::Other(Other)),
        // What cannot be read refuses no token here, and is not missing.
        (r#""\ud800""#, Told::Other(Other)),
        (r#""suspended\udc00""#, Told::Other(Other)),
        (r#"["a","\ud800"]"#, Told::Other(Other)),
        ("1e400", Told::Other(Other)),
        ("-1e400", Told::Other(Other)),
        (r#"{"a":"\ud800","a":1e400}"#, Told::Other(Other)),
    ];
    for (json, expected) in cases {
        assert_eq!(of(json), expected, "{json}");
    }
}

#[test]
fn what_is_beyond_a_bound_is_too_large_and_not_missing() {
    let too_large = Told::Other(ClaimValue::TooLarge);
    let long = |length: usize| "x".repeat(length);
    let quoted = |length: usize| format!(r#""{}""#, long(length));
    let list = |count: usize, length: usize| format!("[{}]", vec![quoted(length); count].join(","));
    let all = |count: usize, length: usize| Told::Texts(vec![long(length); count]);
    let cases = [
        ("a text", quoted(1024), Told::Text(long(1024))),
        ("a longer text", quoted(1025), too_large.clone()),
        ("a text of bytes, not characters", format!(r#""{}""#, "役".repeat(342)), too_large.clone()),
        ("many texts", list(64, 3), all(64, 3)),
        ("one more", list(65, 3), too_large.clone()),
        ("a great many that are empty", list(1000, 0), too_large.clone()),
        ("a long list", list(2, 1024), all(2, 1024)),
        ("of one", list(1, 2048), all(1, 2048)),
        ("a byte more", format!(r#"[{},"{}"]"#, quoted(1024), long(1025)), too_large.clone()),
        ("a number of many digits", "1".repeat(300), too_large),
        (
            "numbers, of which none is kept",
            format!("[{}1]", "1,".repeat(1000)),
            Told::Other(ClaimValue::Other),
        ),
    ];
    for (name, json, expected) in cases {
        assert_eq!(of(&json), expected, "{name}");
    }
}

/// In the order of the configuration: what comes first is kept first, and what is small and comes last has room still.
#[test]
fn all_claims_of_a_token_share_a_bound() {
    let verifier = keeping(&["a", "b", "c", "d", "n", "e"]);
    let long = |length: usize| "x".repeat(length);
    let kept = |lengths: [usize; 4]| {
        let [a, b, c, d] = lengths.map(long);
        let members = format!(r#""e":"","n":7,"d":"{d}","c":"{c}","b":["{b}"],"a":["{a}"]"#);
        let claims = judge(&verifier, &members).expect("a good one");
        let is_kept = |claim: &str| claims.claim(claim) != ClaimValue::TooLarge;
        assert_eq!((claims.claim("n"), claims.claim("e")), (ClaimValue::Integer(7), ClaimValue::Text("")));
        ["a", "b", "c", "d"].map(is_kept)
    };
    assert_eq!(kept([2048, 1024, 1000, 24]), [true; 4]);
    assert_eq!(kept([2048, 1024, 1000, 25]), [true, true, true, false]);
    assert_eq!(kept([2048, 2048, 1, 1]), [true, true, false, false]);
    assert_eq!(kept([2048, 2000, 100, 48]), [true, true, false, true]);
    assert_eq!(kept([2049, 2048, 1024, 1024]), [false, true, true, true]);
}

#[test]
fn a_claim_is_found_by_its_path_as_it_was_configured() {
    let configured = ["realm_access.roles", r"resource_access.my\.api.roles", "https://t.example/email", "a"];
    let verifier = keeping(&configured);
    let members = r#""realm_access":{"roles":["r"]},"resource_access":{"my.api":{"roles":["s"]}},
        "https://t.example/email":"e","a":"t","b":"u""#;
    let claims = judge(&verifier, members).expect("a good one");
    let expected = [texts(&["r"]), texts(&["s"]), text("e"), text("t")];
    assert_eq!(configured.map(|path| told(claims.claim(path))), expected);
    for other in ["b", "sub", "", "A", "a ", "realm_access", "roles", "resource_access.my.api.roles"] {
        assert_eq!(claims.claim(other), ClaimValue::NotKept, "{other}");
    }
    let none = judge(&Verifier::new("api"), members).expect("a good one");
    assert_eq!(none.claim("a"), ClaimValue::NotKept);
}

#[test]
fn only_what_is_not_there_is_missing() {
    let verifier = keeping(&["user", "user.status"]);
    let cases = [
        (r#""other":1"#, ClaimValue::Missing, ClaimValue::Missing),
        (r#""user":{}"#, ClaimValue::Other, ClaimValue::Missing),
        (r#""user":{"status":"suspended"}"#, ClaimValue::Other, ClaimValue::Text("suspended")),
        (r#""user":{"status":null}"#, ClaimValue::Other, ClaimValue::Other),
        // A status may be in there, which nobody can tell.
        (r#""user":[{"status":"suspended"}]"#, ClaimValue::Other, ClaimValue::Other),
        (r#""user":"suspended""#, ClaimValue::Text("suspended"), ClaimValue::Other),
        (r#""user":"\ud800""#, ClaimValue::Other, ClaimValue::Other),
        (r#""user":null"#, ClaimValue::Other, ClaimValue::Other),
    ];
    for (members, user, status) in cases {
        let claims = judge(&verifier, members).expect(members);
        assert_eq!((claims.claim("user"), claims.claim("user.status")), (user, status), "{members}");
    }
}

/// Of two it is not clear which counts, as in any member that is read.
#[test]
fn a_kept_claim_that_is_there_twice_refuses_the_token() {
    let verifier = keeping(&["a", "u.s"]);
    let cases = [
        (r#""a":1,"a":1"#, Some("a")),
        (r#""a":1,"\u0061":"\ud800""#, Some("a")),
        (r#""a":"\ud800","a":"\ud800""#, Some("a")),
        (r#""u":{"s":1,"s":1}"#, Some("u.s")),
        (r#""u":{},"u":1"#, Some("u")),
        (r#""u":{"t":1,"t":1},"b":1,"b":1"#, None),
        (r#""a":{"b":1,"b":1}"#, None),
    ];
    for (members, repeated) in cases {
        let expected = repeated
            .map(|member| InvalidToken::Repeated { part: Part::Payload, member: member.to_owned() }.into());
        assert_eq!(judge(&verifier, members).err(), expected, "{members}");
    }
}

/// What is read for something else is judged for that as ever, whether it is kept or not.
#[test]
fn a_claim_that_is_kept_besides_is_judged_no_less() {
    let scopes = ["roles.api", "scope"];
    let plain = Verifier::new("api").scope_claims(paths(&scopes)).audience_claim("for");
    let keeps =
        plain.clone().keep_claims(paths(&["sub", "azp", "roles", "roles.api", "scope", "for", "exp", "jti"]));
    let cases = [
        (r#""for":"api""#, true),
        (r#""for":"\ud800""#, false),
        (r#""for":"api","azp":1"#, false),
        (r#""for":"api","azp":"\ud800""#, false),
        (r#""for":"api","jti":1"#, false),
        (r#""for":"api","scope":"\ud800""#, false),
        (r#""for":"api","roles":1e400"#, false),
        (r#""for":"api","roles":{"api":["\ud800"]}"#, false),
        (r#""for":"api","roles":{"other":["\ud800"]}"#, true),
        (r#""for":"api","roles":"x","scope":7"#, true),
    ];
    for (members, is_accepted) in cases {
        let [by_plain, by_keeping] = [&plain, &keeps].map(|verifier| judge(verifier, members));
        assert_eq!(by_plain.as_ref().err(), by_keeping.as_ref().err(), "{members}");
        assert_eq!(by_keeping.is_ok(), is_accepted, "{members}");
    }
    let claims = judge(&keeps, r#""for":"api","roles":{"api":["r"]}"#).expect("a good one");
    assert_eq!(told(claims.claim("roles.api")), texts(&["r"]));
    assert_eq!(claims.claim("roles"), ClaimValue::Other);
    assert_eq!((claims.claim("sub"), claims.claim("azp")), (ClaimValue::Text("alice"), ClaimValue::Missing));
    assert_eq!(
        (claims.claim("exp"), claims.scopes().contains("r")),
        (ClaimValue::Integer(1_800_003_600), true)
    );
}

#[test]
fn kept_claims_are_not_shown() {
    let verifier = keeping(&["email"]).log_claims(paths(&["tenant"]));
    let claims = judge(&verifier, r#""email":"alice@mail.example","tenant":"acme""#).expect("a good one");
    assert_eq!(claims.claim("email"), ClaimValue::Text("alice@mail.example"));
    let shown = format!("{claims:?} {claims:#?}");
    assert!(shown.contains("alice") && !shown.contains("mail.example") && !shown.contains("acme"), "{shown}");
}

#[test]
fn claims_are_the_same_where_all_that_they_say_is() {
    let verifier = keeping(&["a", "n"]);
    let judge = |members: &str| judge(&verifier, members).expect(members);
    assert!(judge(r#""a":"x","n":1.5"#) == judge(r#""n":15e-1,"a":"\u0078""#));
    for (one, other) in
        [(r#""a":"x""#, r#""a":"y""#), (r#""a":["x","y"]"#, r#""a":["xy",""]"#), ("", r#""a":null"#)]
    {
        assert!(judge(one) != judge(other), "{one} {other}");
    }
}

/// What is counted is what was asked of the allocator, which takes up to a quarter more for it.
#[test]
fn kept_claims_count_in_the_size_that_is_said() {
    let roles = |count: usize, length: usize| {
        format!(r#""roles":[{}]"#, vec![format!(r#""{}""#, "r".repeat(length)); count].join(","))
    };
    let cases = [
        ("none", String::new()),
        ("a short one", r#""tenant":"acme""#.to_owned()),
        ("a long one", format!(r#""tenant":"{}""#, "t".repeat(1000))),
        ("many", roles(64, 32)),
        ("short ones", roles(64, 1)),
        ("too many", roles(65, 32)),
    ];
    let mut sizes = Vec::new();
    for (name, members) in cases {
        let claims = judge(&keeping(&["tenant", "roles", "level"]), &members).expect(name);
        let copied = allocation_counter::measure(|| std::mem::forget(claims.clone()));
        let taken = usize::try_from(copied.bytes_current).expect("no less than before");
        let said = claims.heap_size();
        assert!((said / 100 * 70..=said).contains(&taken), "{name}: said {said}, taken {taken}");
        sizes.push(said);
    }
    assert!(sizes[3] > sizes[0] + 64 * 32 && sizes[5] == sizes[0], "{sizes:?}");
    let without = judge(&Verifier::new("api"), &roles(64, 32)).expect("a good one").heap_size();
    assert!(without < sizes[0], "{without}");
}

/// A token of which nothing is kept pays one pointer for what could be.
#[test]
fn claims_take_a_pointer_for_those_that_are_kept() {
    let [issuer, names] = [2 * size_of::<usize>(); 2];
    let [client, kept] = [size_of::<usize>(); 2];
    let rest = size_of::<crate::scope::ScopeSet>() + size_of::<super::lifetime::Lifetime>();
    assert_eq!(size_of::<Claims>(), issuer + names + client + kept + rest);
}

/// What another library makes of the same JSON.
fn expected(value: Option<&Value>) -> Told {
    match value {
        None => Told::Other(ClaimValue::Missing),
        Some(Value::Bool(value)) => Told::Other(ClaimValue::Boolean(*value)),
        Some(Value::String(text)) => Told::Text(text.clone()),
        Some(Value::Array(elements)) => {
            let texts: Option<Vec<String>> =
                elements.iter().map(|element| element.as_str().map(ToOwned::to_owned)).collect();
            texts.map_or(Told::Other(ClaimValue::Other), Told::Texts)
        }
        Some(Value::Number(number)) => Told::Other(match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => ClaimValue::Integer(integer),
            (None, Some(number)) => ClaimValue::Number(number),
            (None, None) => ClaimValue::Other,
        }),
        Some(Value::Null | Value::Object(_)) => Told::Other(ClaimValue::Other),
    }
}

proptest! {
    /// No value refuses a token, and none is told as anything but what it is.
    #[test]
    fn any_value_is_told_as_what_it_is(top in proptest::option::of(json_value()), within in json_value()) {
        let mut payload: serde_json::Map<String, Value> = serde_json::from_str(&with_members(""))?;
        payload.extend(top.clone().map(|value| ("kept".to_owned(), value)));
        payload.insert("object".to_owned(), json!({ "a": within }));
        let verifier = keeping(&["kept", "object.a", "object.roles"]);
        let claims = judge_payload(&verifier, &Value::from(payload).to_string())?;
        prop_assert_eq!(told(claims.claim("kept")), expected(top.as_ref()));
        prop_assert_eq!(told(claims.claim("object.a")), expected(Some(&within)));
        prop_assert_eq!(claims.claim("object.roles"), ClaimValue::Missing);
    }

    #[test]
    fn any_texts_are_told_in_full_or_not_at_all(
        lists in proptest::collection::vec(proptest::collection::vec(".{0,90}", 0..70), 4),
    ) {
        let claims: serde_json::Map<String, Value> =
            lists.iter().enumerate().map(|(n, list)| (format!("c{n}"), json!(list))).collect();
        let mut payload: serde_json::Map<String, Value> = serde_json::from_str(&with_members(""))?;
        payload.extend(claims);
        let claims = judge_payload(&keeping(&["c0", "c1", "c2", "c3"]), &Value::from(payload).to_string())?;
        let mut length = 0;
        for (n, list) in lists.iter().enumerate() {
            match claims.claim(&format!("c{n}")) {
                ClaimValue::Texts(texts) => {
                    prop_assert!(texts.iter().eq(list.iter().map(String::as_str)));
                    length += texts.iter().map(str::len).sum::<usize>();
                }
                other => prop_assert_eq!(other, ClaimValue::TooLarge),
            }
        }
        prop_assert!(length <= 4096);
    }
}
