//! Markdown as GitHub reads it (GFM). Texts of others stand in it so that nothing of them is obeyed.

use std::fmt::Write as _;

use super::report::excerpt;
use crate::cli::text::one_line;

/// A text as code, which may stand in a table.
pub(super) fn code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // Else a backtick of the text would be one of the fence; and a space at both ends would be taken away.
    let is_at_an_end = |c: char| text.starts_with(c) || text.ends_with(c);
    let padding = if is_at_an_end('`') || is_at_an_end(' ') { " " } else { "" };
    // In a table a bar ends the cell even within code.
    format!("{fence}{padding}{}{padding}{fence}", text.replace('|', "\\|"))
}

/// A text as it is, which may stand in a table or a heading: nothing in it is markup.
pub(super) fn plain(text: &str) -> String {
    let mut escaped = String::new();
    for c in one_line(text).chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!' | '@'
        ) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A table. Its cells are Markdown, made by [`code`] or [`plain`]. Columns are not aligned: a line of a diff is a row that
/// changed.
pub(super) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "| {} |", header.join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(header.len()));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// Warnings, after what is told. They may repeat what others wrote.
pub(super) fn warnings(warnings: &[String]) -> String {
    let mut text = String::new();
    for warning in warnings {
        let _ = writeln!(text, "\nWarning: {}", code(&excerpt(&one_line(warning))));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stays_within_its_fence_and_its_cell() {
        for (text, markdown) in [
            ("{ all_of: [\"a\"] }", "`{ all_of: [\"a\"] }`"),
            ("a|b", r"`a\|b`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("a```", "```` a``` ````"),
            ("a\nb\u{202e}", r"`a b\u{202e}`"),
            ("", "``"),
        ] {
            assert_eq!(code(text), markdown, "{text:?}");
        }
    }

    #[test]
    fn nothing_in_a_plain_text_is_markup() {
        assert_eq!(plain("a.v1.B_C/<b> | [x](y)\n# z"), r"a.v1.B\_C/\<b\> \| \[x\](y) \# z");
    }

    #[test]
    fn a_table_has_a_line_per_row() {
        let rows = [vec!["`a`".to_owned(), "b".to_owned()]];
        assert_eq!(table(&["X", "Y"], rows), "| X | Y |\n|---|---|\n| `a` | b |\n");
    }
}
