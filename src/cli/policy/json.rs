//! `--format json`: one document, whose form `docs/policy.schema.json` describes and `version` promises. The schema is
//! written by a test from these types: what is documented is what is printed.

mod method;

use std::fmt::Write as _;

use serde::Serialize;

use super::check::Checked;
use super::diff::Compared;
use super::explain::Explanation;
use super::list::List;
use super::lock::Locked;
use crate::cli::text::is_shown;

pub(super) use method::{Access, CallKind, Method, Origin, Position, Rule, RuleMode};

/// The version of the documents. Within a version members are added, and none is taken away or given another meaning.
const VERSION: u8 = 1;

/// What `sekisho policy … --format json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "sekisho policy … --format json"))]
struct Document<'a> {
    /// The version of this form. Within a version members are added, and none is taken away or given another meaning.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    version: u8,
    #[serde(flatten)]
    output: &'a Output,
    /// What stands on stderr as `warning: …`.
    warnings: &'a [String],
    /// What stands on stderr as `error: …`. Where there is one, the exit code is 2, and the document tells only what could
    /// be read.
    faults: &'a [String],
}

/// What each of the commands has to say.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "command", rename_all = "snake_case")]
pub(super) enum Output {
    /// `sekisho policy list`
    List(List),
    /// `sekisho policy lock`
    Lock(Locked),
    /// `sekisho policy check`
    Check(Checked),
    /// `sekisho policy diff`
    Diff(Compared),
    /// `sekisho policy explain`
    Explain(Box<Explanation>),
}

/// The document of a command, with its last line's end.
pub(super) fn document(output: &Output, warnings: &[String], faults: &[String]) -> String {
    let document = Document { version: VERSION, output, warnings, faults };
    // It has no map with keys that are no text, which is all that could fail.
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    escaped(&text) + "\n"
}

/// The same, in one line.
pub(super) fn line(output: &Output, warnings: &[String], faults: &[String]) -> String {
    let document = Document { version: VERSION, output, warnings, faults };
    escaped(&serde_json::to_string(&document).unwrap_or_default()) + "\n"
}

/// The same document: what is no ASCII stands within its texts alone, and may be escaped there (RFC 8259 §7). A name of a
/// file could hold what a terminal obeys.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || is_shown(c) {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
