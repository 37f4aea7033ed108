//! What there is to observe.

use std::fmt;
use std::time::Duration;

use super::call_log::shown_path;
use crate::authorizer::{Check, Denial, Grant, Verdict};
use crate::policy::Method;
use crate::token::Claims;

/// What was decided of a call. It borrows all of it.
#[derive(Clone, Copy)]
pub struct Decision<'a> {
    verdict: &'a Verdict,
    path: &'a str,
    time_taken: Duration,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It went on to its handler.
    Allowed,
    /// It went on to its handler, since its method only reports. It would be refused.
    WouldDeny,
    /// It was refused.
    Refused,
}

impl Outcome {
    /// As the log has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::WouldDeny => "would_deny",
            Self::Refused => "refused",
        }
    }
}

impl<'a> Decision<'a> {
    /// A verdict on a call of this path, which it took so long to reach.
    pub fn new(verdict: &'a Verdict, path: &'a str, time_taken: Duration) -> Self {
        Self { verdict, path, time_taken }
    }

    /// What came of the call.
    pub fn outcome(&self) -> Outcome {
        match self.verdict.result() {
            Err(_) => Outcome::Refused,
            Ok(grant) if grant.would_deny().is_some() => Outcome::WouldDeny,
            Ok(_) => Outcome::Allowed,
        }
    }

    /// Why it was refused, or would be.
    pub fn denial(&self) -> Option<&'a Denial> {
        self.verdict.denial()
    }

    /// The same in one word: the `ErrorInfo.reason` that the caller is told, or `UNKNOWN_METHOD`.
    pub fn reason(&self) -> Option<&'static str> {
        self.denial().map(|denial| denial.reason().unwrap_or("UNKNOWN_METHOD"))
    }

    /// The last check that was made, see [`Verdict::last_check`](crate::authorizer::Verdict::last_check).
    pub fn last_check(&self) -> Check {
        self.verdict.last_check()
    }

    /// The method, with its rule and where that stands; none for a path that is no method's.
    pub fn method(&self) -> Option<&'a Method> {
        self.verdict.method()
    }

    /// The path that was asked for: the method's own, or what can be shown of one that is no method's, which may have
    /// anything in it.
    pub fn path(&self) -> &'a str {
        self.method().map_or_else(|| shown_path(self.path), Method::path)
    }

    /// What the token says, where it was verified.
    pub fn claims(&self) -> Option<&'a Claims> {
        self.verdict.claims()
    }

    /// The name that the operator gave to the issuer, see
    /// [`Verdict::issuer_name`](crate::authorizer::Verdict::issuer_name).
    pub fn issuer_name(&self) -> Option<&'a str> {
        self.verdict.issuer_name()
    }

    /// Whether the token was verified before, so that its signature was not verified again.
    pub fn is_remembered(&self) -> bool {
        self.verdict.is_remembered()
    }

    /// How long it took to decide, by the authorizer's clock. A wait for an issuer's key is within.
    pub fn time_taken(&self) -> Duration {
        self.time_taken
    }
}

/// The path as [`Decision::path`] tells it: the one that was sent may have anything in it.
impl fmt::Debug for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Decision");
        shown.field("path", &self.path()).field("verdict", self.verdict);
        shown.field("time_taken", &self.time_taken).finish()
    }
}

/// A stream that was allowed, and was ended before its handler was done.
#[derive(Debug, Clone, Copy)]
pub struct EndedStream<'a> {
    grant: &'a Grant,
    denial: &'a Denial,
}

impl<'a> EndedStream<'a> {
    /// A stream of this grant that ended for this reason.
    pub fn new(grant: &'a Grant, denial: &'a Denial) -> Self {
        Self { grant, denial }
    }

    /// What it was allowed by.
    pub fn grant(&self) -> &'a Grant {
        self.grant
    }

    /// What a call would be refused with that began now.
    pub fn denial(&self) -> &'a Denial {
        self.denial
    }
}
