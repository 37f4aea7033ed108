//! Changes for people: a few lines for each. Rules are long, so that a table with two of them in a row fits no terminal.

use std::fmt::Write as _;

use clap::builder::styling::{AnsiColor, Style};

use crate::cli::policy::terminal::Terminal;
use crate::cli::text::one_line;
use sekisho_policy::ack::Acknowledgement;
use sekisho_policy::compare::Verdict;
use sekisho_policy::lock::{Change, Entry};

/// What stands for a method that is not there.
const NONE: &str = "(no such method)";

/// Each change with what it was, what it is, and its witnesses; and with the line that covers it, if one does. Before and
/// after are called what `sides` says.
pub(in crate::cli::policy) fn blocks<'a>(
    terminal: Terminal,
    sides: [&str; 2],
    changes: impl IntoIterator<Item = (&'a Change, Option<&'a Acknowledgement>)>,
) -> String {
    let blocks = changes.into_iter().map(|(change, line)| block(terminal, sides, change, line));
    blocks.collect::<Vec<_>>().join("\n")
}

fn block(
    terminal: Terminal,
    [before, after]: [&str; 2],
    change: &Change,
    line: Option<&Acknowledgement>,
) -> String {
    let style = if terminal.has_colour { style(change) } else { Style::new() };
    let mut rows = vec![(before, state(change.before(), change)), (after, state(change.after(), change))];
    rows.extend(change.witnesses().into_iter().map(|witness| ("witness", witness)));
    rows.extend(line.map(|line| ("acknowledged", format!("line {}: {}", line.line(), line.reason()))));
    let width = rows.iter().map(|(title, _)| title.len()).max().unwrap_or_default();
    let mut text = format!("{style}{}{style:#} {}\n", change.verdict(), change.name());
    for (title, value) in rows {
        let _ = writeln!(text, "  {title:width$}  {}", one_line(&value));
    }
    text
}

/// The rule; before it the name where it is another one, and the messages where they are others.
fn state(entry: Option<&Entry>, change: &Change) -> String {
    let Some(entry) = entry else { return NONE.to_owned() };
    if change.is_rename() {
        format!("{} {}", entry.name(), entry.rule())
    } else if change.keeps_rule() {
        entry.to_string()
    } else {
        entry.rule().to_string()
    }
}

fn style(change: &Change) -> Style {
    let colour = match change.verdict() {
        _ if change.needs_acknowledgement() => AnsiColor::Red,
        Verdict::Tighter | Verdict::Equivalent => AnsiColor::Green,
        _ => AnsiColor::Yellow,
    };
    colour.on_default().bold()
}
