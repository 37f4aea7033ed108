//! A change of a method, as a JSON document has it.

use serde::Serialize;

use crate::cli::policy::json::{CallKind, Rule};
use sekisho_policy::ack::{self, Acknowledgement};
use sekisho_policy::{compare, lock};

/// What becomes of a method.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Change"))]
pub(in crate::cli::policy) struct Change {
    /// `package.Service/Method`: its name now; of a removed method, what it was.
    method: String,
    /// What becomes of it.
    verdict: Verdict,
    /// The method before; null where it is added.
    before: Option<State>,
    /// The method after; null where it is removed. Where it has another name than before, the method is renamed.
    after: Option<State>,
    /// A smallest caller who can call now and could not before, in words; null where there is none.
    gained: Option<String>,
    /// A smallest caller who could call before and cannot now, in words; null where there is none.
    lost: Option<String>,
    /// Whether it lets somebody in: it is looser, incomparable, or an added method that admits whoever has no token.
    needs_acknowledgement: bool,
    /// The line of access.ack that covers it; null where none does, or none was looked for.
    acknowledgement: Option<Covering>,
    /// The line that would cover it once a reason stands in place of REASON; null where it needs none.
    acknowledge_with: Option<String>,
}

/// A method as one of the two policies has it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "MethodState"))]
struct State {
    /// `package.Service/Method`
    method: String,
    /// The full name of the request's message.
    request: String,
    /// The full name of the response's message.
    response: String,
    /// Which of the two are streams.
    kind: CallKind,
    /// Who may call, in the canonical form.
    rule: Rule,
}

/// A line of access.ack.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Acknowledgement"))]
struct Covering {
    /// Counted from 1.
    line: usize,
    /// Why the change is meant.
    reason: String,
}

/// What becomes of a method: in whom it admits.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// It admits whom it admitted.
    Equivalent,
    /// It admits fewer.
    Tighter,
    /// It admits more.
    Looser,
    /// It admits some whom it did not, and does not admit some whom it did.
    Incomparable,
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
}

impl Change {
    /// A change, and the line that covers it, if there is one.
    pub(in crate::cli::policy) fn of(change: &lock::Change, covering: Option<&Acknowledgement>) -> Self {
        let tell = |witness: &compare::Witness| witness.tell(change.name());
        let is_to_cover = change.needs_acknowledgement();
        Self {
            method: change.name().to_owned(),
            verdict: Verdict::of(change.verdict()),
            before: change.before().map(State::of),
            after: change.after().map(State::of),
            gained: change.gained().map(tell),
            lost: change.lost().map(tell),
            needs_acknowledgement: is_to_cover,
            acknowledgement: covering.map(Covering::of),
            acknowledge_with: is_to_cover.then(|| ack::line_for(change, ack::REASON)),
        }
    }
}

impl State {
    fn of(entry: &lock::Entry) -> Self {
        Self {
            method: entry.name().to_owned(),
            request: entry.request().to_owned(),
            response: entry.response().to_owned(),
            kind: CallKind::of_streams(entry.client_streaming(), entry.server_streaming()),
            rule: Rule::of(entry.rule()),
        }
    }
}

impl Covering {
    fn of(line: &Acknowledgement) -> Self {
        Self { line: line.line(), reason: line.reason().to_owned() }
    }
}

impl Verdict {
    fn of(verdict: compare::Verdict) -> Self {
        match verdict {
            compare::Verdict::Equivalent => Self::Equivalent,
            compare::Verdict::Tighter => Self::Tighter,
            compare::Verdict::Looser => Self::Looser,
            compare::Verdict::Incomparable => Self::Incomparable,
            compare::Verdict::Added => Self::Added,
            compare::Verdict::Removed => Self::Removed,
        }
    }
}
