//! What a token may be like. The numbers are those of the rows of the threat table.

mod form;
mod json;
mod key;
mod kinds;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sekisho::authorizer::Issuer;
use sekisho::jwks::{KeySet, Keys};
use sekisho::testing::{TestIssuer, TokenBuilder};
use sekisho::token::{ClaimPath, TokenProfile, Verifier};
use serde_json::{Value, json};
use tonic::Code;

use crate::support::{AUDIENCE, App, ISSUER, Setup, assert_not_logged, issuer, trusting};

/// Asks for `items:read` and `items:list`.
const UNARY: &str = "/streaming.v1.Streaming/Unary";

const INVALID: Option<&str> = Some("ACCESS_TOKEN_INVALID");
const MALFORMED: Option<&str> = Some("ACCESS_TOKEN_MALFORMED");
const EXPIRED: Option<&str> = Some("ACCESS_TOKEN_EXPIRED");
const LACKS_SCOPE: Option<&str> = Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT");
const ALLOWED: Option<&str> = None;

struct Case {
    name: String,
    token: String,
    /// The reason of the refusal; none where the call is allowed.
    reason: Option<&'static str>,
}

fn case(name: impl Into<String>, token: impl Into<String>, reason: Option<&'static str>) -> Case {
    Case { name: name.into(), token: token.into(), reason }
}

/// A token that may call.
fn good() -> TokenBuilder<'static> {
    issuer().token().scope("items:read items:list")
}

async fn check(app: &App, cases: impl IntoIterator<Item = Case>) {
    for Case { name, token, reason } in cases {
        let ran = app.handlers.ran();
        let answer = app.call(UNARY).bearer(&token).send().await;
        let expected = match reason {
            None => Code::Ok,
            LACKS_SCOPE => Code::PermissionDenied,
            Some(_) => Code::Unauthenticated,
        };
        assert_eq!(
            (answer.http, answer.code(), answer.reason().as_str()),
            (200, expected, reason.unwrap_or("")),
            "{name}"
        );
        assert_eq!(app.handlers.ran() - ran, usize::from(reason.is_none()), "{name}: did the handler run?");
        assert_not_logged(&token);
    }
}

