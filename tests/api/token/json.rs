//! JSON that was written to be read in two ways, or to end whoever reads it.

use super::*;

/// Names that `serde_json` and others use among themselves. Under certain features, which any crate of a build may
/// switch on and the tests do, an object with one of them is a text or a number.
const PRIVATE_NAMES: [&str; 3] =
    ["$serde_json::private::RawValue", "$serde_json::private::Number", "$__toml_private_datetime"];

fn header_with(member: &str) -> String {
    good().header_json().replacen('{', &format!("{{{member},"), 1)
}

fn payload_with(member: &str) -> String {
    good().payload_json().replacen('{', &format!("{{{member},"), 1)
}

/// JSON within a string of an object with that one name, and so on: as deep as it likes for whoever reads what is in
/// the string, and three levels for everybody else. Each level writes the quotes of those below it twice as long.
fn text_in_text(name: &str, levels: usize) -> String {
    (0..levels).fold("1".to_owned(), |inner, _| json!({ name: inner }).to_string())
}

#[tokio::test]
async fn row_100_private_names_of_json_libraries_are_names_like_others() {
    let app = App::start().await;
    let header = good().header_json();
    let mut cases = Vec::new();
    for name in PRIVATE_NAMES {
        // Each value is right, if it is taken for what the library would take it for.
        let now = 1_800_000_000;
        for (claim, value) in [
            ("iss", json!(ISSUER).to_string()),
            ("aud", json!(AUDIENCE).to_string()),
            ("sub", json!("alice").to_string()),
            ("exp", (now + 60).to_string()),
            ("nbf", now.to_string()),
            ("iat", now.to_string()),
            ("azp", json!("client").to_string()),
            ("jti", json!("1").to_string()),
        ] {
            let token = good().claim(claim, json!({ name: value })).sign();
            cases.push(case(format!("{claim} by {name}"), token, INVALID));
        }
        let scope = json!({ name: json!("items:read items:list").to_string() });
        cases.push(case(format!("scope by {name}"), good().claim("scope", scope).sign(), LACKS_SCOPE));
        for member in ["alg", "kid", "typ"] {
            let token = good().header(member, json!({ name: json!("RS256").to_string() })).sign();
            cases.push(case(format!("{member} by {name}"), token, INVALID));
        }
        let deep = text_in_text(name, 5);
        let nested = format!(r#"{{"{name}":{}}}"#, json!(format!("{}1", r#"{"x":"#.repeat(250))));
        for inner in [deep, nested] {
            let unread = format!(r#""x":{inner}"#);
            let token = issuer().sign(&header_with(&unread), &payload_with(&unread));
            cases.push(case(format!("{name} in members that are not read"), token, ALLOWED));
            let token = issuer().sign(&header, &payload_with(&format!(r#""nonce":{inner}"#)));
            cases.push(case(format!("{name} in a member that is read"), token, INVALID));
        }
        let whole = json!({ name: good().payload_json() }).to_string();
        cases.push(case(format!("the payload in {name}"), issuer().sign(&header, &whole), INVALID));
    }
    check(&app, cases).await;
}

#[tokio::test]
async fn rows_29_and_100_depth_is_judged_wherever_it_is() {
    let app = App::start().await;
    let header = good().header_json();
    let arrays = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let objects = |levels: usize| format!("{}1{}", r#"{"x":"#.repeat(levels), "}".repeat(levels));
    let mut cases = Vec::new();
    for (shape, nested) in [("arrays", &arrays as &dyn Fn(usize) -> String), ("objects", &objects)] {
        // The object around it is the first of 32 levels.
        for (levels, payload, in_header) in
            [(31, ALLOWED, ALLOWED), (32, MALFORMED, MALFORMED), (600, MALFORMED, MALFORMED)]
        {
            let unread = format!(r#""x":{}"#, nested(levels));
            cases.push(case(
                format!("{levels} levels of {shape} in the payload"),
                issuer().sign(&header, &payload_with(&unread)),
                payload,
            ));
            cases.push(case(
                format!("{levels} levels of {shape} in the header"),
                issuer().sign(&header_with(&unread), &good().payload_json()),
                in_header,
            ));
        }
    }
    check(&app, cases).await;
}

#[tokio::test]
async fn what_means_nothing_is_a_fault_where_it_is_read_alone() {
    let app = App::start().await;
    let header = good().header_json();
    let mut cases = Vec::new();
    for odd in
        [r#""\ud800""#, r#""\udc00\ud800""#, r#""x\ud83dx""#, "1e400", "-1e400", r#"["\ud800"]"#, "[1e400]"]
    {
        let unread = format!(r#""x":{odd},"\ud800":{odd},"y":{{"sub":{odd}}}"#);
        let token = issuer().sign(&header_with(&unread), &payload_with(&unread));
        cases.push(case(format!("{odd} in members that are not read"), token, ALLOWED));
        for claim in ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "client_id", "scope", "scp"] {
            let payload = good().without_claim(claim).payload_json();
            let payload = payload.replacen('{', &format!(r#"{{"{claim}":{odd},"#), 1);
            cases.push(case(format!("{odd} in {claim}"), issuer().sign(&header, &payload), INVALID));
        }
        for member in ["alg", "kid", "typ", "crit"] {
            let header = good().without_header(member).header_json();
            let header = header.replacen('{', &format!(r#"{{"{member}":{odd},"#), 1);
            cases.push(case(
                format!("{odd} in {member}"),
                issuer().sign(&header, &good().payload_json()),
                INVALID,
            ));
        }
    }
    check(&app, cases).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let app = App::start().await;
    for (claim, told) in [
        ("sub", "The access token has a sub in its payload that is no valid text or number"),
        ("scope", "The access token has a scope in its payload that is no valid text or number"),
    ] {
        let payload = good().without_claim(claim).payload_json();
        let payload = payload.replacen('{', &format!(r#"{{"{claim}":"\ud800","#), 1);
        let answer = app.call(UNARY).bearer(&issuer().sign(&good().header_json(), &payload)).send().await;
        assert_eq!(answer.status().message(), told);
        // Of a token that was not verified, nothing is told.
        let forged = TestIssuer::new(ISSUER, AUDIENCE).kid("test-key").sign(&good().header_json(), &payload);
        let answer = app.call(UNARY).bearer(&forged).send().await;
        assert_eq!(answer.status().message(), "The access token's signature does not verify");
    }
}
