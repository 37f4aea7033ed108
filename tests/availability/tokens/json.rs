//! JSON that is written to cost whoever reads it a stack, memory or time.

use serde_json::json;

use super::{Shape, encoded, flood, with_header, with_payload};

/// A name by which `serde_json` knows JSON within a text, and reads that as deep as it likes.
const RAW: &str = "$serde_json::private::RawValue";
const NUMBER: &str = "$serde_json::private::Number";
/// As much JSON as fits into a token of the size limit, in bytes.
const ROOM: usize = 5_300;

const HOSTILE: [(&str, Shape); 18] = [
    ("arrays", |n, good| with_payload(&nested("[", n), good)),
    ("objects", |n, good| with_payload(&nested(r#"{"a":"#, n), good)),
    ("arrays and objects in turn", |n, good| with_payload(&nested(r#"[{"a":"#, n), good)),
    ("arrays in the header", |n, good| {
        with_header(&format!(r#"{{"alg":"RS256","x":{}"#, nested("[", n)), good)
    }),
    ("arrays that are closed", |n, good| {
        let levels = 1 + n % (ROOM / 2);
        with_payload(&format!(r#"{{"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels)), good)
    }),
    ("a text with JSON, by its private name", |n, good| {
        with_payload(&format!(r#"{{"x":{}}}"#, named(RAW, &nested("[", n / 2))), good)
    }),
    ("a text with numbers, by its private name", |n, good| {
        with_payload(&format!(r#"{{"exp":{}}}"#, named(NUMBER, &"9".repeat(1 + n % 4_000))), good)
    }),
    ("texts in texts", |n, good| with_payload(&text_in_text(1 + n % 8), good)),
    ("texts in texts, in the header", |n, good| with_header(&text_in_text(1 + n % 8), good)),
    ("texts in texts, each of them nested", |n, good| {
        with_payload(&format!(r#"{{"x":{}}}"#, nested_text_in_text(1 + n % 8)), good)
    }),
    ("texts in texts, each of them nested, in the header", |n, good| {
        with_header(&format!(r#"{{"alg":"RS256","x":{}}}"#, nested_text_in_text(1 + n % 7)), good)
    }),
    ("texts in texts, for a claim", |n, good| {
        with_payload(&format!(r#"{{"aud":{},"sub":{}}}"#, text_in_text(1 + n % 6), text_in_text(1)), good)
    }),
    ("escapes", |n, good| with_payload(&format!(r#"{{"sub":"{}"}}"#, r"\u0041".repeat(1 + n % 880)), good)),
    ("halves of surrogate pairs", |n, good| {
        with_payload(&format!(r#"{{"\ud800":1,"sub":"{}"}}"#, r"\ud800".repeat(1 + n % 870)), good)
    }),
    ("a number of many digits", |n, good| {
        with_payload(&format!(r#"{{"exp":{}e{}}}"#, "9".repeat(1 + n % 5_000), "9".repeat(1 + n % 200)), good)
    }),
    ("many members", |n, good| {
        let members: Vec<String> = (0..=n % 600).map(|index| format!(r#""{index}":0"#)).collect();
        with_payload(&format!("{{{}}}", members.join(",")), good)
    }),
    ("one claim many times", |n, good| {
        with_payload(&format!(r#"{{{}"n":{n}}}"#, r#""sub":"a","#.repeat(1 + n % 500)), good)
    }),
    ("an array of many", |n, good| {
        with_payload(&format!(r#"{{"aud":[{}0]}}"#, "0,".repeat(1 + n % 2_600)), good)
    }),
];

/// As many as fit, or fewer.
fn nested(opening: &str, number: usize) -> String {
    opening.repeat(1 + number % (ROOM / opening.len()))
}

/// An object with a text under one name.
fn named(name: &str, text: &str) -> String {
    json!({ name: text }).to_string()
}

/// Each level's quotes take twice the room of those below it.
fn text_in_text(levels: usize) -> String {
    (0..levels).fold("[[]]".to_owned(), |inner, _| named(RAW, &inner))
}

/// The same, and each level is as deep as a reader that begins to count anew in each text lets pass.
fn nested_text_in_text(levels: usize) -> String {
    let around = |inner: &str| format!(r#"{{"x":{}{inner}{}}}"#, "[".repeat(120), "]".repeat(120));
    (0..levels).fold("0".to_owned(), |inner, _| named(RAW, &around(&inner)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_100_hostile_json_is_refused_and_forgotten() {
    assert!(encoded(&nested("[", ROOM - 1)).len() < 8_000, "it is read, and not turned away for its size");
    flood(&HOSTILE).await;
}
