//! Which claim names the client.

use super::*;
use crate::check::Check;

fn of_type(claim: &str) -> Result<Option<String>, TokenError> {
    Err(InvalidToken::ClaimType { claim: claim.to_owned(), check: Check::Client }.into())
}

fn client(verifier: &Verifier, members: &str) -> Result<Option<String>, TokenError> {
    judge(verifier, members).map(|claims| claims.client().map(ToOwned::to_owned))
}

#[test]
fn the_first_claim_that_is_there_is_the_client() {
    let client_is = |name: &str| Ok(Some(name.to_owned()));
    let (usual, okta): (&[&str], &[&str]) = (&["client_id", "azp"], &["cid"]);
    let (both, nested): (&[&str], &[&str]) = (&["appid", "azp"], &["act.client", "azp"]);
    let repeated =
        |member: &str| Err(InvalidToken::Repeated { part: Part::Payload, member: member.to_owned() }.into());
    let cases = [
        ("the first of the usual ones", usual, r#""azp":"b","client_id":"a""#, client_is("a")),
        ("the second", usual, r#""azp":"b""#, client_is("b")),
        ("neither", usual, r#""cid":"c","appid":"d""#, Ok(None)),
        ("an empty one", usual, r#""client_id":"","azp":"b""#, client_is("")),
        ("the first is no text", usual, r#""client_id":1,"azp":"b""#, of_type("client_id")),
        ("the second is no text", usual, r#""client_id":"a","azp":["b"]"#, of_type("azp")),
        ("null is no text", usual, r#""azp":null"#, of_type("azp")),
        ("Okta's", okta, r#""cid":"c","client_id":"a""#, client_is("c")),
        ("Okta's alone", okta, r#""client_id":"a","azp":"b""#, Ok(None)),
        (
            "what is not among them may be anything",
            okta,
            r#""cid":"c","azp":7,"client_id":{}"#,
            client_is("c"),
        ),
        ("Okta's is no text", okta, r#""cid":{"a":"c"}"#, of_type("cid")),
        ("Okta's twice", okta, r#""cid":"c","cid":"c""#, repeated("cid")),
        ("Entra's", both, r#""azp":"b","appid":"d""#, client_is("d")),
        ("Entra's, version 2.0", both, r#""azp":"b""#, client_is("b")),
        ("within another", nested, r#""act":{"client":"e"},"azp":"b""#, client_is("e")),
        ("within another, no text", nested, r#""act":{"client":true},"azp":"b""#, of_type("act.client")),
        ("within another, which lacks it", nested, r#""act":{"other":"e"},"azp":"b""#, client_is("b")),
        ("within what is no object", nested, r#""act":"e","azp":"b""#, client_is("b")),
        ("within a list", nested, r#""act":[{"client":"e"}],"azp":"b""#, client_is("b")),
        ("none are configured", &[], r#""client_id":"a","azp":"b","cid":7"#, Ok(None)),
    ];
    for (name, claims, members, expected) in cases {
        let verifier = Verifier::new("api").client_claims(paths(claims));
        assert_eq!(client(&verifier, members), expected, "{name}");
        if claims == usual {
            assert_eq!(client(&Verifier::new("api"), members), expected, "{name}, by default");
        }
    }
}

/// A dot that belongs to a name is told with its backslash, so that the claim is found in the configuration.
#[test]
fn a_claim_that_is_no_text_is_told_by_its_path() {
    for path in [r"our\.client", "https://tenant.example/client", "act.client"] {
        let verifier = Verifier::new("api").client_claims(paths(&[path]));
        let members = r#""our.client":1,"https://tenant.example/client":1,"act":{"client":1}"#;
        assert_eq!(client(&verifier, members), of_type(path));
    }
}

#[test]
fn the_profile_of_rfc_9068_requires_client_id_whatever_the_client_is() {
    let verifier = Verifier::new("api").profile(TokenProfile::Rfc9068).client_claims(paths(&["cid"]));
    let judge = |members: &str| {
        let header = property_issuer().token().header("typ", "at+jwt").header_json();
        let token = property_issuer().sign(&header, &with_members(members));
        let entry = format!("Bearer {token}");
        let decoded = decode(entry.as_bytes())?;
        let keys = HeldKeys {
            issuer: "https://i.example/".into(),
            set: crate::jwks::KeySet::parse(property_issuer().jwks().as_bytes()).expect("keys").0.into(),
        };
        let claims = verifier.verify(&verifier.read(&decoded)?, &keys, ManualClock::new().time())?;
        Ok(claims.client().map(ToOwned::to_owned))
    };
    assert_eq!(judge(r#""jti":"1","client_id":"a","cid":"c""#), Ok(Some("c".to_owned())));
    let missing = InvalidToken::ClaimMissing { claim: "client_id".to_owned(), check: Check::Profile };
    assert_eq!(judge(r#""jti":"1","cid":"c""#), Err(missing.into()));
    let no_text = InvalidToken::ClaimType { claim: "client_id".to_owned(), check: Check::Profile };
    assert_eq!(judge(r#""jti":"1","cid":"c","client_id":1"#), Err(TokenError::from(no_text)));
}
