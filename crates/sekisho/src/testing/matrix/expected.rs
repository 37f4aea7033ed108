//! What has to become of a call, by the contract: written down here a second time, apart from the code that is tested.

use super::outcome::{Outcome, Refusal, WouldDeny};
use super::rule::{ExpectedRule, Kind};
use super::scopes::{Scopes, written};
use super::sent::{Sent, Standing};

/// A method with the rule that is expected, and what the issuer writes before its scopes.
pub(super) struct Expectation<'a> {
    pub(super) service: &'a str,
    pub(super) method: &'a str,
    pub(super) rule: &'a ExpectedRule,
    pub(super) prefix: &'a str,
    /// That of the issuer in whose words calls are refused that name none.
    pub(super) prefix_of_first: &'a str,
}

/// Why a call is refused.
enum Reason {
    CredentialsMissing,
    CredentialsMalformed,
    TokenMalformed,
    TokenExpired,
    TokenInvalid,
    /// What each alternative still asks for.
    ScopeInsufficient(Vec<Scopes>),
}

impl Expectation<'_> {
    pub(super) fn of(&self, sent: &Sent) -> Outcome {
        if sent.standing == Standing::UnknownMethod {
            return Outcome::Refused(Refusal(vec![field("code", "UNIMPLEMENTED")]));
        }
        match self.reason(&sent.standing) {
            None => Outcome::let_in(WouldDeny::NotSaid),
            Some(reason) if self.rule.report_only => {
                Outcome::let_in(WouldDeny::Reason(reason.name().to_owned()))
            }
            Some(reason) if sent.standing.names_issuer() => {
                Outcome::Refused(self.refusal(&reason, self.prefix))
            }
            Some(reason) => Outcome::Refused(self.refusal(&reason, self.prefix_of_first)),
        }
    }

    fn reason(&self, standing: &Standing) -> Option<Reason> {
        if self.rule.kind == Kind::Public {
            return None;
        }
        match standing {
            Standing::NoToken if self.rule.kind == Kind::Optional => None,
            Standing::NoToken => Some(Reason::CredentialsMissing),
            Standing::MalformedCredentials => Some(Reason::CredentialsMalformed),
            Standing::MalformedToken => Some(Reason::TokenMalformed),
            Standing::Expired => Some(Reason::TokenExpired),
            Standing::Invalid | Standing::OfAnotherIssuer => Some(Reason::TokenInvalid),
            Standing::Valid(scopes) => self.missing_from(scopes).map(Reason::ScopeInsufficient),
            Standing::UnknownMethod => None,
        }
    }

    /// Of each alternative the scopes that are not granted. Where one lacks nothing, none is missing.
    fn missing_from(&self, granted: &Scopes) -> Option<Vec<Scopes>> {
        let alternatives = self.rule.alternatives()?.iter();
        let missing: Vec<Scopes> = alternatives.map(|scopes| scopes.without(granted)).collect();
        (!missing.iter().any(Scopes::is_empty)).then_some(missing)
    }

    /// All that is told, in the order in which it is read of an answer.
    fn refusal(&self, reason: &Reason, prefix: &str) -> Refusal {
        let required = self.rule.alternatives().map(|required| prefixed(required, prefix));
        let mut fields = vec![field("code", reason.code()), field("reason", reason.name())];
        fields.push(field("method", self.method));
        if let Reason::ScopeInsufficient(missing) = reason {
            fields.push(field("missingScopes", &written(&prefixed(missing, prefix))));
        }
        if let Some(required) = &required {
            fields.push(field("requiredScopes", &written(required)));
        }
        fields.push(field("service", self.service));
        fields.extend(challenges(reason, required.as_deref()).iter().map(|it| field("www-authenticate", it)));
        Refusal(fields)
    }
}

fn prefixed(alternatives: &[Scopes], prefix: &str) -> Vec<Scopes> {
    alternatives.iter().map(|scopes| scopes.prefixed(prefix)).collect()
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

impl Reason {
    fn code(&self) -> &'static str {
        match self {
            Self::ScopeInsufficient(_) => "PERMISSION_DENIED",
            _ => "UNAUTHENTICATED",
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::CredentialsMissing => "CREDENTIALS_MISSING",
            Self::CredentialsMalformed => "CREDENTIALS_MALFORMED",
            Self::TokenMalformed => "ACCESS_TOKEN_MALFORMED",
            Self::TokenExpired => "ACCESS_TOKEN_EXPIRED",
            Self::TokenInvalid => "ACCESS_TOKEN_INVALID",
            Self::ScopeInsufficient(_) => "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        }
    }
}

/// RFC 6750 §3: one entry an alternative, where scopes are named.
fn challenges(reason: &Reason, required: Option<&[Scopes]>) -> Vec<String> {
    let start = match reason {
        Reason::CredentialsMissing => "Bearer ",
        Reason::CredentialsMalformed => return vec![r#"Bearer error="invalid_request""#.to_owned()],
        Reason::ScopeInsufficient(_) => r#"Bearer error="insufficient_scope", "#,
        _ => return vec![r#"Bearer error="invalid_token""#.to_owned()],
    };
    match required {
        None => vec!["Bearer".to_owned()],
        Some(sets) => sets.iter().map(|scopes| format!(r#"{start}scope="{scopes}""#)).collect(),
    }
}
