//! Markdown as GitHub reads it (GFM). Texts of others stand in it so that nothing of them is obeyed.

use std::fmt::Write as _;

use super::report::excerpt;
use crate::cli::text::one_line;

/// The longest run of backticks that code may have within. GitHub takes more than 80 for text, and the rest for markup.
const MOST_BACKTICKS: usize = 16;

/// A text as code.
pub(super) fn code(text: &str) -> String {
    let mut text = one_line(text);
    let mut longest = longest_run(&text);
    if longest > MOST_BACKTICKS {
        text = text.replace('`', "\\u{60}");
        longest = 0;
    }
    let fence = "`".repeat(longest + 1);
    // Else a backtick of the text would be one of the fence; and a space at both ends would be taken away.
    let is_at_an_end = |c: char| text.starts_with(c) || text.ends_with(c);
    let padding = if is_at_an_end('`') || is_at_an_end(' ') { " " } else { "" };
    format!("{fence}{padding}{text}{padding}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A text as it is: nothing in it is markup, or the link that GitHub makes of an address.
pub(super) fn plain(text: &str) -> String {
    let text = one_line(text);
    let mut escaped = String::new();
    for (at, c) in text.char_indices() {
        let is_markup = matches!(
            c,
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '~' | '&' | '!' | '@'
        );
        let (before, after) = text.split_at(at);
        let is_of_address =
            c == ':' && after.starts_with("://") || c == '.' && before.to_ascii_lowercase().ends_with("www");
        if is_markup || is_of_address {
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
        // A bar ends a cell, even within code.
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
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
            ("a|b", "`a|b`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("a```", "```` a``` ````"),
            ("a\nb\u{202e}", r"`a b\u{202e}`"),
            ("", "``"),
            (&"`".repeat(16), &format!("{0} {1} {0}", "`".repeat(17), "`".repeat(16))),
            (&format!("a{}**b** `", "`".repeat(17)), &format!(r"`a{}**b** \u{{60}}`", r"\u{60}".repeat(17))),
        ] {
            assert_eq!(code(text), markdown, "{text:?}");
        }
    }

    #[test]
    fn nothing_in_a_plain_text_is_markup() {
        assert_eq!(plain("a.v1.B_C/<b> | [x](y)\n# z"), r"a.v1.B\_C/\<b\> | \[x\](y) \# z");
        let addresses = "https://evil.example www.evil.example WWW.evil.example me@evil.example a: b";
        let plain_addresses =
            r"https\://evil.example www\.evil.example WWW\.evil.example me\@evil.example a: b";
        assert_eq!(plain(addresses), plain_addresses);
    }

    #[test]
    fn a_table_has_a_line_per_row() {
        let rows = [vec!["`a`".to_owned(), "b".to_owned()], vec!["`a|b`".to_owned(), r"`c\|d`".to_owned()]];
        assert_eq!(table(&["X", "Y"], rows), "| X | Y |\n|---|---|\n| `a` | b |\n| `a\\|b` | `c\\\\|d` |\n");
    }
}
