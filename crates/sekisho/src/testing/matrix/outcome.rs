//! What became of a call, or should have.

use std::error::Error;
use std::fmt;

/// What became of a call.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    LetIn {
        would_deny: WouldDeny,
        /// For people: what was answered.
        answer: String,
    },
    Refused(Refusal),
    /// Neither: no answer of a gRPC server, say.
    Failed(String),
    /// Of the list of methods, and not of a call.
    Listing(String),
}

/// What `sekisho-would-deny` says, where calls are let in whatever they show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WouldDeny {
    NotSaid,
    Reason(String),
    /// Nothing was answered within the time. It is not known whether it would be said.
    NoAnswer,
    /// The response had not ended within the time, and its trailers are where it would be said.
    NoEnd,
}

impl WouldDeny {
    fn is_known(&self) -> bool {
        match self {
            Self::NotSaid | Self::Reason(_) => true,
            Self::NoAnswer | Self::NoEnd => false,
        }
    }
}

/// All that a refusal says, field by field, in one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) Vec<(String, String)>);

impl Outcome {
    pub(super) fn let_in(would_deny: WouldDeny) -> Self {
        Self::LetIn { would_deny, answer: String::new() }
    }

    /// With all causes of an error.
    pub(super) fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let mut text = "the service failed".to_owned();
        let error = error.into();
        let mut cause: Option<&(dyn Error + 'static)> = Some(&*error);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Self::Failed(text)
    }

    /// Whether what was seen is what was expected.
    pub(super) fn is_met_by(&self, seen: &Self) -> bool {
        match (self, seen) {
            (Self::LetIn { would_deny: expected, .. }, Self::LetIn { would_deny: seen, .. }) => {
                expected == seen || !seen.is_known()
            }
            (Self::Refused(expected), Self::Refused(seen)) => expected == seen,
            _ => false,
        }
    }

    /// What the two differ in, as two texts. Of two refusals it is the fields that are not the same.
    pub(super) fn difference(&self, seen: &Self) -> (String, String) {
        match (self, seen) {
            (Self::Refused(expected), Self::Refused(seen)) => {
                (expected.without(seen), seen.without(expected))
            }
            _ => (self.to_string(), seen.to_string()),
        }
    }
}

impl Refusal {
    fn without(&self, other: &Self) -> String {
        let own = self.0.iter().filter(|field| !other.0.contains(field));
        let own: Vec<String> = own.map(|(name, value)| format!("{name}: {value}")).collect();
        if own.is_empty() { "nothing more".to_owned() } else { own.join(", ") }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LetIn { would_deny, answer } => {
                f.write_str("let in")?;
                if let WouldDeny::Reason(reason) = would_deny {
                    write!(f, ", sekisho-would-deny: {reason}")?;
                }
                if answer.is_empty() { Ok(()) } else { write!(f, " ({answer})") }
            }
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Failed(text) | Self::Listing(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")?;
        for (index, (name, value)) in self.0.iter().enumerate() {
            write!(f, "{}{name}: {value}", if index == 0 { ": " } else { ", " })?;
        }
        Ok(())
    }
}
