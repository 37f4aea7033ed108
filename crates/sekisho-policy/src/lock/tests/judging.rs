//! Which changes fail, and what covers them.

use super::*;
use crate::ack::{Acknowledgements, line_for};

const A: &str = r#"{ all_of: ["a"] }"#;
const B: &str = r#"{ all_of: ["b"] }"#;

fn change(before: Option<&str>, after: Option<&str>) -> Change {
    let lines = |rule: Option<&str>| rule.map(|rule| own("t.v1.S/M", rule)).into_iter().collect::<Vec<_>>();
    let lock = |rule| lock(&lines(rule).iter().map(String::as_str).collect::<Vec<_>>());
    changes(&lock(before), &lock(after)).remove(0)
}

fn acknowledgements(text: &str) -> Acknowledgements {
    Acknowledgements::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn what_lets_somebody_in_needs_an_acknowledgement() {
    let cases = [
        (Some(A), Some("{ authenticated: true }"), "looser", true),
        (Some(A), Some("{ all_of: [\"a\"] mode: REPORT_ONLY }"), "looser", true),
        (Some("{ all_of: [\"a\"] mode: REPORT_ONLY }"), Some(A), "tighter", false),
        (Some(A), Some(B), "incomparable", true),
        (Some("{ authenticated: true }"), Some(A), "tighter", false),
        (Some(A), Some(A), "equivalent", false),
        (Some("{ public: true }"), Some("{ all_of: [\"a\"] mode: REPORT_ONLY }"), "equivalent", false),
        (None, Some(A), "added", false),
        (None, Some("{ authenticated: true }"), "added", false),
        (None, Some("{ public: true }"), "added", true),
        (None, Some("{ optional: true }"), "added", true),
        (None, Some("{ all_of: [\"a\"] mode: REPORT_ONLY }"), "added", true),
        (Some("{ public: true }"), None, "removed", false),
        (Some(A), None, "removed", false),
    ];
    for (before, after, verdict, fails) in cases {
        let change = change(before, after);
        let case = format!("{before:?} {after:?}");
        assert_eq!(change.verdict().as_str(), verdict, "{case}");
        assert_eq!(change.needs_acknowledgement(), fails, "{case}");
        let changes = [change];
        assert_eq!(!judge(&changes, &Acknowledgements::default()).passes(), fails, "{case}");
        let says_so = !changes[0].witnesses().is_empty();
        assert_eq!(says_so, verdict != "equivalent", "{case}");
    }
}

#[test]
fn a_line_covers_exactly_one_change() {
    let changes = [change(Some(A), Some("{ authenticated: true }"))];
    let line = line_for(&changes[0], "agreed in ticket 12");
    let covering = [
        line.clone(),
        format!("\u{feff}# why\r\n\r\n {line} \r\n"),
        line.replace(' ', "\t"),
        format!("/{line}"),
        format!("{line}\n{line}"),
    ];
    for text in covering {
        let acknowledgements = acknowledgements(&text);
        let judgement = judge(&changes, &acknowledgements);
        assert!(judgement.passes() && judgement.idle().is_empty(), "{text}");
        assert_eq!(judgement.acknowledged().len(), 1, "{text}");
        assert!(judgement.acknowledged()[0].1.reason().contains("ticket"), "{text}");
    }
    let (before, after) = changes[0].fingerprints();
    let (before, after) = (before.expect("one").to_string(), after.expect("one").to_string());
    let others = [
        line.replace("S/M", "S/m"),
        line.replace("t.v1.S", "t.v2.S"),
        line.replace("looser", "incomparable"),
        line.replace("looser", "added"),
        line.replace(&before, &after),
        line.replace(&after, &before),
        line.replace(&before, "-"),
        line.replace(&after, "-"),
        format!("t.v1.S/M looser {after}..{before} the other way"),
    ];
    for text in others {
        assert_ne!(text, line);
        let acknowledgements = acknowledgements(&text);
        let judgement = judge(&changes, &acknowledgements);
        assert!(!judgement.passes(), "{text}");
        assert_eq!((judgement.failing().len(), judgement.idle().len()), (1, 1), "{text}");
    }
}

#[test]
fn a_line_about_the_same_method_covers_no_further_change() {
    let once = change(Some(A), Some("{ authenticated: true }"));
    let text = line_for(&once, "agreed");
    let acknowledgements = acknowledgements(&text);
    for (before, after) in [
        (Some(A), "{ public: true }"),
        (Some(B), "{ authenticated: true }"),
        (None, "{ public: true }"),
        (Some("{ authenticated: true }"), "{ public: true }"),
    ] {
        assert!(!judge(&[change(before, Some(after))], &acknowledgements).passes(), "{before:?} {after}");
    }
    // Nor one whose messages are others.
    let lock = |line: &str| super::lock(&[&line.replace("t.v1.Request", "t.v1.Other")]);
    let other = changes(&lock(&own("t.v1.S/M", A)), &lock(&own("t.v1.S/M", "{ authenticated: true }")));
    assert!(!judge(&other, &acknowledgements).passes());
}

/// The same change again, after it was taken back: the line of the first time stands in the base's file.
#[test]
fn a_line_that_stands_in_the_base_covers_nothing() {
    let changes = [change(Some(A), Some("{ public: true }"))];
    let line = line_for(&changes[0], "agreed in ticket 12");
    let since = |text: &str, base: &str| {
        let acknowledgements = acknowledgements(text).since(base);
        let judgement = judge(&changes, &acknowledgements);
        let idle: Vec<(usize, bool)> =
            judgement.idle().iter().map(|line| (line.line(), line.is_of_base())).collect();
        (judgement.passes(), idle)
    };
    for base in [
        line.clone(),
        // However it is written, and in whatever file.
        format!("{line}."),
        line.replace("agreed in ticket 12", "Agreed \u{2013} in\u{200b} ticket: 12\u{200b}"),
        format!("\u{feff}# why\r\n/{}  \r\n", line.replace(' ', "\t ")),
        format!("<<<<<<< HEAD\nx\n{line}\n=======\n{line} REASON\n"),
    ] {
        assert_eq!(since(&line, &base), (false, vec![(1, true)]), "{base}");
        assert_eq!(since(&format!("{line}\n{line}"), &base), (false, vec![(1, true), (2, true)]), "{base}");
        // A line of its own covers it beside the earlier one.
        assert_eq!(since(&format!("{line}\n{line}, again"), &base), (true, vec![(1, true)]), "{base}");
    }
    for base in [
        String::new(),
        format!("# {line}"),
        format!("{line}, again"),
        line.replace("looser", "added"),
        line.replace("S/M", "S/N"),
        line_for(&changes[0], crate::ack::REASON),
    ] {
        assert_eq!(since(&line, &base), (true, vec![]), "{base}");
    }
}

#[test]
fn a_renamed_method_is_covered_by_the_name_that_it_has_now() {
    let looser =
        changes(&lock(&[&own("t.v1.S/Get", A)]), &lock(&[&own("t.v1.S/Fetch", "{ authenticated: true }")]));
    let line = line_for(&looser[0], "agreed");
    assert!(line.starts_with("t.v1.S/Fetch looser "), "{line}");
    assert!(judge(&looser, &acknowledgements(&line)).passes());
    let from_elsewhere =
        changes(&lock(&[&own("t.v1.S/Old", A)]), &lock(&[&own("t.v1.S/Fetch", "{ authenticated: true }")]));
    assert!(!judge(&from_elsewhere, &acknowledgements(&line)).passes());
}

#[test]
fn an_added_method_is_covered_without_a_fingerprint_of_before() {
    let changes = [change(None, Some("{ public: true }"))];
    let line = line_for(&changes[0], "agreed");
    assert!(line.starts_with("t.v1.S/M added -.."), "{line}");
    assert!(judge(&changes, &acknowledgements(&line)).passes());
}

/// What needs none is not covered either, so that its line is found and taken out.
#[test]
fn a_change_that_passes_needs_no_line() {
    let tighter = change(Some("{ public: true }"), Some(A));
    let text = line_for(&tighter, "no need").replace("tighter", "looser");
    let (changes, acknowledgements) = ([tighter], acknowledgements(&text));
    let judgement = judge(&changes, &acknowledgements);
    assert!(judgement.passes());
    assert_eq!(judgement.idle().len(), 1);
}
