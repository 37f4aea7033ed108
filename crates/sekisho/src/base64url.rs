//! Base64url without padding (RFC 7515 §2), one spelling a value: no padding, white space, other
//! alphabet or non-zero trailing bits.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

const STRICT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::RequireNone)
    .with_decode_allow_trailing_bits(false);

/// By the vector instructions that the machine has: else it takes as long as all else that is done with a token before its
/// signature is verified.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static ENGINE: LazyLock<base64::engine::Simd> = LazyLock::new(|| base64::engine::Simd::url_safe(STRICT));
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static ENGINE: LazyLock<base64::engine::GeneralPurpose> = LazyLock::new(scalar);

/// What has no vector instructions.
#[cfg(any(test, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn scalar() -> base64::engine::GeneralPurpose {
    base64::engine::GeneralPurpose::new(&base64::alphabet::URL_SAFE, STRICT)
}

/// The bytes, if `text` is their one spelling.
pub(crate) fn decode(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    ENGINE.decode(text).ok()
}

/// Appends the bytes, if `text` is their one spelling; else nothing.
#[must_use]
pub(crate) fn decode_into(text: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    let length = bytes.len();
    let decoded = ENGINE.decode_vec(text, bytes);
    if decoded.is_err() {
        bytes.truncate(length);
    }
    decoded.ok()
}

/// How many bytes two texts of this length together take while they are decoded, at most.
pub(crate) fn room_for(texts: &[u8]) -> usize {
    (texts.len() / 4 + 2) * 3
}

/// The one spelling of the bytes.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn encode(bytes: &[u8]) -> String {
    ENGINE.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_spelling() {
        assert_eq!(decode("-_8"), Some(vec![0xfb, 0xff]));
        let refused = ["-_8=", "+/8", "-_9", "-_8\n", " -_8", "-", "-_ 8"];
        for text in refused {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_not_decoded_is_not_appended() {
        let good = "A".repeat(100);
        let mut bytes = vec![7];
        for bad in ["=", "=A", " AA", "A"] {
            assert_eq!(decode_into(format!("{good}{bad}").as_bytes(), &mut bytes), None, "{bad:?}");
            assert_eq!(bytes, [7], "{bad:?}");
        }
        assert_eq!(decode_into(good.as_bytes(), &mut bytes), Some(()));
        assert_eq!((bytes[0], bytes.len()), (7, 76));
    }

    /// Vector instructions judge 32 characters at once, or 16.
    #[test]
    fn a_character_of_another_alphabet_is_found_wherever_it_stands() {
        let text = "Az09-_".repeat(22).into_bytes();
        for (place, byte) in (0..text.len()).flat_map(|place| (0..=u8::MAX).map(move |byte| (place, byte))) {
            let mut text = text.clone();
            text[place] = byte;
            let fits = byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            assert_eq!(decode(text).is_some(), fits, "{byte:#04x} at {place}");
        }
    }

    #[test]
    fn two_texts_fit_into_the_room_that_is_made_for_them() {
        for (first, second) in (0..40).flat_map(|first| (0..40).map(move |second| (first, second))) {
            let texts = vec![b'A'; first + second];
            let mut bytes = Vec::with_capacity(room_for(&texts));
            let room = bytes.capacity();
            let _ = (decode_into(&texts[..first], &mut bytes), decode_into(&texts[first..], &mut bytes));
            assert_eq!(bytes.capacity(), room, "{first} and {second}");
        }
    }

    proptest::proptest! {
        #[test]
        fn vector_instructions_decode_what_others_decode(
            text in "[A-Za-z0-9_-]{0,200}|[A-Za-z0-9_-]{0,100}.[A-Za-z0-9_-]{0,100}",
        ) {
            proptest::prop_assert_eq!(decode(&text), scalar().decode(&text).ok());
        }

        #[test]
        fn what_decodes_encodes_to_the_same_text(text in "[A-Za-z0-9_=+/-]{0,12}") {
            if let Some(bytes) = decode(&text) {
                proptest::prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
