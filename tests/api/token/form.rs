//! What is a signed JWT at all.

use super::*;

#[tokio::test]
async fn rows_26_to_29_form() {
    let app = App::start().await;
    let token = good().sign();
    let [header, payload, signature] = parts(&token);
    let nested = format!(r#"{{"a":{}{}}}"#, "[".repeat(2_900), "]".repeat(2_900));
    let odd = ["not json", "[1]", "null", "\u{feff}{}", "{}x", "", &nested];
    let mut cases = vec![
        case("26: encrypted", format!("{header}.{payload}.{signature}.{signature}.{signature}"), MALFORMED),
        case("26: two parts", format!("{header}.{payload}"), MALFORMED),
        case("26: four parts", format!("{token}.{signature}"), MALFORMED),
        case("26: opaque", "2YotnFZFEjr1zCsicMWpAA", MALFORMED),
        case("27: many dots", ".".repeat(8_000), MALFORMED),
        case("27: 10,000 dots", ".".repeat(10_000), MALFORMED),
        case("27: over 8 KiB", format!("{header}.{}.{signature}", encode(vec![b' '; 8_192])), MALFORMED),
        case("28: padding", format!("{token}="), MALFORMED),
        case("28: standard base64", format!("{header}.{payload}.{}", "+/".repeat(171)), MALFORMED),
        case(
            "28: non-zero trailing bits",
            format!("{header}.{payload}.{}", with_trailing_bits(&signature)),
            MALFORMED,
        ),
        case(
            "29: bad UTF-8 in the payload",
            format!("{header}.{}.{signature}", encode(b"{\"a\":\"\xff\"}")),
            MALFORMED,
        ),
    ];
    for json in odd {
        let shown: String = json.chars().take(8).collect();
        cases.push(case(
            format!("26, 29: header {shown:?}"),
            format!("{}.{payload}.{signature}", encode(json)),
            MALFORMED,
        ));
        cases.push(case(
            format!("26, 29: payload {shown:?}"),
            issuer().sign(&good().header_json(), json),
            MALFORMED,
        ));
    }
    check(&app, cases).await;
}

/// The same bytes, spelled in a way that a lax decoder takes too.
fn with_trailing_bits(signature: &str) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = signature.as_bytes().last().expect("a character");
    let index = alphabet.iter().position(|c| c == last).expect("of the alphabet");
    format!("{}{}", &signature[..signature.len() - 1], char::from(alphabet[index | 1]))
}

#[tokio::test]
async fn a_token_at_the_size_limit_is_read_and_one_byte_more_is_not() {
    let app = App::start().await;
    let sized = |size: usize| {
        let padded = |filler: usize| good().claim("filler", "x".repeat(filler)).sign();
        (0..8_000)
            .rev()
            .map(padded)
            .find(|token| "Bearer ".len() + token.len() <= size)
            .expect("a token of that size")
    };
    let fits = sized(8_192);
    assert!("Bearer ".len() + fits.len() >= 8_190, "base64 comes in steps");
    let mut too_long = fits.clone();
    too_long.push_str(&"A".repeat(8_193 - "Bearer ".len() - fits.len()));
    check(&app, [case("at the limit", fits, ALLOWED), case("one byte more", too_long, MALFORMED)]).await;
}
