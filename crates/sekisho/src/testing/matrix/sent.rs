//! What is sent to each method.

use super::rule::ExpectedRule;
use super::scopes::Scopes;
use super::tokens::Tokens;
use crate::base64url;

/// One call: what it shows of a token, and what there is to say of that.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// For people.
    pub(super) what: String,
    /// What follows the path of the method.
    pub(super) suffix: &'static str,
    /// The `authorization` entries.
    pub(super) authorization: Vec<String>,
    pub(super) standing: Standing,
}

/// What a call is, whatever the rule of its method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    NoToken,
    MalformedCredentials,
    MalformedToken,
    /// Of an issuer that is not trusted.
    OfAnotherIssuer,
    Expired,
    Invalid,
    Valid(Scopes),
    /// Of a method that is not there.
    UnknownMethod,
}

impl Standing {
    /// Whether it says whose token it is. All else is refused in the words of the first issuer.
    pub(super) fn names_issuer(&self) -> bool {
        !matches!(
            self,
            Self::NoToken | Self::MalformedCredentials | Self::MalformedToken | Self::OfAnotherIssuer
        )
    }
}

/// The calls that a method gets; `of_others` are the scopes that other methods ask for.
pub(super) fn calls(rule: &ExpectedRule, tokens: &Tokens<'_>, of_others: &Scopes) -> Vec<Sent> {
    let all = union(rule);
    let mut calls = without_valid_credentials(tokens, &all);
    calls.extend(invalid(tokens, &all));
    calls.extend(valid(rule, tokens, &all, of_others));
    calls.extend(unknown(tokens, &all));
    calls
}

fn call(what: &str, authorization: Vec<String>, standing: Standing) -> Sent {
    Sent { what: what.to_owned(), suffix: "", authorization, standing }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn without_valid_credentials(tokens: &Tokens<'_>, all: &Scopes) -> Vec<Sent> {
    let good = bearer(&tokens.valid(all).sign());
    let malformed = |what, entries| call(what, entries, Standing::MalformedCredentials);
    vec![
        call("no token", Vec::new(), Standing::NoToken),
        malformed("an authorization entry of another scheme", vec!["Basic YWxpY2U6c2VjcmV0".to_owned()]),
        malformed("two authorization entries", vec![good.clone(), good]),
        malformed("an empty authorization entry", vec![String::new()]),
        malformed("an authorization entry with no token after Bearer", vec!["Bearer".to_owned()]),
    ]
}

fn invalid(tokens: &Tokens<'_>, all: &Scopes) -> Vec<Sent> {
    let sent = |what, token: String, standing| call(what, vec![bearer(&token)], standing);
    let invalid = |what, token| sent(what, token, Standing::Invalid);
    let identity = tokens.identity().map(|token| invalid("an ID token", token.sign()));
    let tokens = [
        sent("a token that is no JWT", "opaque".to_owned(), Standing::MalformedToken),
        sent("a token whose claims are no object", tokens.without_claims(), Standing::MalformedToken),
        sent("an expired token", tokens.expired(all).sign(), Standing::Expired),
        invalid("a token that is not valid yet", tokens.not_yet_valid(all).sign()),
        sent("a token of another issuer", tokens.of_another_issuer(all).sign(), Standing::OfAnotherIssuer),
        invalid("a token for another audience", tokens.for_another_audience(all).sign()),
        invalid("a token with a changed signature", with_changed_signature(&tokens.valid(all).sign())),
        invalid("a token of another key with the same kid", tokens.of_another_key(all)),
        invalid("an unsigned token (alg: none)", tokens.unsigned(all)),
        invalid("a token signed by HMAC with the public key", tokens.by_hmac(all)),
    ];
    tokens.into_iter().chain(identity).collect()
}

/// The text of another signature, of the same length.
fn with_changed_signature(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap_or((token, ""));
    let mut bytes = base64url::decode(signature).unwrap_or_default();
    if let Some(byte) = bytes.first_mut() {
        *byte ^= 1;
    }
    format!("{signed}.{}", base64url::encode(&bytes))
}

/// Each subject that has scopes; each set of scopes once, of an issuer that writes them.
fn valid(rule: &ExpectedRule, tokens: &Tokens<'_>, all: &Scopes, of_others: &Scopes) -> Vec<Sent> {
    let mut calls = of_subjects(tokens);
    if !tokens.issuer.writes_scopes() {
        let subject = tokens.longer_than("another-subject");
        calls.push(of_subject(tokens, &subject, "a valid token of another subject", Scopes::default()));
        return calls;
    }
    let mut sets: Vec<Scopes> = Vec::new();
    for set in scopes(rule, all, of_others) {
        if !sets.contains(&set) {
            sets.push(set);
        }
    }
    calls.extend(sets.into_iter().map(|set| with_valid_token(tokens, set)));
    calls
}

/// Those that are listed, and for each one whose name is longer and one whose name is shorter: names are no patterns.
fn of_subjects(tokens: &Tokens<'_>) -> Vec<Sent> {
    let mut calls = Vec::new();
    for (subject, scopes) in tokens.subjects() {
        calls.push(of_subject(tokens, subject, &format!("a valid token of {subject}"), scopes));
        let longer = Some(tokens.longer_than(subject));
        for (other, than) in [(longer, "longer"), (tokens.shorter_than(subject), "shorter")] {
            let Some(other) = other else { continue };
            let what = format!("a valid token of {other}, which is {than} than {subject}");
            calls.push(of_subject(tokens, &other, &what, Scopes::default()));
        }
    }
    calls
}

fn of_subject(tokens: &Tokens<'_>, subject: &str, what: &str, scopes: Scopes) -> Sent {
    call(what, vec![bearer(&tokens.of_subject(subject).sign())], Standing::Valid(scopes))
}

/// None, each alternative without each of its scopes, others that begin like them, each alternative, all, those of other
/// methods.
fn scopes(rule: &ExpectedRule, all: &Scopes, of_others: &Scopes) -> Vec<Scopes> {
    let mut sets = vec![Scopes::default()];
    for alternative in rule.alternatives().into_iter().flatten() {
        let lacking = |one: &str| alternative.iter().filter(|scope| *scope != one).collect();
        sets.extend(alternative.iter().map(lacking));
        sets.push(longer(alternative));
        sets.push(alternative.clone());
    }
    sets.push(all.clone());
    sets.push(of_others.without(all));
    sets
}

fn with_valid_token(tokens: &Tokens<'_>, scopes: Scopes) -> Sent {
    let what = match scopes.len() {
        0 => "a valid token without a scope".to_owned(),
        _ => format!("a valid token with scope {scopes}"),
    };
    call(&what, vec![bearer(&tokens.valid(&scopes).sign())], Standing::Valid(scopes))
}

fn unknown(tokens: &Tokens<'_>, all: &Scopes) -> [Sent; 2] {
    let valid = vec![bearer(&tokens.valid(all).sign())];
    let sent = |what: &str, suffix| Sent { suffix, ..call(what, valid.clone(), Standing::UnknownMethod) };
    [
        sent("a call of a method with a longer name", "NoSuchMethod"),
        sent("a call with a query behind the path", "?query"),
    ]
}

/// All scopes that a rule names.
pub(super) fn union(rule: &ExpectedRule) -> Scopes {
    rule.alternatives().into_iter().flatten().flat_map(Scopes::iter).collect()
}

/// Other scopes, each of which begins like one of these.
fn longer(scopes: &Scopes) -> Scopes {
    scopes.iter().map(|scope| format!("{scope}:more")).collect()
}
