//! Services that accept a token, or what stands in its place, which is to be refused: each fails with the row of that.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use sekisho::testing::{TestIssuer, matrix};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tonic::body::Body;

use super::support::{
    Changed, RULES, SERVICE, Shop, TALK, WITHOUT_VALID_TOKEN, failed, issuer, services, shop,
};

/// What is sent of a token.
struct Presented {
    /// The `authorization` entries.
    entries: Vec<String>,
    token: String,
    header: Value,
    claims: Value,
}

impl Presented {
    fn of(request: &Request<Body>) -> Self {
        let entries = request.headers().get_all(AUTHORIZATION).iter();
        let entries: Vec<String> = entries.map(|value| value.to_str().expect("text").to_owned()).collect();
        let token = entries.first().and_then(|entry| entry.strip_prefix("Bearer ")).unwrap_or("").to_owned();
        let part = |index| {
            let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(index)?).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        let (header, claims) = (part(0).unwrap_or(Value::Null), part(1).unwrap_or(Value::Null));
        Self { entries, token, header, claims }
    }

    fn is_entry(&self, text: &str) -> bool {
        self.entries == [text]
    }

    /// By how many bytes the signature is another than the issuer would have made; none where it is no RS256.
    fn differs(&self, issuer: &TestIssuer) -> Option<usize> {
        let parts: Vec<_> =
            self.token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap_or_default()).collect();
        let [header, payload, signature] = parts.as_slice() else { return None };
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).ok();
        let right = issuer.sign(&text(header)?, &text(payload)?);
        let right = URL_SAFE_NO_PAD.decode(right.rsplit('.').next()?).ok()?;
        (self.header["alg"] == "RS256").then(|| right.iter().zip(signature).filter(|(a, b)| a != b).count())
    }
}

type Forgives = fn(&Presented, &TestIssuer) -> bool;

/// What is accepted, and the row that fails for it.
const CASES: [(&str, Forgives); WITHOUT_VALID_TOKEN] = [
    ("no token", |sent, _| sent.entries.is_empty()),
    ("an authorization entry of another scheme", |sent, _| {
        sent.entries.iter().any(|it| it.starts_with("Basic "))
    }),
    ("two authorization entries", |sent, _| sent.entries.len() == 2),
    ("an empty authorization entry", |sent, _| sent.is_entry("")),
    ("an authorization entry with no token after Bearer", |sent, _| sent.is_entry("Bearer")),
    ("a token that is no JWT", |sent, _| !sent.token.is_empty() && !sent.token.contains('.')),
    ("a token whose claims are no object", |sent, _| sent.claims == json!([])),
    ("an expired token", |sent, _| sent.claims["exp"].as_u64().is_some_and(|exp| exp <= 1_800_000_000)),
    ("a token that is not valid yet", |sent, _| {
        sent.claims["nbf"].as_u64().is_some_and(|nbf| nbf > 1_800_000_000)
    }),
    ("a token of another issuer", |sent, _| {
        sent.claims["iss"].as_str().is_some_and(|it| !it.contains("tenant"))
    }),
    ("a token for another audience", |sent, _| {
        sent.claims["aud"].as_str().is_some_and(|aud| aud.starts_with("another"))
    }),
    ("a token with a changed signature", |sent, issuer| sent.differs(issuer) == Some(1)),
    ("a token of another key with the same kid", |sent, issuer| {
        sent.differs(issuer).is_some_and(|by| by > 1)
    }),
    ("an unsigned token (alg: none)", |sent, _| sent.header["alg"] == "none"),
    ("a token signed by HMAC with the public key", |sent, _| sent.header["alg"] == "HS256"),
    ("an ID token", |sent, _| sent.claims["nonce"] == "n"),
];

#[tokio::test]
async fn what_is_accepted_in_place_of_a_valid_token_fails_with_its_row() {
    let issuer = issuer();
    let good = issuer.token().scope("shop:read shop:write shop:admin").sign();
    let good = HeaderValue::try_from(format!("Bearer {good}")).expect("a value");
    for (row, forgives) in CASES {
        let good = good.clone();
        let before = move |mut request: Request<Body>| {
            if forgives(&Presented::of(&request), issuer) {
                request.headers_mut().insert(AUTHORIZATION, good.clone());
            }
            request
        };
        let protected = shop(issuer);
        let (policy, clock) =
            (protected.authorizer().policy().clone(), Arc::new(sekisho::testing::ManualClock::new()));
        let service = Changed { protected, before, after: |response| response };
        let rows = failed(matrix(service, issuer, RULES).policy(policy).clock(clock).await);
        let expected = ["Get", "Price", "Talk", "Upload", "Watch"].map(|method| format!("{method}: {row}"));
        assert_eq!(rows, expected);
    }
}

/// By settings of the library's own.
#[tokio::test]
async fn settings_that_accept_more_fail_with_their_rows() {
    let issuer = issuer();
    let get = |rows: Vec<String>| -> Vec<String> {
        rows.into_iter().filter_map(|row| row.strip_prefix("Get: ").map(ToOwned::to_owned)).collect()
    };
    let with = |trusted| services(TALK).add_named(SERVICE, Shop).protect(trusted).expect("services");

    let late = with(issuer.issuer().verified_by(|verifier| verifier.leeway(Duration::from_secs(7200))));
    let rows = get(failed(matrix(late, issuer, RULES).await));
    assert_eq!(rows, ["an expired token", "a token that is not valid yet"]);

    let theirs = with(TestIssuer::new("https://tenant.example/", "another-audience").issuer());
    let rows = get(failed(matrix(theirs, issuer, RULES).await));
    assert!(rows.contains(&"a valid token with scope shop:read".to_owned()), "its key is another: {rows:?}");

    let foreign = with(issuer.issuer().verified_by(|_| sekisho::token::Verifier::new("another-audience")));
    let rows = get(failed(matrix(foreign, issuer, RULES).await));
    assert!(rows.contains(&"a token for another audience".to_owned()), "{rows:?}");
    assert!(rows.contains(&"a valid token with scope shop:read".to_owned()), "{rows:?}");
}

#[tokio::test]
async fn paths_that_are_taken_for_another_fail_with_their_row() {
    let issuer = issuer();
    for (row, from) in [
        ("a call of a method with a longer name", "NoSuchMethod"),
        ("a call with a query behind the path", "?query"),
    ] {
        let before = move |mut request: Request<Body>| {
            let path = request.uri().to_string().replace(from, "");
            *request.uri_mut() = path.parse().expect("a path");
            request
        };
        let protected = shop(issuer);
        let (policy, clock) =
            (protected.authorizer().policy().clone(), Arc::new(sekisho::testing::ManualClock::new()));
        let service = Changed { protected, before, after: |response| response };
        let rows = failed(matrix(service, issuer, RULES).policy(policy).clock(clock).await);
        let expected =
            ["Get", "List", "Price", "Talk", "Upload", "Watch"].map(|method| format!("{method}: {row}"));
        assert_eq!(rows, expected);
    }
}
