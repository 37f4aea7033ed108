//! A `.env` file. Readers of such files differ in what they make of a value; one that could be read in two ways is a
//! fault here, so that no value is changed unseen. Nothing is put in for `$NAME`.

use std::collections::BTreeMap;

/// What may stand around names and values, and belongs to neither. Other white space is invisible, and could.
const SPACES: [char; 2] = [' ', '\t'];

/// A line that cannot be read. It is not quoted, since it may be a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    line: usize,
    /// The variable, if it is one of ours.
    pub(super) name: Option<&'static str>,
    reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Reason {
    #[error("expected NAME=VALUE, with quotes around a value that has spaces")]
    NoAssignment,
    #[error(
        "nothing is put in for $; put the value into single quotes, or write \\$, if the $ belongs to it"
    )]
    Dollar,
    #[error("a value that has spaces, or begins with #, goes into quotes")]
    Unquoted,
    #[error("quotes stand around a whole value, and end on its line; other quotes belong between them")]
    Quotes,
    #[error(
        "a backslash stands only before $, a backslash or a quote, or in double quotes before n; put the value \
         into single quotes if the backslash belongs to it"
    )]
    Backslash,
    #[error("it is there twice; the other one is in line {0}")]
    Twice(usize),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: ", self.line)?;
        self.name.iter().try_for_each(|name| write!(f, "{name}: "))?;
        write!(f, "{}", self.reason)
    }
}

/// The variables of `names`, and what is wrong with the file. Of others it only has to be clear where they end.
pub(super) fn read(text: &str, names: &[&'static str]) -> (BTreeMap<&'static str, String>, Vec<Fault>) {
    // A byte order mark, which some editors write, is not part of the first name.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut file = File { values: BTreeMap::new(), faults: Vec::new() };
    for (line, text) in (1..).zip(text.lines()) {
        match assignment(text) {
            Ok(None) => {}
            Ok(Some((name, raw))) => {
                file.assign(line, names.iter().find(|known| **known == name), value(raw));
            }
            Err(reason) => file.faults.push(Fault { line, name: None, reason }),
        }
    }
    let values = file.values.into_iter().map(|(name, (_, value))| (name, value));
    (values.collect(), file.faults)
}

struct File {
    /// With the line that each is in.
    values: BTreeMap<&'static str, (usize, String)>,
    faults: Vec<Fault>,
}

impl File {
    fn assign(&mut self, line: usize, name: Option<&&'static str>, value: Result<String, Reason>) {
        let name = name.copied();
        let earlier = name.and_then(|name| self.values.get(name)).map(|(line, _)| Reason::Twice(*line));
        match (name, earlier.map_or(value, Err)) {
            (Some(name), Ok(value)) => {
                self.values.insert(name, (line, value));
            }
            // Where quotes do not end, the next lines could be a part of the value.
            (Some(_), Err(reason)) | (None, Err(reason @ Reason::Quotes)) => {
                self.faults.push(Fault { line, name, reason });
            }
            (None, _) => {}
        }
    }
}

/// Name and value of a line, the value as it is written; none of one that is blank or a comment.
fn assignment(line: &str) -> Result<Option<(&str, &str)>, Reason> {
    let line = line.trim_matches(SPACES);
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (name, value) = line.split_once('=').ok_or(Reason::NoAssignment)?;
    let exported = name.strip_prefix("export").filter(|rest| rest.starts_with(SPACES));
    let name = exported.filter(|rest| !rest.trim().is_empty()).unwrap_or(name).trim_matches(SPACES);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    if is_name { Ok(Some((name, value))) } else { Err(Reason::NoAssignment) }
}

fn value(raw: &str) -> Result<String, Reason> {
    let text = raw.trim_matches(SPACES);
    match text.chars().next() {
        Some(quote @ ('\'' | '"')) => quoted(text.get(1..).unwrap_or_default(), quote),
        // A comment, unless it begins right after the `=`.
        Some('#') if text.len() < raw.len() => Ok(String::new()),
        _ => unquoted(text),
    }
}

fn quoted(text: &str, quote: char) -> Result<String, Reason> {
    let mut value = String::new();
    let mut rest = text.chars();
    loop {
        match rest.next().ok_or(Reason::Quotes)? {
            c if c == quote => break,
            '\\' if quote == '"' => value.push(match rest.next() {
                Some('n') => '\n',
                next => escaped(next)?,
            }),
            '$' if quote == '"' => return Err(Reason::Dollar),
            c => value.push(c),
        }
    }
    if is_comment(rest.as_str()) { Ok(value) } else { Err(Reason::Quotes) }
}

fn unquoted(text: &str) -> Result<String, Reason> {
    let mut value = String::new();
    let mut rest = text.chars();
    loop {
        let before = rest.as_str();
        match rest.next() {
            None => return Ok(value),
            Some('\\') => value.push(escaped(rest.next())?),
            Some('$') => return Err(Reason::Dollar),
            Some('\'' | '"') => return Err(Reason::Quotes),
            Some('#') if value.is_empty() => return Err(Reason::Unquoted),
            Some(c) if c.is_whitespace() && is_comment(before) => return Ok(value),
            Some(c) if c.is_whitespace() => return Err(Reason::Unquoted),
            Some(c) => value.push(c),
        }
    }
}

/// What a backslash was written for.
fn escaped(c: Option<char>) -> Result<char, Reason> {
    c.filter(|c| matches!(c, '\\' | '\'' | '"' | '$')).ok_or(Reason::Backslash)
}

/// Whether nothing of a value follows: a comment has a space before it.
fn is_comment(rest: &str) -> bool {
    let text = rest.trim_start_matches(SPACES);
    text.is_empty() || (text.starts_with('#') && text.len() < rest.len())
}

#[cfg(test)]
mod tests;
