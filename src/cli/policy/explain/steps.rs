//! Each check, and what came of it.

use sekisho::authorizer::{Check, Denial};
use serde::Serialize;

use super::explanation::Seen;
use super::presented::Presented;
use super::trust::Signature;

/// A check, and what came of it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Step {
    /// The check by its name.
    pub(super) check: &'static str,
    /// What is asked.
    pub(super) asks: &'static str,
    /// What came of it.
    pub(super) result: StepResult,
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum StepResult {
    /// The call goes on to the next one.
    Passed,
    /// The call ends here.
    Refused,
    /// The call ends here, since it cannot be checked now.
    Unknown,
    /// The call ended before.
    NotReached,
    /// It was left out, by `--dangerous-skip-signature`.
    NotChecked,
    /// It is taken to be passed: with `--scopes`, by a token that nobody issued.
    Assumed,
}

impl StepResult {
    /// For people.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused => "REFUSED",
            Self::Unknown => "UNKNOWN",
            Self::NotReached => "not reached",
            Self::NotChecked => "NOT CHECKED",
            Self::Assumed => "assumed",
        }
    }
}

/// All of them, in their order.
pub(super) fn steps(seen: &Seen<'_>) -> Vec<Step> {
    let has_several_issuers = seen.authorizer.issuers().len() > 1;
    let is_made = |check: &&Check| has_several_issuers || **check != Check::TrustedIssuer;
    let step =
        |check: &Check| Step { check: check.as_str(), asks: check.asks(), result: result_of(*check, seen) };
    Check::in_order().iter().filter(is_made).map(step).collect()
}

fn result_of(check: Check, seen: &Seen<'_>) -> StepResult {
    let last = seen.decision.last_check();
    match seen.decision.denial() {
        _ if check > last => StepResult::NotReached,
        Some(Denial::KeysUnavailable { .. }) if check == last => StepResult::Unknown,
        Some(_) if check == last => StepResult::Refused,
        _ => passed(check, seen),
    }
}

fn passed(check: Check, seen: &Seen<'_>) -> StepResult {
    let is_of_signature = matches!(check, Check::Key | Check::Signature);
    let is_of_token = (Check::Credentials..Check::Scopes).contains(&check);
    match seen.presented {
        Presented::Sent(_) if is_of_signature && seen.signature == Signature::Skipped => {
            StepResult::NotChecked
        }
        Presented::Scopes(_) if is_of_token => StepResult::Assumed,
        _ => StepResult::Passed,
    }
}
