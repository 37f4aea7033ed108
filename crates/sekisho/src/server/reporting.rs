//! Methods whose rules are not enforced.

use crate::policy::{Mode, Policy};

/// How many bytes of names a line has: one that is too long is dropped by those who keep lines.
const LINE: usize = 8 * 1024;

/// Warns of every method that only reports, by name: what is meant for a while is easily left as it is.
pub(super) fn warn_of_methods(policy: &Policy) {
    let reporting = policy.methods().filter(|method| method.mode() == Mode::ReportOnly);
    for methods in lines(reporting.map(|method| method.path())) {
        tracing::warn!(
            methods,
            "these methods only report: whoever calls them is let in, whatever their rules say"
        );
    }
}

/// The names, with commas between them, in as many lines as they take.
fn lines<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut().filter(|line| line.len() + name.len() < LINE) {
            Some(line) => {
                line.push_str(", ");
                line.push_str(name);
            }
            None => lines.push(name.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_in_a_line_of_bounded_length() {
        assert_eq!(lines([].into_iter()), Vec::<String>::new());
        assert_eq!(lines(["/a.A/B", "/a.A/C"].into_iter()), ["/a.A/B, /a.A/C"]);
        let names: Vec<String> =
            (0..4000).map(|number| format!("/package.v1.Service/Method{number}")).collect();
        let lines = lines(names.iter().map(String::as_str));
        assert!(lines.len() > 1 && lines.iter().all(|line| line.len() <= LINE + 2), "{}", lines.len());
        assert_eq!(lines.join(", ").split(", ").collect::<Vec<_>>(), names);
    }
}
