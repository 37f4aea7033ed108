//! Where messages end in a body of gRPC: each is a byte of flags, four bytes of length, and so many bytes (gRPC over
//! HTTP/2, "Length-Prefixed-Message").

const PREFIX: usize = 5;

/// How far a body has come within a message.
#[derive(Debug, Default)]
pub(super) struct Boundary {
    prefix: [u8; PREFIX],
    /// How many bytes of the prefix have come, while it is not whole.
    prefix_length: usize,
    /// How many bytes of the message are to come.
    left: usize,
}

impl Boundary {
    /// Whether all messages that have begun are whole.
    pub(super) fn is_between_messages(&self) -> bool {
        self.prefix_length == 0 && self.left == 0
    }

    /// Goes over `bytes`, which follow on what came before.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = &rest[self.pass_one(rest)..];
        }
    }

    /// Goes to the end of the message that `bytes` begin with or go on with, or of `bytes`. How many those were.
    pub(super) fn pass_one(&mut self, bytes: &[u8]) -> usize {
        let of_prefix = if self.left == 0 { self.pass_prefix(bytes) } else { 0 };
        let of_message = self.left.min(bytes.len() - of_prefix);
        self.left -= of_message;
        of_prefix + of_message
    }

    fn pass_prefix(&mut self, bytes: &[u8]) -> usize {
        let length = bytes.len().min(PREFIX - self.prefix_length);
        self.prefix[self.prefix_length..][..length].copy_from_slice(&bytes[..length]);
        self.prefix_length += length;
        if self.prefix_length == PREFIX {
            let [_, message @ ..] = self.prefix;
            self.left = u32::from_be_bytes(message).try_into().unwrap_or(usize::MAX);
            self.prefix_length = 0;
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages of these lengths.
    fn body(lengths: &[u8]) -> Vec<u8> {
        let message = |length: &u8| [&[0, 0, 0, 0, *length][..], &vec![7; usize::from(*length)]].concat();
        lengths.iter().flat_map(message).collect()
    }

    #[test]
    fn a_message_is_whole_at_its_last_byte_however_it_is_parted() {
        let lengths = [3, 0, 1, 200, 0];
        let body = body(&lengths);
        let ends: Vec<usize> = lengths
            .iter()
            .scan(0, |end, length| {
                *end += PREFIX + usize::from(*length);
                Some(*end)
            })
            .collect();
        for size in 1..=body.len() {
            let (mut boundary, mut passed) = (Boundary::default(), 0);
            assert!(boundary.is_between_messages(), "before the first one");
            for chunk in body.chunks(size) {
                boundary.pass(chunk);
                passed += chunk.len();
                assert_eq!(boundary.is_between_messages(), ends.contains(&passed), "{size}, at {passed}");
            }
        }
    }

    #[test]
    fn one_message_is_passed_at_a_time() {
        let body = body(&[3, 0, 2]);
        let mut boundary = Boundary::default();
        boundary.pass(&body[..6]);
        assert_eq!(boundary.pass_one(&body[6..]), 2, "the rest of the first one");
        assert!(boundary.is_between_messages());
        assert_eq!(boundary.pass_one(&body[8..]), 5, "the empty one");
        assert!(boundary.is_between_messages());
        assert_eq!(boundary.pass_one(&body[13..17]), 4, "all that there is of a prefix");
        assert!(!boundary.is_between_messages());
        assert_eq!(boundary.pass_one(&body[17..]), 3);
        assert!(boundary.is_between_messages());
    }

    #[test]
    fn a_length_is_of_four_bytes() {
        let mut boundary = Boundary::default();
        boundary.pass(&[1, 1, 2, 3, 4]);
        boundary.pass(&vec![0; 0x0102_0304 - 1]);
        assert!(!boundary.is_between_messages());
        boundary.pass(&[0]);
        assert!(boundary.is_between_messages());
    }
}