fn paths<const COUNT: usize>(texts: [&str; COUNT]) -> [ClaimPath; COUNT] {
    texts.map(|text| text.parse().expect("a path"))
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn parts(token: &str) -> [String; 3] {
    let parts: Vec<String> = token.split('.').map(ToOwned::to_owned).collect();
    parts.try_into().expect("three parts")
}

#[tokio::test]
async fn a_good_token_may_call() {
    let app = App::start().await;
    let cases = [
        case("Auth0's own dialect", good().sign(), ALLOWED),
        case(
            "Auth0's RFC 9068 dialect",
            good().header("typ", "at+jwt").claim("client_id", "c").claim("jti", "1").sign(),
            ALLOWED,
        ),
        case(
            "18: the issuer's userinfo beside the audience",
            good().claim("aud", json!([AUDIENCE, "https://tenant.example/userinfo"])).sign(),
            ALLOWED,
        ),
        case(
            "scopes of OpenID in front",
            good().scope("openid profile items:read items:list").sign(),
            ALLOWED,
        ),
        case(
            "scp as an array",
            good().without_claim("scope").claim("scp", json!(["items:read", "items:list"])).sign(),
            ALLOWED,
        ),
        case("scope and scp together", good().scope("items:read").claim("scp", "items:list").sign(), ALLOWED),
        case("neither client_id nor azp", good().without_claim("azp").sign(), ALLOWED),
        case("a nbf that is now", good().claim("nbf", 1_800_000_000).sign(), ALLOWED),
        case(
            "fractions of seconds",
            good().claim("exp", 1_800_000_010.5).claim("iat", 1_799_999_999.25).sign(),
            ALLOWED,
        ),
        case("the end of the year 9999", good().claim("exp", 253_402_300_799_u64).sign(), ALLOWED),
        case(
            "a member that is not read, twice",
            issuer().sign(&good().header_json(), &good().payload_json().replacen('{', r#"{"x":1,"x":2,"#, 1)),
            ALLOWED,
        ),
        case(
            "white space in its JSON",
            issuer().sign(&good().header_json().replace(':', " : "), &good().payload_json()),
            ALLOWED,
        ),
    ];
    check(&app, cases).await;
}

#[tokio::test]
async fn rows_9_and_14_dates_that_are_none() {
    let app = App::start().await;
    let twice = |json: String, member: &str| json.replacen('{', &format!("{{{member},"), 1);
    let payload_with =
        |member: &str| issuer().sign(&good().header_json(), &twice(good().payload_json(), member));
    let alg_twice = issuer().sign(&twice(good().header_json(), r#""alg":"RS256""#), &good().payload_json());
    let mut cases = vec![
        case("9: no exp", good().without_claim("exp").sign(), INVALID),
        case("9: exp twice", payload_with(r#""exp":9999999999"#), INVALID),
        case("9: exp twice, once escaped", payload_with(r#""\u0065xp":9999999999"#), INVALID),
        case("alg twice", alg_twice, INVALID),
        case("a nbf that is a string", good().claim("nbf", "0").sign(), INVALID),
        case("an iat that is null", good().claim("iat", Value::Null).sign(), INVALID),
        case("no iat", good().without_claim("iat").sign(), ALLOWED),
    ];
    let too_late = 253_402_300_800_u64;
    let no_dates = [
        json!(null),
        json!("9999999999"),
        json!(-1),
        json!(1e30),
        json!(u64::MAX),
        json!(too_late),
        json!([1]),
        json!(true),
    ];
    for exp in no_dates {
        cases.push(case(format!("9, 14: exp {exp}"), good().claim("exp", exp).sign(), INVALID));
    }
    check(&app, cases).await;
}

#[tokio::test]
async fn rows_10_to_13_dates_and_the_leeway() {
    let app = App::start().await;
    let now = 1_800_000_000_i64;
    let cases = [
        case("10: expired a second ago", good().claim("exp", now - 6).sign(), EXPIRED),
        case("10: expires now", good().claim("exp", now - 5).sign(), EXPIRED),
        case("10: expires in a second", good().claim("exp", now - 4).sign(), ALLOWED),
        case("11: nbf beyond the leeway", good().claim("nbf", now + 6).sign(), INVALID),
        case("11: nbf at the leeway", good().claim("nbf", now + 5).sign(), ALLOWED),
        case("13: iat beyond the leeway", good().claim("iat", now + 6).sign(), INVALID),
        case("13: iat at the leeway", good().claim("iat", now + 5).sign(), ALLOWED),
        case("13: iat in 2100", good().claim("iat", 4_102_444_800_u64).sign(), INVALID),
    ];
    check(&app, cases).await;
}

#[tokio::test]
async fn row_10_the_clock_decides_to_the_second() {
    let app = App::start().await;
    let token = good().sign();
    // The token lasts an hour, and the leeway is five seconds.
    app.clock.advance(Duration::from_secs(3600 + 4));
    check(&app, [case("one second before exp + leeway", token.clone(), ALLOWED)]).await;
    app.clock.advance(Duration::from_secs(1));
    check(&app, [case("at exp + leeway", token.clone(), EXPIRED)]).await;
    app.clock.advance(Duration::from_secs(1));
    check(&app, [case("one second after exp + leeway", token, EXPIRED)]).await;
}

#[tokio::test]
async fn rows_15_to_21_issuer_audience_subject_type() {
    let app = App::start().await;
    let mut cases = Vec::new();
    for (row, claim) in [(15, "iss"), (17, "aud"), (19, "sub")] {
        cases.push(case(format!("{row}: no {claim}"), good().without_claim(claim).sign(), INVALID));
    }
    for iss in [
        json!("https://tenant.example"),
        json!("https://tenant.example//"),
        json!("https://Tenant.example/"),
        json!({"iss": ISSUER}),
        json!([ISSUER]),
        json!(null),
    ] {
        cases.push(case(format!("15: iss {iss}"), good().claim("iss", iss).sign(), INVALID));
    }
    for aud in [
        json!(null),
        json!([]),
        json!({"aud": AUDIENCE}),
        json!([AUDIENCE, 1]),
        json!("auth0-multiple"),
        json!("auth0-multiple-api2"),
        json!("Auth0-Multiple-API"),
        json!([[AUDIENCE]]),
    ] {
        cases.push(case(format!("17: aud {aud}"), good().claim("aud", aud).sign(), INVALID));
    }
    for sub in [json!(1), json!(null), json!(""), json!(["alice"])] {
        cases.push(case(format!("19: sub {sub}"), good().claim("sub", sub).sign(), INVALID));
    }
    for typ in ["dpop+jwt", "logout+jwt", "secevent+jwt", "", "application/dpop+jwt", "at+jwt "] {
        cases.push(case(format!("21: typ {typ:?}"), good().header("typ", typ).sign(), INVALID));
    }
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+JWT", "JWT", "jwt"] {
        cases.push(case(format!("21: typ {typ:?}"), good().header("typ", typ).sign(), ALLOWED));
    }
    cases.push(case("no typ", good().without_header("typ").sign(), ALLOWED));
    cases.push(case("a typ that is a number", good().header("typ", 1).sign(), INVALID));
    for claim in ["nonce", "at_hash", "c_hash"] {
        cases.push(case(format!("an ID token, by its {claim}"), good().claim(claim, "x").sign(), INVALID));
    }
    cases.push(case("an ID token, by its typ", good().claim("typ", "ID").sign(), INVALID));
    cases.push(case("an ID token, by its token_use", good().claim("token_use", "id").sign(), INVALID));
    cases.push(case(
        "Cognito's token_use of an access token",
        good().claim("token_use", "access").sign(),
        ALLOWED,
    ));
    cases.push(case("Keycloak's typ of an access token", good().claim("typ", "Bearer").sign(), ALLOWED));
    cases.push(case("client_id as a number", good().claim("client_id", 1).sign(), INVALID));
    check(&app, cases).await;
}

#[tokio::test]
async fn row_21_the_strict_profile_takes_rfc_9068_alone() {
    let strict = trusting(|verifier| verifier.profile(TokenProfile::Rfc9068));
    let app = App::start_with(Setup { issuer: strict, ..Setup::default() }).await;
    let at_jwt = || good().header("typ", "at+jwt").claim("client_id", "c").claim("jti", "1");
    let cases = [
        case("at+jwt", at_jwt().sign(), ALLOWED),
        case("application/AT+JWT", at_jwt().header("typ", "application/AT+JWT").sign(), ALLOWED),
        case("JWT", at_jwt().header("typ", "JWT").sign(), INVALID),
        case("no typ", at_jwt().without_header("typ").sign(), INVALID),
        case("no client_id", at_jwt().without_claim("client_id").sign(), INVALID),
        case("no jti", at_jwt().without_claim("jti").sign(), INVALID),
        case("no iat", at_jwt().without_claim("iat").sign(), INVALID),
    ];
    check(&app, cases).await;
}

/// RFC 7519 §4.1.3, RFC 9068 §2.2.
#[tokio::test]
async fn rows_17_and_18_a_claim_that_names_the_audience_does_not_put_aud_aside() {
    let by_client = || good().claim("client_id", AUDIENCE).without_claim("aud");
    let of = |aud: Value| by_client().claim("aud", aud).sign();
    let setup = |profile| Setup {
        issuer: trusting(|verifier| verifier.audience_claim("client_id").profile(profile)),
        ..Setup::default()
    };
    let app = App::start_with(setup(TokenProfile::Any)).await;
    let mut cases = vec![
        case("no aud", by_client().sign(), ALLOWED),
        case("both", of(json!(AUDIENCE)), ALLOWED),
        case("both, among others", of(json!(["https://payments.example", AUDIENCE])), ALLOWED),
        case("aud alone", good().without_claim("client_id").sign(), INVALID),
        case("another client", by_client().claim("client_id", "another").sign(), INVALID),
        case("another client with aud", good().claim("client_id", "another").sign(), INVALID),
    ];
    for aud in [
        json!("https://payments.example"),
        json!(["https://payments.example"]),
        json!("auth0-multiple-api2"),
        json!([]),
        json!([AUDIENCE, 1]),
        json!({"aud": AUDIENCE}),
        json!(1),
        json!(null),
    ] {
        cases.push(case(format!("aud {aud}"), of(aud), INVALID));
    }
    check(&app, cases).await;

    let app = App::start_with(setup(TokenProfile::Rfc9068)).await;
    let at_jwt = || by_client().header("typ", "at+jwt").claim("jti", "1");
    let cases = [
        case("strict: both", at_jwt().claim("aud", AUDIENCE).sign(), ALLOWED),
        case("strict: no aud", at_jwt().sign(), INVALID),
        case("strict: another aud", at_jwt().claim("aud", "https://payments.example").sign(), INVALID),
    ];
    check(&app, cases).await;
}

#[tokio::test]
async fn rows_23_to_25_scopes() {
    let app = App::start().await;
    let both = json!(["items:read", "items:list"]);
    let with = |claim: &str, value: Value| good().without_claim("scope").claim(claim, value).sign();
    let cases = [
        case("both, as an array", with("scope", both.clone()), ALLOWED),
        case("23: a number", with("scope", json!(1)), LACKS_SCOPE),
        case("23: an object", with("scope", json!({"items:read": true, "items:list": true})), LACKS_SCOPE),
        case("23: null", with("scope", json!(null)), LACKS_SCOPE),
        case("23: a NUL", with("scope", json!("items:read items:list\0")), LACKS_SCOPE),
        case(
            "23: an array with a number",
            with("scope", json!(["items:read", "items:list", 1])),
            LACKS_SCOPE,
        ),
        case("23: an array with a list", with("scope", json!(["items:read", ["items:list"]])), LACKS_SCOPE),
        case(
            "23: an array with a string with a space",
            with("scope", json!(["items:read items:list"])),
            LACKS_SCOPE,
        ),
        case("23: what grants nothing takes nothing", good().claim("scp", json!(1)).sign(), ALLOWED),
        case("24: longer", with("scope", json!("items:read:all items:list")), LACKS_SCOPE),
        case("24: shorter", with("scope", json!("items:rea items:list")), LACKS_SCOPE),
        case("24: other case", with("scope", json!("Items:read items:list")), LACKS_SCOPE),
        case("24: a wildcard", with("scope", json!("items:* *")), LACKS_SCOPE),
        case("24: separated by a tab", with("scope", json!("items:read\titems:list")), LACKS_SCOPE),
        case("24: separated by commas", with("scope", json!("items:read,items:list")), LACKS_SCOPE),
        case("one of two", with("scope", json!("items:read")), LACKS_SCOPE),
        case("no scope claim at all", good().without_claim("scope").sign(), LACKS_SCOPE),
        case("25: in permissions, not opted in", with("permissions", both.clone()), LACKS_SCOPE),
    ];
    check(&app, cases).await;

    let opted_in = trusting(|verifier| verifier.scope_claims(paths(["scope", "permissions"])));
    let app = App::start_with(Setup { issuer: opted_in, ..Setup::default() }).await;
    let cases = [
        case("25: in permissions, opted in", with("permissions", both.clone()), ALLOWED),
        case("25: naming claims replaces the usual ones", with("scp", both), LACKS_SCOPE),
    ];
    check(&app, cases).await;
}

/// A token without a claim of scopes, and with members as they are written, which may be there twice.
fn with_members(members: &str) -> String {
    let token = good().without_claim("scope");
    issuer().sign(&token.header_json(), &token.payload_json().replacen('{', &format!("{{{members},"), 1))
}

#[tokio::test]
async fn scopes_within_other_claims() {
    let roles = "https://tenant.example/roles";
    let claims = paths(["realm_access.roles", r"resource_access.my\.api.roles", roles]);
    let nested = trusting(|verifier| verifier.scope_claims(claims));
    let app = App::start_with(Setup { issuer: nested, ..Setup::default() }).await;
    let both = json!(["items:read", "items:list"]);
    let with = |claim: &str, value: Value| good().without_claim("scope").claim(claim, value).sign();
    let cases = [
        case("within an object", with("realm_access", json!({"roles": both})), ALLOWED),
        case("as a string", with("realm_access", json!({"roles": "items:read items:list"})), ALLOWED),
        case("beside others", with("realm_access", json!({"x": {"roles": 1}, "roles": both})), ALLOWED),
        case("a name with a dot", with("resource_access", json!({"my.api": {"roles": both}})), ALLOWED),
        case("a URL", with(roles, both.clone()), ALLOWED),
        case(
            "some here and some there",
            good()
                .without_claim("scope")
                .claim("realm_access", json!({"roles": ["items:read"]}))
                .claim("resource_access", json!({"my.api": {"roles": ["items:list"]}}))
                .sign(),
            ALLOWED,
        ),
        case("a dot that is not parted", with("realm_access.roles", both.clone()), LACKS_SCOPE),
        case(
            "a name that is parted",
            with("resource_access", json!({"my": {"api": {"roles": both}}})),
            LACKS_SCOPE,
        ),
        case("the scope claim, which was not named", good().sign(), LACKS_SCOPE),
        case("no object on the way: an array", with("realm_access", json!([{"roles": both}])), LACKS_SCOPE),
        case(
            "no object on the way: a string",
            with("realm_access", json!("items:read items:list")),
            LACKS_SCOPE,
        ),
        case("no object on the way: null", with("realm_access", json!(null)), LACKS_SCOPE),
        case(
            "an object at its end",
            with("realm_access", json!({"roles": {"items:read": 1, "items:list": 1}})),
            LACKS_SCOPE,
        ),
        case("deeper than the path", with("realm_access", json!({"roles": {"roles": both}})), LACKS_SCOPE),
        case("elsewhere", with("other", json!({"realm_access": {"roles": both}})), LACKS_SCOPE),
    ];
    check(&app, cases).await;
}

#[tokio::test]
async fn what_is_read_within_a_claim_is_there_once() {
    let claims = paths(["realm_access.roles", "a.b.c"]);
    let nested = trusting(|verifier| verifier.scope_claims(claims));
    let app = App::start_with(Setup { issuer: nested, ..Setup::default() }).await;
    let roles = r#""roles":["items:read","items:list"]"#;
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let cases = [
        case("once", with_members(&format!(r#""realm_access":{{{roles}}}"#)), ALLOWED),
        case("twice", with_members(&format!(r#""realm_access":{{{roles},{roles}}}"#)), INVALID),
        case(
            "twice, spelled in two ways",
            with_members(&format!(r#""realm_access":{{"rol\u0065s":[],{roles}}}"#)),
            INVALID,
        ),
        case(
            "the claim around it twice",
            with_members(&format!(r#""realm_access":{{{roles}}},"realm_access":{{{roles}}}"#)),
            INVALID,
        ),
        case(
            "the claim around it twice, once as none",
            with_members(&format!(r#""realm_access":1,"realm_access":{{{roles}}}"#)),
            INVALID,
        ),
        case(
            "two levels down",
            with_members(&format!(r#""a":{{"b":{{"c":1,"c":2}}}},"realm_access":{{{roles}}}"#)),
            INVALID,
        ),
        case(
            "between",
            with_members(&format!(r#""a":{{"b":{{}},"b":{{}}}},"realm_access":{{{roles}}}"#)),
            INVALID,
        ),
        case(
            "what is not read",
            with_members(&format!(r#""realm_access":{{"x":1,"x":2,{roles}}}"#)),
            ALLOWED,
        ),
        case(
            "within what is not read",
            with_members(&format!(r#""x":{{"roles":1,"roles":2}},"realm_access":{{{roles}}}"#)),
            ALLOWED,
        ),
        case("nested", with_members(&format!(r#""realm_access":{{"x":{},{roles}}}"#, deep(30))), ALLOWED),
        case(
            "nested too deep",
            with_members(&format!(r#""realm_access":{{"x":{},{roles}}}"#, deep(2_000))),
            MALFORMED,
        ),
    ];
    check(&app, cases).await;
}
