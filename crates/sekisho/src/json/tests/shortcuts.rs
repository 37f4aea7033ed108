//! Where fewer bytes are looked at, or copied: the same is read.

use super::*;

#[test]
fn a_number_that_no_float_can_hold_is_found_however_it_is_written() {
    let largest = format!("17976931348623157{}", "0".repeat(292));
    let cases = [
        ("the largest", largest.clone(), true),
        ("a digit more", format!("{largest}0"), false),
        ("nines", "9".repeat(309), false),
        ("ones", "1".repeat(309), true),
        ("many digits after the point", format!("1.{}", "9".repeat(400)), true),
        ("nines, negative", format!("-{}", "9".repeat(309)), false),
        ("a capital", "1E309".to_owned(), false),
        ("as large as it gets", "1E308".to_owned(), true),
    ];
    for (name, json, is_read) in cases {
        let expected = if is_read { number(&json) } else { Value::Unreadable };
        let document = format!(r#"{{"a":{json}}}"#);
        assert_eq!(read(&document).expect(name).get("a"), Some(&expected), "{name}");
    }
}

/// Names are compared by their lengths and ends first.
#[test]
fn names_of_one_length_with_the_same_ends_are_told_apart() {
    let asked = wanted(&["aud", "a", "", "x.y1z"]);
    let json = r#"{"add":1,"a":2,"":3,"xx":4,"x":{"y2z":5,"y1z":6},"aud":7,"aed":8}"#;
    let members = read_object(json.as_bytes(), &asked).expect("an object");
    let expected =
        [("aud", Some("7")), ("a", Some("2")), ("", Some("3")), ("add", None), ("x.y1z", Some("6"))];
    for (name, value) in expected {
        assert_eq!(members.within(&names(name)), value.map(number).as_ref(), "{name:?}");
    }
    assert_eq!((members.fault(), members.get("aed"), members.within(&names("x.y2z"))), (None, None, None));
}

/// A string is looked through by several bytes at once.
#[test]
fn what_means_something_in_a_string_is_found_wherever_it_stands() {
    let plain = "abcdefghi é 役 ".repeat(4);
    for place in (0..=plain.len()).filter(|place| plain.is_char_boundary(*place)) {
        let (before, after) = plain.split_at(place);
        let document = |middle: &str| format!(r#"{{"a":"{before}{middle}{after}","b":1}}"#);
        let cases = [("~\u{7f}", "~\u{7f}"), (r#"\""#, "\""), (r"\\", r"\"), (r"\u001f", "\u{1f}")];
        for (written, says) in cases {
            let (json, says) = (document(written), format!("{before}{says}{after}"));
            assert_eq!(read(&json).expect(written).get("a"), Some(&text(&says)), "{written} at {place}");
        }
        for bad in (0..0x20).map(char::from).chain(['"']) {
            let json = document(&bad.to_string());
            assert_eq!(read(&json).err(), Some(Malformed::Syntax), "{bad:?} at {place}");
        }
    }
}

/// A text is copied where it has an escape, and nowhere else.
#[test]
fn texts_are_borrowed_unless_they_have_escapes() {
    let members = read(r#"{"a":["b","\u0062"]}"#).expect("an object");
    let Some(Value::Array(array)) = members.get("a") else { panic!("an array") };
    let is_borrowed = |text: &Cow<'_, str>| matches!(text, Cow::Borrowed(_));
    let borrowed: Vec<bool> = array.only_texts().expect("texts").iter().map(is_borrowed).collect();
    assert_eq!(borrowed, [true, false]);
}
