//! What of the claims goes to the log.

use super::*;

fn logged(paths_to_log: &[&str], members: &str) -> Option<String> {
    let verifier = Verifier::new("api").keep_claims(paths(&["secret"])).log_claims(paths(paths_to_log));
    judge(&verifier, members).expect(members).logged()
}

#[test]
fn each_claim_is_shown_by_its_path_and_its_value_in_json() {
    let all = ["tenant", "realm_access.roles", "https://t.example/email", "plan", "my claim"];
    let cases = [
        (r#""tenant":"acme""#, Some(r#"tenant="acme""#)),
        (
            r#""realm_access":{"roles":["a","b c"]},"tenant":"acme""#,
            Some(r#"tenant="acme" realm_access.roles=["a","b c"]"#),
        ),
        (r#""https://t.example/email":true,"plan":-7"#, Some("https://t.example/email=true plan=-7")),
        (r#""tenant":[],"plan":100.0"#, Some("tenant=[] plan=100.0")),
        (r#""plan":1e300"#, Some("plan=1e300")),
        (r#""plan":18446744073709551616,"tenant":null"#, Some("tenant=OTHER plan=TOO_LARGE")),
        // A text that says the same is in quotes.
        (r#""plan":"TOO_LARGE","tenant":"true""#, Some(r#"tenant="true" plan="TOO_LARGE""#)),
        (r#""my claim":"x""#, Some(r#""my claim"="x""#)),
        (r#""other":"acme","secret":"s""#, None),
        ("", None),
    ];
    for (members, expected) in cases {
        assert_eq!(logged(&all, members).as_deref(), expected, "{members}");
    }
}

/// What is kept and not to be logged is not, and what is both is once.
#[test]
fn nothing_is_logged_that_is_not_named_for_it() {
    let members = r#""secret":"s","tenant":"acme","email":"e""#;
    assert_eq!(logged(&[], members), None);
    assert_eq!(logged(&["tenant"], members).as_deref(), Some(r#"tenant="acme""#));
    assert_eq!(
        logged(&["tenant", "secret", "tenant"], members).as_deref(),
        Some(r#"secret="s" tenant="acme""#)
    );
    let verifier = Verifier::new("api").log_claims(paths(&["tenant"]));
    let claims = judge(&verifier, members).expect("a good one");
    assert_eq!(
        (claims.claim("tenant"), claims.claim("email")),
        (ClaimValue::Text("acme"), ClaimValue::NotKept)
    );
    assert_eq!(judge(&Verifier::new("api"), members).expect("a good one").logged(), None);
}

#[test]
fn a_value_cannot_be_taken_for_another_claim() {
    let cases = [
        (r#"acme" roles=["admin"] x="#, r#""acme\" roles=[\"admin\"] x=""#),
        (r#"a\" b="c"#, r#""a\\\" b=\"c""#),
        (r"a\", r#""a\\""#),
        ("a\nb\r\tc\0", r#""a\u000ab\u000d\u0009c\u0000""#),
        ("\u{1b}[2J\u{9b}\u{7f}", r#""\u001b[2J\u009b\u007f""#),
        ("\u{2028}\u{202e}\u{200b}\u{a0}e\u{301}", r#""\u2028\u202e\u200b\u00a0e\u0301""#),
        ("\u{e0041}", r#""\udb40\udc41""#),
        ("Zoë's 役割 😀", r#""Zoë's 役割 😀""#),
    ];
    for (text, shown) in cases {
        let members = format!(r#""a":{0},"b":[{0},{0}]"#, json!(text));
        assert_eq!(logged(&["a", "b"], &members), Some(format!("a={shown} b=[{shown},{shown}]")));
    }
}

#[test]
fn what_is_long_is_cut_outside_of_its_quotes() {
    let x = |length: usize| "x".repeat(length);
    assert_eq!(logged(&["a"], &format!(r#""a":"{}""#, x(256))), Some(format!(r#"a="{}""#, x(256))));
    assert_eq!(logged(&["a"], &format!(r#""a":"{}""#, x(257))), Some(format!(r#"a="{}"…"#, x(256))));
    assert_eq!(logged(&["a"], &format!(r#""a":"{}…""#, x(255))), Some(format!(r#"a="{}…""#, x(255))));
    // Each is whole, or not there; what comes after it and is small is shown still.
    let escapes = format!(r#""a":"{}","b":true"#, r"\u0000".repeat(200));
    assert_eq!(logged(&["a", "b"], &escapes).as_deref(), Some("a=… b=true"));
    let many = format!(r#""a":[{}],"b":"y""#, vec![r#""0123456789""#; 64].join(","));
    assert_eq!(logged(&["a", "b"], &many).expect("a line").len(), r#"a=[] b="y""#.len() + 64 * 13 - 1);
    // As many texts as there is room for, and what has room after them.
    let longer =
        |last: &str| format!(r#""a":[{}],"b":{last}"#, vec![format!(r#""{}""#, x(30)); 60].join(","));
    let shown = vec![format!(r#""{}""#, x(30)); 30].join(",");
    assert_eq!(logged(&["a", "b"], &longer("true")), Some(format!("a=[{shown}…] b=true")));
    assert_eq!(
        logged(&["a", "b"], &longer(r#""yes, it is, whatever you may think""#)),
        Some(format!("a=[{shown}…] b=…"))
    );
}

/// Reads a line as whoever looks for one claim would: a path, `=`, and one JSON value after the other.
fn read_line(line: &str) -> Option<Vec<(String, String)>> {
    let (mut rest, mut claims) = (line, Vec::new());
    while !rest.is_empty() {
        let (path, value) = rest.split_once('=')?;
        let end = end_of_value(value)?;
        claims.push((path.to_owned(), value[..end].to_owned()));
        rest = value[end..].strip_prefix(' ').unwrap_or(&value[end..]);
    }
    Some(claims)
}

/// Where the first space stands that is in no string.
fn end_of_value(value: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (index, character) in value.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ' ' if !quoted => return Some(index),
            _ => {}
        }
    }
    (!quoted).then_some(value.len())
}

proptest! {
    #[test]
    fn a_line_is_bounded_and_has_the_claims_that_were_named(
        one in r#"["\\= ,\[\]a\x00-\x1f…]{0,20}|.{0,300}"#,
        list in proptest::collection::vec(r#"["\\= ,\[\]a…]{0,8}|.{0,80}"#, 0..64),
    ) {
        let members = format!(r#""one":{},"list":{},"last":false"#, json!(one), json!(list));
        let line = logged(&["one", "list", "last"], &members).expect("a line");
        prop_assert!(line.len() <= 1024 + "one=… list=… last=…".len(), "{}", line.len());
        prop_assert!(!line.chars().any(char::is_control), "{line}");
        let claims = read_line(&line).expect("it can be read");
        let names: Vec<&str> = claims.iter().map(|(name, _)| name.as_str()).collect();
        prop_assert_eq!(names, ["one", "list", "last"]);
        if let Ok(shown) = serde_json::from_str::<Value>(&claims[0].1) {
            prop_assert_eq!(shown, json!(one));
        } else {
            prop_assert!(claims[0].1.ends_with('…'), "{}", &claims[0].1);
        }
        if let Ok(shown) = serde_json::from_str::<Value>(&claims[1].1) {
            prop_assert_eq!(shown, json!(list));
        } else {
            prop_assert!(claims[1].1.contains('…') || claims[1].1 == "TOO_LARGE", "{}", &claims[1].1);
        }
    }
}
