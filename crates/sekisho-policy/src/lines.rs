//! Files of one statement a line, which people and merge tools edit.

/// The lines that say something, each with its number. A byte order mark, CRLF and spaces around a line say nothing.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let trimmed = text.lines().map(|line| line.trim_matches([' ', '\t', '\r']));
    trimmed.zip(1..).map(|(line, number)| (number, line)).filter(|(_, line)| !line.is_empty())
}

/// Whether it is a line by which a merge tool marks a conflict.
pub(crate) fn is_conflict_marker(line: &str) -> bool {
    let marks = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    marks
        .iter()
        .any(|mark| line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

/// What stands there, for a message: bounded, and without a character that a terminal obeys.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let shown: String = text.chars().take(LONGEST).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown:?}{more}")
}
