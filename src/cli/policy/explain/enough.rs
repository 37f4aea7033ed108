//! What would be enough for a call that is refused. It is told to whoever runs the server: what the configuration expects
//! may be said here, and no caller is told.

use std::collections::BTreeSet;

use sekisho::authorizer::{Check, Denial};
use sekisho::jwks::{Algorithm, JwksFile};
use sekisho::scope::ScopeSet;
use sekisho::token::{CredentialsError, MalformedToken, TokenError};
use serde::Serialize;

use super::explanation::Seen;
use super::names::{name_of, nearest, service_of, without_query};
use super::status::prefix_of;
use crate::config::{KeyLocation, TrustedIssuer};

/// What would be enough.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Enough {
    /// What to do, a sentence each.
    pub(super) advice: Vec<String>,
    /// The sets of scopes of which a token has to have one, as the issuer writes them; absent where the rule names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scopes: Option<Vec<Vec<String>>>,
    /// The same sets in the same order, each with what this token lacks; absent where something else is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) missing_scopes: Option<Vec<Vec<String>>>,
}

impl Enough {
    pub(super) fn of(seen: &Seen<'_>) -> Option<Self> {
        let denial = seen.decision.denial()?;
        let prefix = prefix_of(seen);
        let required = seen.decision.method().and_then(|method| method.rule().required());
        let missing = match denial {
            Denial::InsufficientScope { missing } => Some(missing.with_prefix(&prefix)),
            _ => None,
        };
        Some(Self {
            advice: advice(seen, denial),
            scopes: required.map(|sets| texts(sets.with_prefix(&prefix).iter())),
            missing_scopes: missing.map(|sets| texts(sets.iter())),
        })
    }
}

fn texts<'s>(sets: impl Iterator<Item = &'s ScopeSet>) -> Vec<Vec<String>> {
    sets.map(|set| set.iter().map(ToOwned::to_owned).collect()).collect()
}

fn advice(seen: &Seen<'_>, denial: &Denial) -> Vec<String> {
    match denial {
        Denial::UnknownMethod => of_unknown_method(seen),
        Denial::Token(TokenError::Credentials(CredentialsError::Missing)) => vec![
            "send an access token of the issuer, in the metadata of the call: authorization: Bearer ACCESS_TOKEN"
                .to_owned(),
        ],
        Denial::Token(TokenError::Malformed(MalformedToken::TooLong { limit })) => vec![format!(
            "a shorter token: the entry, Bearer included, may have {limit} bytes (--max-token-size)"
        )],
        Denial::KeysUnavailable { .. } => vec![
            "the key that the token is signed with: the file has no usable key, or none of the token's key id, and the \
             token was issued after the file was read, or just before; save the issuer's keys anew"
                .to_owned(),
            keys_at_hand(seen),
        ],
        // What is enough is told by the sets of scopes.
        Denial::InsufficientScope { .. } => Vec::new(),
        _ => of_token(seen, seen.decision.last_check()),
    }
}

fn of_unknown_method(seen: &Seen<'_>) -> Vec<String> {
    let methods = || seen.authorizer.policy().methods().map(|method| method.path());
    if let Some(path) = without_query(seen.path)
        && seen.authorizer.policy().method(path).is_some()
    {
        return vec![format!("the path of the method without a query: {}", name_of(path))];
    }
    let is_of_reflection = service_of(seen.path).is_some_and(|name| name.starts_with("grpc.reflection."));
    let has_reflection = methods().any(|path| path.starts_with("/grpc.reflection."));
    if is_of_reflection && !has_reflection && seen.is_own {
        return vec!["reflection that is served; it is off unless --reflection says who may ask".to_owned()];
    }
    let nearest = nearest(seen.path, methods());
    if nearest.is_empty() {
        return vec!["a method of the policy: `sekisho policy list` names all of them".to_owned()];
    }
    vec![format!("a method of the policy; was one of these meant? {}", nearest.join(", "))]
}

