//! Whose rules and words a token is refused by, among several issuers.

use super::replaced::{ISSUERS, named};
use super::*;
use crate::jwks::Algorithm;

/// Reason, prefix and issuer of what was refused.
type Told = (Option<&'static str>, Option<String>, Option<String>);

fn told(authorizer: &Authorizer, path: &str, entries: &[String]) -> Told {
    let mut metadata = HeaderMap::new();
    for entry in entries {
        metadata.append(AUTHORIZATION, entry.parse().expect("a value"));
    }
    let Authorization::Decided(verdict) = authorizer.authorize(path, &metadata) else {
        panic!("nothing is to be awaited")
    };
    let prefix = prefix_of(&verdict).map(ToOwned::to_owned);
    (verdict.denial().and_then(Denial::reason), prefix, verdict.issuer_name().map(ToOwned::to_owned))
}

fn both() -> Authorizer {
    let [one, two, _] = &*ISSUERS;
    let writing = |issuer: Issuer, prefix: &str| {
        let prefix = prefix.parse().expect("a prefix");
        issuer.verified_by(|verifier| verifier.scope_prefix(prefix))
    };
    let second = writing(named(two, "second"), "two/");
    let second = second.verified_by(|verifier| verifier.algorithms([Algorithm::Rs256]));
    let first = writing(named(one, "first"), "one/");
    authorizer(first.verified_by(|verifier| verifier.algorithms([Algorithm::Rs512]))).also_trusting(second)
}

const INVALID: &str = "ACCESS_TOKEN_INVALID";
const MALFORMED: &str = "ACCESS_TOKEN_MALFORMED";

fn of(reason: &'static str, prefix: &str, name: &str) -> Told {
    (Some(reason), Some(prefix.to_owned()), Some(name.to_owned()))
}

/// In the words of the first, whose rules nobody was judged by.
fn of_nobody(reason: &'static str) -> Told {
    (Some(reason), Some("one/".to_owned()), None)
}

#[test]
fn row_111_a_token_is_refused_in_the_words_of_whom_it_names_or_of_the_first() {
    let [one, two, three] = &*ISSUERS;
    let both = both();
    let token = || two.token().scope("two/read");
    let (header, payload) = (token().header_json(), token().payload_json());
    let signed = |header: &str, payload: &str| two.sign(header, payload);
    let twice = payload.replacen('{', r#"{"iss":"https://two.example/","#, 1);
    let twice_alike = twice.replace(r#""iss":"https://one"#, r#""iss":"https://two"#);
    let (whole, half) = (token().sign(), token().sign().rsplit_once('.').expect("a signature").0.to_owned());
    let encode = |text: &str| crate::base64url::encode(text.as_bytes());
    let first = |reason| of(reason, "one/", "first");
    let second = |reason| of(reason, "two/", "second");
    let cases = [
        ("no iss", token().without_claim("iss").sign(), of_nobody(INVALID)),
        ("iss twice", signed(&header, &twice), of_nobody(INVALID)),
        ("iss twice, the same", signed(&header, &twice_alike), of_nobody(INVALID)),
        ("iss a number", token().claim("iss", 2).sign(), of_nobody(INVALID)),
        ("iss null", token().claim("iss", serde_json::Value::Null).sign(), of_nobody(INVALID)),
        ("iss a list", token().claim("iss", vec!["https://two.example/"]).sign(), of_nobody(INVALID)),
        ("iss empty", token().claim("iss", "").sign(), of_nobody(INVALID)),
        ("iss of nobody", three.token().sign(), of_nobody(INVALID)),
        ("iss in another case", token().claim("iss", "https://TWO.example/").sign(), of_nobody(INVALID)),
        ("iss of one, alg of the other", one.token().sign(), first(INVALID)),
        ("an alg of neither", token().header("alg", "RS384").sign(), second(INVALID)),
        ("no alg", token().header("alg", "none").sign(), second(INVALID)),
        ("an alg of the first alone", token().header("alg", "RS512").sign(), second(INVALID)),
        ("but for the slash", token().claim("iss", "https://two.example").sign(), second(INVALID)),
        ("two slashes", token().claim("iss", "https://two.example//").sign(), of_nobody(INVALID)),
        (
            "the key of another",
            one.token().header("alg", "RS256").claim("iss", "https://two.example/").sign(),
            second(INVALID),
        ),
        ("no key of that name", token().header("kid", "other").sign(), second(INVALID)),
        ("expired", token().claim("exp", 1).sign(), second("ACCESS_TOKEN_EXPIRED")),
        ("lacking scope", two.token().scope("two/write").sign(), second("ACCESS_TOKEN_SCOPE_INSUFFICIENT")),
        ("two parts", half, of_nobody(MALFORMED)),
        ("four parts", format!("{whole}.e30"), of_nobody(MALFORMED)),
        ("a payload that is no object", signed(&header, "[]"), of_nobody(MALFORMED)),
        ("a payload that is no JSON", signed(&header, &payload[1..]), of_nobody(MALFORMED)),
        ("a header that is no JSON", signed("no", &payload), second(MALFORMED)),
        (
            "a signature that is no base64url",
            format!("{}.{}.!", encode(&header), encode(&payload)),
            of_nobody("CREDENTIALS_MALFORMED"),
        ),
    ];
    for (name, token, expected) in cases {
        assert_eq!(told(&both, PATH, &[format!("Bearer {token}")]), expected, "{name}");
        assert_eq!(told(&both, "/a.v1.A/None", &[format!("Bearer {token}")]), (None, None, None), "{name}");
    }
    let allowed = told(&both, PATH, &[format!("Bearer {whole}")]);
    assert_eq!(allowed, (None, None, Some("second".to_owned())), "the twin");
}

#[test]
fn row_111_what_is_no_token_is_refused_in_the_words_of_the_first() {
    let token = ISSUERS[1].token().scope("two/read").sign();
    let long = format!("Bearer {}", "a".repeat(9000));
    for (entries, reason) in [
        (vec![], "CREDENTIALS_MISSING"),
        (vec![String::new()], "CREDENTIALS_MALFORMED"),
        (vec![format!("Basic {token}")], "CREDENTIALS_MALFORMED"),
        (vec!["Bearer".to_owned()], "CREDENTIALS_MALFORMED"),
        (vec![format!("Bearer {token}"), format!("Bearer {token}")], "CREDENTIALS_MALFORMED"),
        (vec![long], MALFORMED),
    ] {
        assert_eq!(told(&both(), PATH, &entries), of_nobody(reason), "{entries:?}");
    }
}

/// One issuer is asked whatever the token claims: nothing is told of a token that was not verified.
#[test]
fn of_one_issuer_a_token_that_names_another_is_told_no_more() {
    let [one, two, _] = &*ISSUERS;
    let alone = authorizer(named(one, "alone"));
    let token = two.token().scope("read").claim("iss", "https://two.example/").sign();
    let invalid = of(INVALID, "", "alone");
    assert_eq!(told(&alone, PATH, &[format!("Bearer {token}")]), invalid);
    let verdict = verdict(&alone, &two.token().scope("read"));
    assert_eq!(verdict.result().err(), Some(&Denial::Token(InvalidToken::Signature.into())));
}

/// What is wrong with the name that a token goes by is told as it is where there is one issuer.
#[test]
fn among_several_issuers_it_is_told_what_is_wrong_with_iss() {
    let [one, two, three] = &*ISSUERS;
    let both = authorizer(one.issuer()).also_trusting(two.issuer());
    let token = || two.token().scope("read");
    let twice = token().payload_json().replacen('{', r#"{"iss":"https://two.example/","#, 1);
    for (token, message) in [
        (token().without_claim("iss").sign(), "The access token has no iss claim"),
        (token().claim("iss", 2).sign(), "The access token's iss claim is of the wrong type"),
        (two.sign(&token().header_json(), &twice), "The access token has iss twice in its payload"),
        (three.token().sign(), "The access token is from another issuer"),
        // Its form comes first, whoever it is of.
        (three.token().header("alg", "none").sign(), "The access token's algorithm is not accepted"),
    ] {
        let mut metadata = HeaderMap::new();
        metadata.insert(AUTHORIZATION, format!("Bearer {token}").parse().expect("a value"));
        let Authorization::Decided(verdict) = both.authorize(PATH, &metadata) else {
            panic!("it is decided")
        };
        assert_eq!(verdict.denial().map(ToString::to_string).as_deref(), Some(message));
    }
}
