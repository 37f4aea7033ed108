//! Calls that are refused, as the contract's table has them, each beside one that is granted.

use sekisho::testing::{TestIssuer, TokenBuilder};
use serde_json::json;

use crate::support::serving::token;

pub(crate) const METHOD: &str = "/api1.v1.Api1/GetStatus";

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    pub(super) wrong: Vec<String>,
    pub(super) right: Vec<String>,
    pub(super) reason: &'static str,
    /// By its name.
    pub(super) check: &'static str,
}

/// A token that is refused, beside one that is granted.
type Pair<'a> = (&'static str, TokenBuilder<'a>, TokenBuilder<'a>, &'static str);

pub(super) fn refusals(one: &TestIssuer) -> Vec<Case> {
    let sent = |tokens: &[&str]| tokens.iter().map(|token| format!("Bearer {token}")).collect::<Vec<_>>();
    let good = token(one).sign();
    let case =
        |name, wrong, reason, check| Case { name, path: METHOD, wrong, right: sent(&[&good]), reason, check };
    let entries = |entries: &[&str]| entries.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>();
    let [header, payload] = ["header", "payload"].map(|_| "W10");
    let parts: Vec<&str> = good.split('.').collect();
    let malformed = |parts: [&str; 3]| sent(&[&parts.join(".")]);
    let mut cases = vec![
        case("no authorization", vec![], "CREDENTIALS_MISSING", "credentials"),
        case("not Bearer", entries(&["Basic YTpi"]), "CREDENTIALS_MALFORMED", "credentials"),
        case("nothing after it", entries(&["Bearer"]), "CREDENTIALS_MALFORMED", "credentials"),
        case("two entries", sent(&[&good, &good]), "CREDENTIALS_MALFORMED", "credentials"),
        case("other characters", entries(&["Bearer a,b"]), "CREDENTIALS_MALFORMED", "credentials"),
        case(
            "a quote behind it",
            entries(&[&format!("Bearer {good}\"")]),
            "CREDENTIALS_MALFORMED",
            "credentials",
        ),
        case(
            "a comma behind it",
            entries(&[&format!("Bearer {good},")]),
            "CREDENTIALS_MALFORMED",
            "credentials",
        ),
        case(
            "a word behind it",
            entries(&[&format!("Bearer {good} x")]),
            "CREDENTIALS_MALFORMED",
            "credentials",
        ),
        case(
            "two in one entry",
            entries(&[&format!("Bearer {good}, Bearer {good}")]),
            "CREDENTIALS_MALFORMED",
            "credentials",
        ),
        case("an opaque token", sent(&["dGhpcyBpcyBvcGFxdWU"]), "ACCESS_TOKEN_MALFORMED", "form"),
        case(
            "an array for a header",
            malformed([header, parts[1], parts[2]]),
            "ACCESS_TOKEN_MALFORMED",
            "form",
        ),
        case(
            "an array for a payload",
            malformed([parts[0], payload, parts[2]]),
            "ACCESS_TOKEN_MALFORMED",
            "form",
        ),
        case("no base64url", malformed([parts[0], parts[1], "a"]), "ACCESS_TOKEN_MALFORMED", "form"),
        case("too long", sent(&[&"e".repeat(2000)]), "ACCESS_TOKEN_MALFORMED", "credentials"),
    ];
    cases.push(Case {
        path: "/api1.v1.Api1/Get",
        ..case("unknown", sent(&[&good]), "UNKNOWN_METHOD", "method")
    });
    cases.push(Case {
        path: "/api1.v1.Api1/GetStatus?x=y",
        ..case("a query", sent(&[&good]), "UNKNOWN_METHOD", "method")
    });
    for (name, wrong, right, check) in tokens(one) {
        let reason = match check {
            "expiry" if name == "expired" => "ACCESS_TOKEN_EXPIRED",
            "scopes" => "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            _ => "ACCESS_TOKEN_INVALID",
        };
        let (wrong, right) = (sent(&[&wrong.sign()]), sent(&[&right.sign()]));
        cases.push(Case { name, path: METHOD, wrong, right, reason, check });
    }
    let signed_by_another = token(&TestIssuer::new("https://one.example/", "api").kid("one")).sign();
    cases.push(case("a bad signature", sent(&[&signed_by_another]), "ACCESS_TOKEN_INVALID", "signature"));
    let twice =
        one.sign(&token(one).header_json(), &token(one).payload_json().replacen('{', r#"{"sub":"x","#, 1));
    cases.push(case("a member twice", sent(&[&twice]), "ACCESS_TOKEN_INVALID", "payload"));
    cases
}

fn tokens(one: &TestIssuer) -> Vec<Pair<'_>> {
    let token = || token(one);
    let (past, future) = (1_000_000_000, 4_000_000_000_u64);
    vec![
        ("expired", token().claim("exp", past), token().claim("exp", future), "expiry"),
        ("no exp", token().without_claim("exp"), token(), "expiry"),
        ("exp a text", token().claim("exp", "4000000000"), token(), "expiry"),
        ("another algorithm", token().header("alg", "RS512"), token().header("alg", "RS256"), "algorithm"),
        ("no algorithm", token().header("alg", "none"), token(), "algorithm"),
        ("crit", token().header("crit", json!(["b64"])), token().header("b64", true), "critical"),
        ("kid a number", token().header("kid", 1), token().without_header("kid"), "key-id"),
        (
            "another typ",
            token().header("typ", "dpop+jwt"),
            token().header("typ", "application/AT+JWT"),
            "type",
        ),
        ("a key of nobody", token().header("kid", "x").claim("iat", past), token().claim("iat", past), "key"),
        ("an ID token", token().claim("at_hash", "x"), token().claim("hash", "x"), "id-token"),
        (
            "bound",
            token().claim("cnf", json!({ "jkt": "x" })),
            token().claim("jkt", "x"),
            "sender-constraint",
        ),
        ("another issuer", token().claim("iss", "https://two.example/"), token(), "issuer"),
        ("but for a slash", token().claim("iss", "https://one.example"), token(), "issuer"),
        ("no issuer", token().without_claim("iss"), token(), "issuer"),
        (
            "another audience",
            token().claim("aud", "other"),
            token().claim("aud", json!(["other", "api"])),
            "audience",
        ),
        ("no audience", token().without_claim("aud"), token(), "audience"),
        ("not yet", token().claim("nbf", future), token().claim("nbf", past), "not-before"),
        ("issued later", token().claim("iat", future), token().without_claim("iat"), "issued-at"),
        ("no subject", token().without_claim("sub"), token(), "subject"),
        ("an empty subject", token().claim("sub", ""), token().claim("sub", " "), "subject"),
        ("jti a number", token().claim("jti", 1), token().claim("jti", "1"), "token-id"),
        ("azp a list", token().claim("azp", json!(["x"])), token().claim("azp", "x"), "client"),
        (
            "another scope",
            token().scope("api2:read:status"),
            token().scope("api2:read:status api1:read:status"),
            "scopes",
        ),
        (
            "no scope",
            token().without_claim("scope"),
            token().claim("scp", json!(["api1:read:status"])),
            "scopes",
        ),
    ]
}
