//! `access.ack`: which changes of a policy a reviewer has agreed to although they let somebody in.
//!
//! A line is `METHOD VERDICT BEFORE..AFTER REASON`. BEFORE and AFTER are the fingerprints of the method's line before and
//! after the change, `-` where there is none. So a line covers exactly the change that was looked at. Lines that begin with
//! `#` are comments.
//!
//! The same change can come again: a method is made public, tightened later, and then made public once more. A line that
//! stands in the base's file was given to an earlier change, and covers nothing any more ([`Acknowledgements::since`]).
//!
//! ```
//! use sekisho_policy::ack::{self, Acknowledgements};
//! use sekisho_policy::lock::{Lock, changes, judge};
//!
//! let lock = |rule: &str| Lock::parse(&format!("# sekisho access.lock, version 1\nt.S/M (t.A) returns (t.B) {rule}\n"));
//! let looser = changes(&lock(r#"{ all_of: ["a"] }"#)?, &lock("{ public: true }")?);
//!
//! // What a reviewer is asked to agree to:
//! let line = ack::line_for(&looser[0], "Ticket 12: prices are public from May on");
//! assert!(line.starts_with("t.S/M looser "), "{line}");
//! assert!(judge(&looser, &Acknowledgements::parse(&line)?).passes());
//!
//! // It covers no other change of the same method.
//! let another = changes(&lock(r#"{ all_of: ["a"] }"#)?, &lock("{ authenticated: true }")?);
//! let acknowledgements = Acknowledgements::parse(&line)?;
//! let judgement = judge(&another, &acknowledgements);
//! assert!(!judgement.passes());
//! assert_eq!(judgement.idle().len(), 1);
//!
//! // Nor does it cover the same change again, once it stands in the file of the branch that is compared with.
//! let acknowledgements = Acknowledgements::parse(&line)?.since(&line);
//! assert!(!judge(&looser, &acknowledgements).passes());
//!
//! // A line without a reason is no acknowledgement.
//! assert!(Acknowledgements::parse("t.S/M looser 0123456789abcdef0123456789abcdef..0123456789abcdef0123456789abcdef").is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fault;
mod file;

use std::fmt;

pub use fault::{AckError, AckFault};
pub use file::{Acknowledgements, without};

use crate::compare::Verdict;
use crate::lines::excerpt;
use crate::lock::{Change, Fingerprint, is_method_name};

/// What stands in place of a reason until somebody writes one. It is none itself.
pub const REASON: &str = "REASON";

/// A line: one change that somebody has agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    line: usize,
    method: String,
    verdict: Verdict,
    before: Option<Fingerprint>,
    after: Option<Fingerprint>,
    reason: String,
    is_of_base: bool,
}

impl Acknowledgement {
    /// Its line in the file, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// `package.Service/Method`.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// What becomes of the method.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Why it may.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The full name of the method's service: `package.Service`.
    pub fn service(&self) -> &str {
        self.method.split_once('/').map_or("", |(service, _)| service)
    }

    /// Whether the base's file has the same line, as [`Acknowledgements::since`] found: then it covers nothing.
    pub fn is_of_base(&self) -> bool {
        self.is_of_base
    }

    /// Whether it is about a change whose fingerprints are known.
    pub(crate) fn is_about(
        &self,
        change: &Change,
        fingerprints: (Option<Fingerprint>, Option<Fingerprint>),
    ) -> bool {
        !self.is_of_base
            && self.method == change.name()
            && self.verdict == change.verdict()
            && (self.before, self.after) == fingerprints
    }

    /// Its line with the letters and digits alone of its reason: what differs in all else, or in what nobody sees, says
    /// nothing else.
    fn essence(&self) -> String {
        let reason = self.reason.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
        Self { reason: reason.collect(), ..self.clone() }.to_string()
    }

    fn parse(number: usize, line: &str) -> Result<Self, AckFault> {
        let (method, rest) = word(line);
        let (verdict, rest) = word(rest);
        let (fingerprints, reason) = word(rest);
        let method = method.strip_prefix('/').unwrap_or(method);
        if !is_method_name(method) {
            return Err(AckFault::Method { found: excerpt(method) });
        }
        let verdict = read_verdict(verdict).ok_or_else(|| AckFault::Verdict { found: excerpt(verdict) })?;
        let (before, after) = read_fingerprints(fingerprints)
            .ok_or_else(|| AckFault::Fingerprints { found: excerpt(fingerprints) })?;
        // What has neither letter nor digit says nothing, and may not even be seen.
        if !reason.contains(char::is_alphanumeric) || reason == REASON {
            return Err(AckFault::NoReason);
        }
        Ok(Self {
            line: number,
            method: method.to_owned(),
            verdict,
            before,
            after,
            reason: reason.to_owned(),
            is_of_base: false,
        })
    }
}

/// As its line is written.
impl fmt::Display for Acknowledgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.method, self.verdict, (self.before, self.after), &self.reason)
    }
}

/// The line that covers a change, to be reviewed. [`REASON`] in place of a reason makes a line that is refused until somebody
/// writes one.
pub fn line_for(change: &Change, reason: &str) -> String {
    struct Line<'a>(&'a Change, &'a str);
    impl fmt::Display for Line<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write(f, self.0.name(), self.0.verdict(), self.0.fingerprints(), self.1)
        }
    }
    Line(change, reason).to_string()
}

fn write(
    f: &mut fmt::Formatter<'_>,
    method: &str,
    verdict: Verdict,
    (before, after): (Option<Fingerprint>, Option<Fingerprint>),
    reason: &str,
) -> fmt::Result {
    let text =
        |fingerprint: Option<Fingerprint>| fingerprint.map_or_else(|| "-".to_owned(), |f| f.to_string());
    write!(f, "{method} {} {}..{} {reason}", verdict.as_str(), text(before), text(after))
}

/// The first word, and what comes after it.
fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    (word, rest.trim_start_matches([' ', '\t']))
}

/// Those that need an acknowledgement.
fn read_verdict(text: &str) -> Option<Verdict> {
    let verdicts = [Verdict::Looser, Verdict::Incomparable, Verdict::Added];
    verdicts.into_iter().find(|verdict| verdict.as_str() == text)
}

fn read_fingerprints(text: &str) -> Option<(Option<Fingerprint>, Option<Fingerprint>)> {
    let read = |text: &str| if text == "-" { Some(None) } else { Fingerprint::parse(text).map(Some) };
    let (before, after) = text.split_once("..")?;
    Some((read(before)?, read(after)?))
}

#[cfg(test)]
mod tests;
