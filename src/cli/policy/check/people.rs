//! What was found, for people: what differs, and what to do.

use super::{Base, Findings};
use crate::cli::policy::review;
use crate::cli::policy::terminal::Terminal;
use sekisho_policy::ack;

pub(super) fn text(terminal: Terminal, findings: &Findings) -> String {
    let mut parts = Vec::new();
    if !findings.differences.is_empty() {
        parts.push(lock(terminal, findings));
    }
    if let Some(base) = &findings.base {
        parts.extend(against(terminal, base));
    }
    if findings.passes() {
        parts.push(conclusion(findings));
    }
    parts.join("\n")
}

fn lock(terminal: Terminal, findings: &Findings) -> String {
    let Findings { lock, protos, remedy, differences, .. } = findings;
    let changes = differences.iter().map(|change| (change, None));
    let blocks = review::blocks(terminal, ["in the lock", "in the protos"], changes);
    format!(
        "{lock} does not say what {protos} say: {}\n\n{blocks}\n\
         What to do: {remedy}.\n",
        review::counts(differences)
    )
}

/// What fails and how it may pass, then what passes.
fn against(terminal: Terminal, base: &Base) -> Vec<String> {
    let notable = base.notable();
    let mut parts = Vec::new();
    let sides = ["before", "after"];
    if !notable.failing.is_empty() {
        let what = match notable.failing.len() {
            1 => "1 change lets somebody in and is not acknowledged".to_owned(),
            many => format!("{many} changes let somebody in and are not acknowledged"),
        };
        let lines = notable.failing.iter().map(|(change, _)| ack::line_for(change, ack::REASON));
        let lines = lines.collect::<Vec<_>>().join("\n  ");
        let blocks = review::blocks(terminal, sides, notable.failing);
        parts.push(format!(
            "Compared with {}, {what}:\n\n{blocks}\n\
             What to do: take it back. If it is meant, add this to {}, with the reason in place of {}, and have it \
             reviewed; a reviewer has to agree:\n  {lines}\n",
            base.name, base.ack, ack::REASON
        ));
    }
    if !notable.others.is_empty() {
        let blocks = review::blocks(terminal, sides, notable.others);
        parts.push(format!("Compared with {}, these changes pass:\n\n{blocks}", base.name));
    }
    parts
}

fn conclusion(findings: &Findings) -> String {
    let Findings { lock, protos, .. } = findings;
    let says = format!("{lock} says what {protos} say: {}", review::methods(findings.methods));
    match &findings.base {
        None => format!("{says}\n"),
        Some(base) => {
            format!("{says}. Compared with {}, nothing fails: {}\n", base.name, review::counts(&base.changes))
        }
    }
}
