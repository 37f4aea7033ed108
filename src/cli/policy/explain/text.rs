//! An explanation for people: lines for a terminal, or a list in Markdown.

use super::explanation::{Call, Explanation, Outcome, Presents};
use super::steps::StepResult;
use crate::cli::policy::json::Origin;
use crate::cli::policy::markdown;
use crate::cli::policy::table::{Field, Tone, table};
use crate::cli::policy::terminal::Terminal;
use crate::cli::text::one_line;

/// What begins each line where the signature was not checked.
const NOT_CHECKED: &str = "signature not checked: ";

/// For a terminal that is as wide and as coloured as this one.
pub(super) fn plain(explanation: &Explanation, terminal: Terminal) -> String {
    let mark = if explanation.is_of_unchecked_signature() { NOT_CHECKED } else { "" };
    let room = |width: u16| width.saturating_sub(u16::try_from(mark.len()).unwrap_or_default());
    let terminal = Terminal { width: terminal.width.map(room), ..terminal };
    let mut lines: Vec<String> =
        facts(explanation).iter().map(|(name, text)| format!("{name:<11}{}", one_line(text))).collect();
    lines.push(String::new());
    lines.extend(
        table(terminal, &["RESULT", "CHECK", "WHAT IS ASKED"], &rows(explanation)).lines().map(Into::into),
    );
    lines.push(String::new());
    lines.extend(verdict(explanation).iter().map(|(name, text)| format!("{name:<11}{}", one_line(text))));
    joined(lines.iter().map(|line| format!("{mark}{line}")))
}

/// One list, so that each line can say what has to be said on each.
pub(super) fn in_markdown(explanation: &Explanation) -> String {
    let mark = if explanation.is_of_unchecked_signature() {
        format!("**{}** ", NOT_CHECKED.trim())
    } else {
        String::new()
    };
    let named = |(name, text): (&str, String)| format!("**{name}:** {}", markdown::plain(&text));
    let facts = facts(explanation).into_iter().map(named);
    let checks = explanation.checks.iter().map(|step| {
        let result = step.result.as_str();
        let result =
            if result == result.to_lowercase() { result.to_owned() } else { format!("**{result}**") };
        format!("{result}: {} ({})", markdown::plain(step.asks), markdown::code(step.check))
    });
    let lines = facts.chain(checks).chain(verdict(explanation).into_iter().map(named));
    joined(lines.map(|line| format!("- {mark}{line}")))
}

/// Lines with their ends, and no white space before them.
fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.fold(String::new(), |text, line| text + line.trim_end() + "\n")
}

/// What was asked, a line each.
fn facts(explanation: &Explanation) -> Vec<(&'static str, String)> {
    let Some(method) = &explanation.method else {
        return vec![("Path", explanation.path.clone()), ("Call", call(&explanation.call))];
    };
    let mut facts = vec![("Method", format!("{} ({})", method.method, method.kind.as_str()))];
    facts.extend(method.rule.as_ref().map(|rule| ("Rule", rule.text.clone())));
    let origin = match method.origin {
        Some(Origin::Explicit) => "by a rule that stands in no .proto".to_owned(),
        Some(origin) => format!("by the {}", origin.as_str()),
        None => String::new(),
    };
    let place = method.position.as_ref().map(|position| format!("{}, ", position.file_and_line()));
    facts.push(("Declared", place.unwrap_or_default() + &origin));
    facts.push(("Call", call(&explanation.call)));
    facts
}

fn call(call: &Call) -> String {
    let with = match (call.presents, call.scopes.as_deref()) {
        (Presents::Nothing, _) => "without a token".to_owned(),
        (Presents::TokenFile, _) => "with the token of --token-file".to_owned(),
        (Presents::Scopes, None | Some([])) => "with a valid token without scopes".to_owned(),
        (Presents::Scopes, Some(scopes)) => format!("with a valid token with {}", scopes.join(" ")),
    };
    format!("{with}, at {}", call.at)
}

fn rows(explanation: &Explanation) -> Vec<Vec<Field>> {
    let row = |step: &super::steps::Step| {
        let tone = match step.result {
            StepResult::Passed => Tone::Good,
            StepResult::Refused => Tone::Bad,
            StepResult::Unknown | StepResult::NotChecked => Tone::Notable,
            StepResult::NotReached | StepResult::Assumed => Tone::Plain,
        };
        vec![Field::new(step.result.as_str(), tone), step.check.into(), step.asks.into()]
    };
    explanation.checks.iter().map(row).collect()
}

/// What became of it, a line each.
fn verdict(explanation: &Explanation) -> Vec<(&'static str, String)> {
    let mut lines = vec![("Verdict", outcome(explanation).to_owned())];
    if let Some(refusal) = &explanation.refusal {
        lines.push(("Status", format!("{}: {}", refusal.code, refusal.message)));
        lines.extend(refusal.told_reason().map(|reason| ("Reason", reason.to_owned())));
        lines.extend(refusal.challenges.iter().map(|challenge| ("Challenge", challenge.clone())));
        lines.push(("Log line", refusal.log_line()));
    }
    if let Some(enough) = &explanation.enough {
        lines.extend(enough.advice.iter().map(|advice| ("Enough", advice.clone())));
        lines.extend(scopes(enough.scopes.as_deref(), enough.missing_scopes.as_deref()));
    }
    lines
}

/// A line for each set of scopes that is enough.
fn scopes(sets: Option<&[Vec<String>]>, missing: Option<&[Vec<String>]>) -> Vec<(&'static str, String)> {
    let line = |(index, set): (usize, &Vec<String>)| {
        let lacking = missing.and_then(|missing| missing.get(index));
        let lacking = lacking.map(|scopes| format!("; this one lacks {}", scopes.join(" ")));
        ("Enough", format!("a token with {}{}", set.join(" "), lacking.unwrap_or_default()))
    };
    sets.into_iter().flatten().enumerate().map(line).collect()
}

fn outcome(explanation: &Explanation) -> &'static str {
    let is_asked =
        explanation.checks.iter().any(|step| step.result == StepResult::Passed && step.check == "scopes");
    match explanation.outcome {
        Outcome::Granted if is_asked && explanation.is_of_unchecked_signature() => {
            "GRANTED if the signature is its issuer's, which was not checked: all else of the token is in order, and it grants \
             what the rule asks for"
        }
        Outcome::Granted if is_asked => "GRANTED: the token is valid, and grants what the rule asks for",
        Outcome::Granted => "GRANTED: the rule does not ask who makes this call",
        Outcome::WouldDeny => {
            "GRANTED, since the method only reports (mode: REPORT_ONLY, or --dangerous-report-only). Enforced, it would be REFUSED"
        }
        Outcome::Refused => "REFUSED",
        Outcome::NotJudged => "NOT JUDGED: it cannot be checked now, and is refused until it can",
    }
}
