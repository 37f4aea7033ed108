//! What is told of a call.

use sekisho::authorizer::{Authorizer, Denial, Verdict};
use sekisho::observe::{self, Decision};
use serde::Serialize;

use super::enough::Enough;
use super::moment::Moment;
use super::presented::Presented;
use super::status::{Refusal, prefix_of};
use super::steps::{Step, steps};
use super::trust::Signature;
use crate::cli::policy::asked_scopes;
use crate::cli::policy::json::Method;
use crate::cli::settings::JudgedBy;

/// A call and its verdict, and by what it was judged.
pub(super) struct Seen<'a> {
    pub(super) decision: Decision<'a>,
    pub(super) verdict: &'a Verdict,
    pub(super) authorizer: &'a Authorizer,
    /// As it was asked for.
    pub(super) path: &'a str,
    pub(super) presented: &'a Presented,
    pub(super) judged_by: &'a JudgedBy,
    /// Whether it is a call of this program's own server.
    pub(super) is_own: bool,
    pub(super) at: Moment,
    pub(super) signature: Signature,
}

/// Whether a call is granted or refused, by which check, and what would be enough.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::cli::policy) struct Explanation {
    /// What becomes of the call.
    pub(super) outcome: Outcome,
    /// The path of the call, as a log line shows it.
    pub(super) path: String,
    /// The method; null where there is none of that path.
    pub(super) method: Option<Method>,
    /// What the call is made with.
    pub(super) call: Call,
    /// Each check, in the order in which the authorizer makes them.
    pub(super) checks: Vec<Step>,
    /// What the caller is told, and what is logged; null where the rule allows the call. Where the method only reports, what
    /// the caller would be told.
    pub(super) refusal: Option<Refusal>,
    /// What would be enough; null where the rule allows the call.
    pub(super) enough: Option<Enough>,
    /// What was asked for and may have been mistyped.
    #[serde(skip)]
    pub(super) warnings: Vec<String>,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It goes on to its handler.
    Granted,
    /// It goes on to its handler, since its method only reports. It would be refused.
    WouldDeny,
    /// It is refused.
    Refused,
    /// It cannot be said now: no key can be told right or wrong.
    NotJudged,
}

/// What a call is made with.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Call {
    /// What is presented.
    pub(super) presents: Presents,
    /// The scopes of `--scopes`; absent without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scopes: Option<Vec<String>>,
    /// When it is made, by RFC 3339.
    pub(super) at: String,
    /// Whether a token's signature was left unchecked, so that anybody may have made it.
    pub(super) signature_not_checked: bool,
}

/// What a call presents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Presents {
    /// No `authorization` entry.
    Nothing,
    /// A valid token with `scopes`.
    Scopes,
    /// The token of `--token-file`.
    TokenFile,
}

impl Explanation {
    pub(super) fn of(seen: &Seen<'_>) -> Self {
        Self {
            outcome: Outcome::of(seen.decision),
            path: seen.decision.path().to_owned(),
            method: seen.decision.method().map(Method::declared),
            call: Call::of(seen),
            checks: steps(seen),
            refusal: Refusal::of(seen),
            enough: Enough::of(seen),
            warnings: warnings(seen),
        }
    }

    /// Whether each line has to say that the signature was not checked.
    pub(super) fn is_of_unchecked_signature(&self) -> bool {
        self.call.signature_not_checked
    }

    /// What is told on stderr of a call that could not be judged.
    pub(super) fn not_judged(&self) -> String {
        let reason = self.refusal.as_ref().map_or("", |refusal| refusal.message.as_str());
        format!("the call could not be judged: {reason}")
    }
}

/// A method that is not there; of a call that lacks scopes, those that no rule names.
fn warnings(seen: &Seen<'_>) -> Vec<String> {
    let policy = seen.authorizer.policy();
    let mut warnings = Vec::new();
    if seen.decision.method().is_none() {
        // Not the name: it may be a token that stands in the wrong place.
        warnings.push("the policy has no method of this name".to_owned());
    }
    if let (Presented::Scopes(scopes), Some(Denial::InsufficientScope { .. })) =
        (seen.presented, seen.decision.denial())
    {
        warnings.extend(asked_scopes::warning(scopes, policy.methods(), &prefix_of(seen)));
    }
    warnings
}

impl Outcome {
    fn of(decision: Decision<'_>) -> Self {
        match (decision.outcome(), decision.denial()) {
            (observe::Outcome::Allowed, _) => Self::Granted,
            (observe::Outcome::WouldDeny, _) => Self::WouldDeny,
            (_, Some(Denial::KeysUnavailable { .. })) => Self::NotJudged,
            _ => Self::Refused,
        }
    }
}

impl Call {
    fn of(seen: &Seen<'_>) -> Self {
        let (presents, scopes) = match seen.presented {
            Presented::Nothing => (Presents::Nothing, None),
            Presented::Scopes(scopes) => {
                (Presents::Scopes, Some(scopes.iter().map(ToOwned::to_owned).collect()))
            }
            Presented::Sent(_) => (Presents::TokenFile, None),
        };
        let signature_not_checked = seen.signature == Signature::Skipped;
        Self { presents, scopes, at: seen.at.to_rfc3339(), signature_not_checked }
    }
}