/// What a token has to be like that is to pass this check.
fn of_token(seen: &Seen<'_>, check: Check) -> Vec<String> {
    let judge = Judge::of(seen);
    let text = match check {
        Check::Credentials => {
            "exactly one authorization entry, of the form: Bearer ACCESS_TOKEN".to_owned()
        }
        Check::Form => "an access token that is a signed JWT; an issuer sends an opaque or encrypted one where it is \
                        not asked for this API's audience"
            .to_owned(),
        Check::Algorithm => format!("a token that is signed by {} (--algorithm)", judge.algorithms()),
        Check::Critical => "a token without the header parameter crit".to_owned(),
        Check::Type => format!("a token whose header typ is {}", judge.types()),
        Check::TrustedIssuer => {
            format!("a token whose iss is {} (--issuer)", Judge::any_trusted(seen).names())
        }
        Check::Issuer => format!("a token whose iss is {} (--issuer)", judge.names()),
        Check::Key | Check::Signature => {
            let why = "a token as its issuer signed it, with a key that is held; where the issuer has changed its keys, \
                       save them anew";
            return vec![why.to_owned(), keys_at_hand(seen)];
        }
        Check::IdToken => "the access token, which comes beside the ID token".to_owned(),
        Check::SenderConstraint => "a token that is not bound to its sender; or --dangerous-accept-bound-tokens, by \
                                    which whoever steals one can use it"
            .to_owned(),
        Check::Audience => format!("a token for {}", judge.audience()),
        Check::Expiry => "a new token: this one is over, or has no time at which it is (exp)".to_owned(),
        Check::NotBefore | Check::IssuedAt => {
            "a token that is valid already; where it should be, compare the clocks of issuer and server (--leeway)"
                .to_owned()
        }
        Check::Profile => {
            "a token with client_id, jti and iat, as rfc9068 wants them (--token-profile)".to_owned()
        }
        Check::Subject => "a token that says whom it is about, by a text in its claim sub".to_owned(),
        Check::Client => format!("a token in which these claims are texts, where it has them: {}", judge.clients()),
        // Nobody but its issuer can mend these; and those that refuse for other reasons are told above.
        _ => "a token that its issuer has mended; its developers are to be told".to_owned(),
    };
    vec![text]
}

/// By whose rules a token was judged.
struct Judge<'a>(Vec<&'a TrustedIssuer>);

impl<'a> Judge<'a> {
    fn of(seen: &Seen<'a>) -> Self {
        let all = &seen.judged_by.issuers;
        let named = seen.decision.issuer_name();
        let judge = all.iter().find(|issuer| issuer.name.is_some() && issuer.name.as_deref() == named);
        // Before an issuer is chosen, the first one's rules count.
        Self(judge.or(all.first()).into_iter().collect())
    }

    /// All that are trusted: a token may be of any of them.
    fn any_trusted(seen: &Seen<'a>) -> Self {
        Self(seen.judged_by.issuers.iter().collect())
    }

    /// Each once, an `or` between them.
    fn each(&self, texts: impl Fn(&TrustedIssuer) -> String) -> String {
        let mut all: Vec<_> = Vec::new();
        for text in self.0.iter().map(|issuer| texts(issuer)) {
            if !all.contains(&text) {
                all.push(text);
            }
        }
        all.join(" or ")
    }

    fn names(&self) -> String {
        self.each(|issuer| match issuer.issuer.keys {
            KeyLocation::Discovered(_) => format!("{:?}, with or without its last slash", issuer.issuer.name),
            KeyLocation::Url(_) | KeyLocation::File(_) => format!("just {:?}", issuer.issuer.name),
        })
    }

    fn algorithms(&self) -> String {
        self.each(|issuer| {
            issuer.token.algorithms.iter().map(|it| it.name()).collect::<Vec<_>>().join(" or ")
        })
    }

    fn audience(&self) -> String {
        self.each(|issuer| {
            let rules = &issuer.token;
            format!("the audience {:?} (--audience), in its claim {}", rules.audience, rules.audience_claim)
        })
    }

    fn types(&self) -> String {
        use sekisho::token::TokenProfile;
        self.each(|issuer| match issuer.token.profile {
            TokenProfile::Rfc9068 => "at+jwt, as rfc9068 wants it (--token-profile)".to_owned(),
            _ => "at+jwt or JWT, or that has none".to_owned(),
        })
    }

    fn clients(&self) -> String {
        self.each(|issuer| {
            let claims = issuer.token.client_claims.iter().map(ToString::to_string);
            claims.collect::<Vec<_>>().join(", ")
        })
    }
}

/// The names of the keys that there are, which are no secret.
fn keys_at_hand(seen: &Seen<'_>) -> String {
    let issuers = Judge::of(seen).0;
    let names: BTreeSet<String> = issuers.iter().flat_map(|issuer| names_of_keys(issuer)).collect();
    if names.is_empty() {
        return "the file has no usable key for an algorithm that is accepted".to_owned();
    }
    format!("the file has keys for the algorithms that are accepted: {}", Vec::from_iter(names).join(", "))
}

fn names_of_keys(issuer: &TrustedIssuer) -> Vec<String> {
    let KeyLocation::File(path) = &issuer.issuer.keys else { return Vec::new() };
    let Ok(fetched) = JwksFile::new("", path).read() else { return Vec::new() };
    let of_algorithm = |algorithm: &Algorithm| -> Vec<String> {
        let keys = fetched.set.candidates(None, *algorithm);
        keys.map(|key| match key.kid() {
            Some(kid) => format!("{} {:?}", algorithm.name(), shortened(kid)),
            None => format!("{} without a name", algorithm.name()),
        })
        .collect()
    };
    issuer.token.algorithms.iter().flat_map(of_algorithm).collect()
}

fn shortened(kid: &str) -> String {
    const MOST: usize = 64;
    match kid.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &kid[..end]),
        None => kid.to_owned(),
    }
}
