//! What a change of a method's rule means: who is admitted after it and was not before, and the other way round.
//!
//! Two rules are compared by whom they admit, not by how they are written. A caller has no token, an invalid one, or a valid
//! one with some scopes ([`Caller`]). Besides, on a method with a stream, it counts whether the stream of a caller whose token
//! was verified ends when the token expires.
//!
//! ```
//! use sekisho_policy::DeclaredRule;
//! use sekisho_policy::compare::{Verdict, compare};
//!
//! let rule = |text: &str| text.parse::<DeclaredRule>();
//! let before = rule(r#"{ any_of: [{ all_of: ["orders:read", "orders:list"] }, { all_of: "admin" }] }"#)?;
//! let after = rule(r#"{ all_of: "orders:read" }"#)?;
//!
//! // Whether the method has a stream is said beside each rule.
//! let change = compare((&before, false), (&after, false));
//! assert_eq!(change.verdict, Verdict::Incomparable);
//! let told = |witness: Option<sekisho_policy::compare::Witness>| witness.map(|it| it.tell("orders.v1.Orders/Get"));
//! assert_eq!(
//!     told(change.gained).as_deref(),
//!     Some("a token with only `orders:read` can now call `orders.v1.Orders/Get`")
//! );
//! assert_eq!(
//!     told(change.lost).as_deref(),
//!     Some("a token with only `admin` no longer can call `orders.v1.Orders/Get`")
//! );
//!
//! // Another order is no change, nor is an alternative that another one makes superfluous.
//! let same = rule(r#"{ any_of: [{ all_of: "admin" }, { all_of: ["orders:list", "orders:read"] }, { all_of: ["admin", "x"] }] }"#)?;
//! assert_eq!(compare((&before, false), (&same, false)).verdict, Verdict::Equivalent);
//! # Ok::<(), sekisho_policy::RuleTextError>(())
//! ```
//!
//! It is exact, and tested against every caller of up to six scopes, one by one. Whether the tests would see a change of this
//! code is tested, too (which changes they do not see, and why, is in the repository's `DESIGN.md`):
//!
//! ```text
//! cargo install --locked cargo-mutants --version 27.1.0
//! cargo mutants -p sekisho-policy -f 'crates/sekisho-policy/src/compare.rs' -f 'crates/sekisho-policy/src/compare/**' \
//!     --timeout 120 -- --lib compare::
//! ```

mod admission;
mod caller;
mod verdict;

pub use admission::Admission;
pub use caller::{Caller, Effect, Witness};
pub use verdict::{UnknownVerdict, Verdict};

use super::DeclaredRule;

/// What changes for callers from one rule to another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comparison {
    /// Of [`compare`] it is one of [`Verdict::Equivalent`], [`Verdict::Tighter`], [`Verdict::Looser`] and
    /// [`Verdict::Incomparable`].
    pub verdict: Verdict,
    /// A smallest caller who may do more than before, if there is one.
    pub gained: Option<Witness>,
    /// A smallest caller who may do less than before, if there is one.
    pub lost: Option<Witness>,
}

/// Compares two rules of a method by whom they admit. Beside each stands whether the method has a stream with it.
///
/// `stream_end: NEVER` is looser than `AT_EXPIRY` where a stream of a caller with a token would else be ended: on a
/// method with a stream that refuses calls. A public method and one that only reports never end one. A unary method has
/// none, and counts as if its calls ended in time.
pub fn compare(before: (&DeclaredRule, bool), after: (&DeclaredRule, bool)) -> Comparison {
    let (before, after) = (Admission::of(before.0, before.1), Admission::of(after.0, after.1));
    let (gained, lost) = (after.beyond(&before), before.beyond(&after));
    let verdict = match (&gained, &lost) {
        (None, None) => Verdict::Equivalent,
        (None, Some(_)) => Verdict::Tighter,
        (Some(_), None) => Verdict::Looser,
        (Some(_), Some(_)) => Verdict::Incomparable,
    };
    let gained = gained.map(|beyond| beyond.witness(Effect::CanCall, Effect::StreamGoesOn));
    let lost = lost.map(|beyond| beyond.witness(Effect::CannotCall, Effect::StreamEnds));
    Comparison { verdict, gained, lost }
}

/// An added method's rule, by a smallest caller whom it admits. Beside it stands whether the method has a stream.
pub fn added((rule, is_streaming): (&DeclaredRule, bool)) -> Comparison {
    let caller = Admission::of(rule, is_streaming).smallest_caller();
    Comparison { verdict: Verdict::Added, gained: Some(Witness::new(caller, Effect::CanCall)), lost: None }
}

/// A removed method's rule, by a smallest caller whom it admitted. Beside it stands whether the method had a stream.
pub fn removed((rule, is_streaming): (&DeclaredRule, bool)) -> Comparison {
    let caller = Admission::of(rule, is_streaming).smallest_caller();
    Comparison {
        verdict: Verdict::Removed,
        gained: None,
        lost: Some(Witness::new(caller, Effect::CannotCall)),
    }
}

#[cfg(test)]
mod tests;
