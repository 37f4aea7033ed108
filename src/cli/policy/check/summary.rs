//! What was found, for the summary of a pull request.

use std::fmt::Write as _;

use super::{Base, Findings};
use crate::cli::policy::markdown::{self, code};
use crate::cli::policy::review;
use sekisho_policy::ack;

pub(super) fn text(findings: &Findings, warnings: &[String]) -> String {
    let verdict = if findings.passes() { "passes" } else { "fails" };
    let mut text = format!("### Access policy: the check {verdict}\n\n");
    text += &lock(findings);
    if let Some(base) = &findings.base {
        text += &against(base);
    }
    text + &markdown::warnings(warnings)
}

fn lock(findings: &Findings) -> String {
    let lock = code(&findings.lock);
    if findings.differences.is_empty() {
        let methods = review::methods(findings.methods);
        return format!("{lock} says what {} say: {methods}.\n", findings.protos);
    }
    let changes: Vec<_> = findings.differences.iter().map(|change| (change, None)).collect();
    format!(
        "**{lock} does not say what {} say**: {}. Run `sekisho policy lock` with the same files, and have the diff of {lock} \
         reviewed.\n\n{}",
        findings.protos,
        review::counts(&findings.differences),
        review::table(["In the lock", "In the protos"], &changes)
    )
}

fn against(base: &Base) -> String {
    let notable = base.notable();
    let name = code(&base.name);
    let counts = review::counts(&base.changes);
    let mut text = format!("\nCompared with {name}: {counts}.\n");
    let failing = &notable.failing;
    let changes: Vec<_> = failing.iter().chain(&notable.others).copied().collect();
    if !changes.is_empty() {
        let _ = write!(text, "\n{}", review::table(["Before", "After"], &changes));
    }
    if !failing.is_empty() {
        let ack = code(&base.ack);
        let _ = write!(
            text,
            "\n**{}**. Take it back. If it is meant, add this to {ack}, with the reason in place of {}, and \
             have it reviewed:\n\n```\n",
            match failing.len() {
                1 => "1 change lets somebody in, and is not acknowledged".to_owned(),
                many => format!("{many} changes let somebody in, and are not acknowledged"),
            },
            ack::REASON
        );
        for (change, _) in failing {
            let _ = writeln!(text, "{}", ack::line_for(change, ack::REASON));
        }
        text += "```\n";
    }
    text
}
