//! Tables, and what another reader makes of the same text.

use proptest::prelude::*;

use super::*;

#[test]
fn what_is_meant_is_what_is_read() {
    let table: [(&str, Result<&str, Reason>); 52] = [
        ("", Ok("")),
        ("plain", Ok("plain")),
        ("  around  ", Ok("around")),
        ("a=b==", Ok("a=b==")),
        ("a#b", Ok("a#b")),
        ("a # comment", Ok("a")),
        ("a\t# it's \"$x\" \\z", Ok("a")),
        (" # comment", Ok("")),
        ("é", Ok("é")),
        ("a b", Err(Reason::Unquoted)),
        ("a\u{a0}b", Err(Reason::Unquoted)),
        ("a\u{a0}", Err(Reason::Unquoted)),
        ("a\r", Err(Reason::Unquoted)),
        ("#secret", Err(Reason::Unquoted)),
        (r"a\ b", Err(Reason::Backslash)),
        (r"\$a", Ok("$a")),
        (r"a\\b\'\$\#", Err(Reason::Backslash)),
        (r"a\\b\'\$", Ok(r"a\b'$")),
        (r"C:\new", Err(Reason::Backslash)),
        (r"a\", Err(Reason::Backslash)),
        (r"a\ ", Err(Reason::Backslash)),
        ("$a", Err(Reason::Dollar)),
        ("a$", Err(Reason::Dollar)),
        ("https://api.example/$metadata", Err(Reason::Dollar)),
        ("${a}", Err(Reason::Dollar)),
        ("$$", Err(Reason::Dollar)),
        ("''", Ok("")),
        ("'a b'", Ok("a b")),
        ("'$a ${b}'", Ok("$a ${b}")),
        (r"'a\b\n\'", Ok(r"a\b\n\")),
        ("'#a' # comment", Ok("#a")),
        ("' a '", Ok(" a ")),
        (r#"'a"b'"#, Ok("a\"b")),
        ("'a", Err(Reason::Quotes)),
        ("'a'#b", Err(Reason::Quotes)),
        ("'a'b", Err(Reason::Quotes)),
        ("'a' b", Err(Reason::Quotes)),
        ("a'b'", Err(Reason::Quotes)),
        ("it's", Err(Reason::Quotes)),
        (r#"{"a":1}"#, Err(Reason::Quotes)),
        (r#""""#, Ok("")),
        (r#""a b""#, Ok("a b")),
        (r#""it's # this""#, Ok("it's # this")),
        (r#""a\nb\\n\"\$\'""#, Ok("a\nb\\n\"$'")),
        (r#""\t""#, Err(Reason::Backslash)),
        (r#""a\""#, Err(Reason::Quotes)),
        (r#""$a""#, Err(Reason::Dollar)),
        (r#""${a}""#, Err(Reason::Dollar)),
        (r#""a$""#, Err(Reason::Dollar)),
        (r#""a" # comment"#, Ok("a")),
        (r#""a"'b'"#, Err(Reason::Quotes)),
        (r#""a"#, Err(Reason::Quotes)),
    ];
    for (raw, expected) in table {
        assert_eq!(value(raw), expected.map(ToOwned::to_owned), "{raw}");
    }
}

#[test]
fn a_line_assigns_or_says_nothing() {
    let table = [
        ("", Ok(None)),
        ("  # A=b", Ok(None)),
        ("A=b", Ok(Some(("A", "b")))),
        ("  A = b", Ok(Some(("A", " b")))),
        ("export A=b", Ok(Some(("A", "b")))),
        ("export=b", Ok(Some(("export", "b")))),
        ("exported=b", Ok(Some(("exported", "b")))),
        ("a.B_1=b=c", Ok(Some(("a.B_1", "b=c")))),
        ("A", Err(Reason::NoAssignment)),
        ("A: b", Err(Reason::NoAssignment)),
        ("=b", Err(Reason::NoAssignment)),
        ("1A=b", Err(Reason::NoAssignment)),
        ("A B=c", Err(Reason::NoAssignment)),
        ("set A=c", Err(Reason::NoAssignment)),
    ];
    for (line, expected) in table {
        assert_eq!(assignment(line), expected, "{line}");
    }
}

proptest! {
    /// What is read here is what a well-known reader makes of it, or else that one refuses it.
    #[test]
    fn others_read_no_other_value(raw in r#"[a-c$#'"\\ \tn{}=é\u{a0}]{0,12}"#) {
        let others = dotenvy::from_read_iter(format!("A={raw}\n").as_bytes()).next();
        if let (Ok(ours), Some(Ok((_, theirs)))) = (value(&raw), others) {
            prop_assert_eq!(ours, theirs);
        }
    }
}
