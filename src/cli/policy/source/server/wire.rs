//! The fields of an encoded message, one after the other: what a stranger sent is counted before it takes any memory.

use std::iter;

use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// Each field: its number and, where it may be a message, a text or bytes, what is in it.
pub(super) fn fields(mut message: &[u8]) -> impl Iterator<Item = Result<(u32, &[u8]), DecodeError>> {
    iter::from_fn(move || {
        if message.is_empty() {
            return None;
        }
        let field = next(&mut message);
        if field.is_err() {
            message = &[];
        }
        Some(field)
    })
}

fn next<'m>(message: &mut &'m [u8]) -> Result<(u32, &'m [u8]), DecodeError> {
    let (number, wire_type) = decode_key(message)?;
    let whole = *message;
    skip_field(wire_type, number, message, DecodeContext::default())?;
    if wire_type != WireType::LengthDelimited {
        return Ok((number, &[]));
    }
    // It is there, as a whole.
    let mut content = &whole[..whole.len() - message.len()];
    decode_varint(&mut content)?;
    Ok((number, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_fields_with_a_length_the_contents_are_told() {
        // A varint, a text, 8 bytes, a group with a text in it, 4 bytes, an empty text.
        let message = b"\x08\x01\x12\x03abc\x19\x00\x00\x00\x00\x00\x00\x00\x00\x23\x0a\x01x\x24\x2d\x00\x00\x00\x00\x32\x00";
        let told: Vec<_> = fields(message).map(Result::unwrap).collect();
        assert_eq!(told, [(1, &b""[..]), (2, b"abc"), (3, b""), (4, b""), (5, b""), (6, b"")]);
    }

    #[test]
    fn what_is_no_message_ends_with_one_fault() {
        for broken in [
            &b"\x12\x00\x12\x05abc"[..],
            b"\x12\x00\x12",
            b"\x12\x00\x0f",
            b"\x12\x00\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            let told: Vec<_> = fields(broken).collect();
            assert!(matches!(told.as_slice(), [Ok((2, b"")), Err(_)]), "{told:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..64)) {
            proptest::prop_assert!(fields(&bytes).count() <= bytes.len());
        }
    }
}
