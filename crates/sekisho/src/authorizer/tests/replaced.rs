//! Issuers that are replaced: what stays, what goes, and what never counts.

use std::sync::LazyLock;

use super::super::caller::Verified;
use super::*;
use crate::jwks::Lookup;
use crate::token::{Presented, Verifier};

/// Made once: RSA keys are dear.
pub(super) static ISSUERS: LazyLock<[TestIssuer; 3]> = LazyLock::new(|| {
    ["one", "two", "three"].map(|name| TestIssuer::new(format!("https://{name}.example/"), "api"))
});

pub(super) fn named(issuer: &TestIssuer, name: &str) -> Issuer {
    issuer.issuer().named(name)
}

/// What became of a token, whose issuer is called how, and whether it was remembered.
fn shown(authorizer: &Authorizer, token: &TokenBuilder<'_>) -> (Result<(), String>, String, bool) {
    let verdict = verdict(authorizer, token);
    let name = verdict.issuer_name().unwrap_or("no name").to_owned();
    (verdict.result().map(|_| ()).map_err(ToString::to_string), name, verdict.is_remembered())
}

fn allowed(name: &str, is_remembered: bool) -> (Result<(), String>, String, bool) {
    (Ok(()), name.to_owned(), is_remembered)
}

fn refused(error: InvalidToken, name: &str) -> (Result<(), String>, String, bool) {
    (Err(Denial::Token(error.into()).to_string()), name.to_owned(), false)
}

#[test]
fn row_110_tokens_are_remembered_of_issuers_that_stay_alone() {
    let [stays, changes, goes] = &*ISSUERS;
    let (stay, change) = (named(stays, "stays"), named(changes, "changes"));
    let authorizer =
        authorizer(stay.clone()).also_trusting(change.clone()).also_trusting(named(goes, "goes"));
    for (issuer, name) in [(stays, "stays"), (changes, "changes"), (goes, "goes")] {
        let token = issuer.token().scope("read");
        assert_eq!(shown(&authorizer, &token), allowed(name, false));
        assert_eq!(shown(&authorizer, &token), allowed(name, true));
    }
    let stricter = change.clone().verified_by(|_| Verifier::new("another-api"));
    authorizer.replace_issuers([stay.clone(), stricter]).expect("two issuers");
    for _ in 0..2 {
        assert_eq!(shown(&authorizer, &stays.token().scope("read")), allowed("stays", true));
        let token = changes.token().scope("read");
        assert_eq!(shown(&authorizer, &token), refused(InvalidToken::Audience, "changes"));
        let nobody = InvalidToken::Issuer { by_last_slash_alone: false };
        assert_eq!(shown(&authorizer, &goes.token().scope("read")), refused(nobody, "no name"));
    }
    // The same rules, and another issuer all the same: nobody can tell from the outside.
    for other in [
        change.clone().verified_by(|verifier| verifier),
        change.clone().named("renamed"),
        change.clone().required(false),
        named(changes, "made anew"),
    ] {
        let name = other.name().expect("a name").to_owned();
        authorizer.replace_issuers([stay.clone(), other]).expect("two issuers");
        let token = changes.token().scope("read");
        assert_eq!(shown(&authorizer, &token), allowed(&name, false));
        assert_eq!(shown(&authorizer, &token), allowed(&name, true));
        assert_eq!(shown(&authorizer, &stays.token().scope("read")), allowed("stays", true));
    }
}

/// As a call does that began before its issuer was replaced.
#[test]
fn row_110_what_was_verified_by_rules_that_are_gone_is_not_remembered() {
    let [stays, goes, _] = &*ISSUERS;
    let (stay, go) = (named(stays, "stays"), named(goes, "goes"));
    let authorizer = authorizer(stay.clone()).also_trusting(go.clone());
    let entry = format!("Bearer {}", goes.token().scope("read").sign());
    let presented = Presented::read([entry.as_bytes()], entry.len()).expect("a token");
    let decoded = presented.decode().expect("three parts");
    let token = go.verifier().read(&decoded).expect("a form");
    let Lookup::Held(keys) = go.keys().lookup(token.kid()) else { panic!("it is held") };
    let signed = go.verifier().verify_signed(&token, &keys, authorizer.clock.now()).expect("a signature");
    let known_scopes = authorizer.policy.known_scopes(signed.0.scopes());
    let verified = Verified::new(&go, signed, known_scopes, &keys);
    authorizer.replace_issuers([stay]).expect("one issuer");
    drop(authorizer.memory.remember(presented, verified, &authorizer.trusted));
    assert!(verdict(&authorizer, &goes.token().scope("read")).result().is_err());
}

#[test]
fn what_cannot_be_told_apart_changes_nothing() {
    let [one, two, _] = &*ISSUERS;
    let authorizer = authorizer(named(one, "before"));
    let token = one.token().scope("read");
    assert_eq!(shown(&authorizer, &token), allowed("before", false));
    let without_slash = || TestIssuer::new("https://two.example", "api").issuer();
    let alike = |name: &str| UntrustedIssuers::Alike { issuer: name.to_owned() };
    for (issuers, fault) in [
        (vec![], UntrustedIssuers::None),
        (vec![two.issuer(), two.issuer()], alike("https://two.example/")),
        (vec![two.issuer(), one.issuer(), without_slash()], alike("https://two.example/")),
        (vec![without_slash(), two.issuer()], alike("https://two.example")),
    ] {
        assert_eq!(authorizer.replace_issuers(issuers), Err(fault));
        assert_eq!(shown(&authorizer, &token), allowed("before", true));
        assert!(verdict(&authorizer, &two.token().scope("read")).result().is_err());
    }
    assert_eq!(authorizer.issuers().len(), 1);
    authorizer.replace_issuers([two.issuer(), one.issuer()]).expect("two of two names");
    assert!(verdict(&authorizer, &two.token().scope("read")).result().is_ok());
}

#[test]
fn clones_change_together_and_what_is_built_of_one_stands_alone() {
    let [one, two, three] = &*ISSUERS;
    let accepts = |authorizer: &Authorizer, issuer: &TestIssuer| {
        verdict(authorizer, &issuer.token().scope("read")).result().is_ok()
    };
    let original = authorizer(one.issuer());
    let (clone, built) = (original.clone(), original.clone().also_trusting(two.issuer()));
    assert!(accepts(&built, two) && !accepts(&original, two) && !accepts(&clone, two));
    clone.replace_issuers([three.issuer()]).expect("one issuer");
    assert!(accepts(&original, three) && !accepts(&original, one), "all clones");
    assert!(accepts(&built, one) && !accepts(&built, three), "another one");

    let short = original.clone().max_token_size(10);
    assert!(!accepts(&short, three) && accepts(&original, three));
    short.set_max_token_size(8192);
    assert!(accepts(&short, three));
    clone.set_max_token_size(10);
    assert!(!accepts(&original, three) && accepts(&short, three));
}
