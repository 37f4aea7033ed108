//! Lines that are read, refused, and taken out.

use super::*;

const LINE: &str = "t.v1.S/M looser 0123456789abcdef0123456789abcdef..fedcba9876543210fedcba9876543210 ticket 12: it is public";

#[test]
fn a_line_comes_back_from_its_text() {
    let read = Acknowledgements::parse(LINE).expect("a line");
    assert_eq!(read.iter().map(ToString::to_string).collect::<Vec<_>>(), [LINE]);
    assert_eq!(read.iter().map(Acknowledgement::reason).collect::<Vec<_>>(), ["ticket 12: it is public"]);
    assert_eq!(read.iter().map(Acknowledgement::service).collect::<Vec<_>>(), ["t.v1.S"]);
    assert_eq!(LINE.parse::<Acknowledgements>(), Ok(read.clone()));
    let other = LINE.replace("t.v1.S/M", "t.v1.T/M");
    let both = Acknowledgements::parse(&format!("{LINE}\n{other}")).expect("two lines");
    assert_eq!(both.only(|line| line.service() == "t.v1.S"), read);
    let empty = Acknowledgements::parse("# nothing\n\n").expect("no line");
    assert_eq!(empty.iter().len(), 0);
}

#[test]
fn what_is_no_line_is_refused_at_its_line() {
    let cases = [
        ("no reason", LINE.replace(" ticket 12: it is public", " "), "gives no reason"),
        (
            "blanks that trim passes over",
            LINE.replace("ticket 12: it is public", "\u{a0}\u{200b}"),
            "gives no reason",
        ),
        (
            "marks of direction",
            LINE.replace("ticket 12: it is public", "\u{202e}\u{200f}"),
            "gives no reason",
        ),
        ("a full stop", LINE.replace("ticket 12: it is public", "."), "gives no reason"),
        ("what a reason replaces", LINE.replace("ticket 12: it is public", REASON), "gives no reason"),
        ("no fingerprints", "t.v1.S/M looser".to_owned(), "\"\" is no pair of fingerprints"),
        ("short ones", LINE.replace("0123456789abcdef", "0123"), "is no pair of fingerprints"),
        ("long ones", LINE.replace("0123456789abcdef", "0123456789abcdef0"), "is no pair of fingerprints"),
        ("other digits", LINE.replace("0123456789abcdef", "0123456789ABCDEF"), "is no pair of fingerprints"),
        ("a sign", LINE.replace("0123456789abcdef", "+123456789abcdef"), "is no pair of fingerprints"),
        ("one", LINE.replace("..fedcba9876543210fedcba9876543210", ""), "is no pair of fingerprints"),
        ("a typo", LINE.replace("looser", "loser"), "\"loser\" is no verdict"),
        ("what needs none", LINE.replace("looser", "tighter"), "\"tighter\" is no verdict"),
        ("no verdict", "t.v1.S/M".to_owned(), "\"\" is no verdict"),
        ("no method", LINE.replace("S/M", "S.M "), "\"t.v1.S.M\" is no method"),
        ("a hostile method", LINE.replace("S/M", "S/\u{1b}"), r"\u{1b}"),
        ("a conflict", "<<<<<<< HEAD".to_owned(), "the conflict of a merge is not resolved"),
    ];
    for (name, line, expected) in cases {
        let text = format!("# why\n{LINE}\n\n{line}\n");
        let error = Acknowledgements::parse(&text).expect_err(name).to_string();
        assert!(error.contains(expected) && error.starts_with("line 4: "), "{name}: {error}");
    }
    let both = Acknowledgements::parse("x\n=======\n").expect_err("two faults");
    assert_eq!(both.faults().iter().map(|fault| fault.line).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_file_has_a_largest_size() {
    let fits = format!("{LINE}{}", "\n".repeat(Acknowledgements::MAX_SIZE - LINE.len()));
    assert!(Acknowledgements::parse(&fits).is_ok());
    let error = Acknowledgements::parse(&format!("{fits}\n")).expect_err("too large");
    assert_eq!(error.faults()[0].kind, AckFault::TooLarge);
}

#[test]
fn a_line_is_taken_out_and_all_else_stays_as_it_was() {
    let text = format!("\u{feff}# why\r\n{LINE}\r\n\r\n  {LINE} too\n# the end");
    let read = Acknowledgements::parse(&text).expect("lines");
    let lines: Vec<&Acknowledgement> = read.iter().collect();
    assert_eq!(without(&text, &lines[..1]), format!("\u{feff}# why\r\n\r\n  {LINE} too\n# the end"));
    assert_eq!(without(&text, &lines), "\u{feff}# why\r\n\r\n# the end");
    assert_eq!(without(&text, &[]), text);
}

#[test]
fn of_many_faults_the_first_are_told_and_all_are_counted() {
    for line in ["x\n", "=======\n"] {
        let error = Acknowledgements::parse(&line.repeat(5_000)).expect_err("faults");
        assert_eq!((error.faults().len(), error.more_faults()), (100, 4_900));
        let text = error.to_string();
        assert_eq!((text.lines().count(), text.lines().last()), (101, Some("4900 more faults")));
    }
}
