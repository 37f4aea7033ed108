//! Changes for the summary of a pull request. Scopes and reasons are whatever somebody wrote, so that all of them stand as
//! code: nothing in them is markup, a link, or the name of somebody to notify.

use crate::cli::policy::markdown::{self, code};
use sekisho_policy::ack::Acknowledgement;
use sekisho_policy::lock::{Change, Entry};

/// A table with a row a change; with a column for acknowledgements where there is one.
pub(in crate::cli::policy) fn table(
    [before, after]: [&str; 2],
    changes: &[(&Change, Option<&Acknowledgement>)],
) -> String {
    let has_lines = changes.iter().any(|(_, line)| line.is_some());
    let mut header = vec!["Method", before, after, "Verdict", "Witness"];
    header.extend(has_lines.then_some("Acknowledged"));
    let rows = changes.iter().map(|(change, line)| {
        let mut row = row(change);
        row.extend(has_lines.then(|| line.map_or_else(String::new, |line| code(line.reason()))));
        row
    });
    markdown::table(&header, rows)
}

fn row(change: &Change) -> Vec<String> {
    let verdict = change.verdict().as_str();
    let witnesses: Vec<String> = change.witnesses().iter().map(|text| witness(text)).collect();
    vec![
        name(change),
        rule(change.before()),
        rule(change.after()),
        if change.needs_acknowledgement() { format!("**{verdict}**") } else { verdict.to_owned() },
        witnesses.join("; "),
    ]
}

fn name(change: &Change) -> String {
    match change.before().filter(|_| change.is_rename()) {
        Some(before) => format!("{}, before {}", code(change.name()), code(before.name())),
        None => code(change.name()),
    }
}

fn rule(entry: Option<&Entry>) -> String {
    entry.map_or_else(String::new, |entry| code(&entry.rule().to_string()))
}

/// The sentence of a witness, whose scopes and method stand in backquotes: a word each, since no scope has a space. They are
/// quoted anew, for a scope may have a backquote itself.
fn witness(sentence: &str) -> String {
    let words = sentence.split(' ').map(|word| {
        let (word, comma) = word.strip_suffix(',').map_or((word, ""), |word| (word, ","));
        match word.strip_prefix('`').and_then(|word| word.strip_suffix('`')) {
            Some(quoted) => format!("{}{comma}", code(quoted)),
            None => format!("{word}{comma}"),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_of_a_witness_are_quoted_anew() {
        for (sentence, markdown) in [
            (
                "a token with only `a`, `b` and `c` can now call `t.S/M`",
                "a token with only `a`, `b` and `c` can now call `t.S/M`",
            ),
            ("a token with only `a|b` can", "a token with only `a|b` can"),
            (
                "a token with only `` `, `x`,` and `<b>` can",
                "a token with only `` ` ``, ``x`,`` and `<b>` can",
            ),
            (
                "a caller without a token can now call `t.S/M`",
                "a caller without a token can now call `t.S/M`",
            ),
        ] {
            let sentence = sentence.replace("`` `,", "```,");
            assert_eq!(witness(&sentence), markdown, "{sentence}");
        }
    }
}
