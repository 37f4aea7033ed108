//! Texts from outside, bounded for whoever logs them.
//!
//! A line hands each value to the subscriber as a text (`&str`, `String`), and none by `%` or within its message:
//! what is recorded as a text is put in quotes and escaped by the text formats of tracing-subscriber, and is a
//! string in JSON. By `%` it would stand there bare, and could go on ` outcome="allowed"`. Nothing is escaped here,
//! for it would be escaped twice; so whoever parses JSON has what was sent.

use std::borrow::Cow;
#[cfg(feature = "discovery")]
use std::fmt::{self, Display, Write as _};

/// How much is shown of a name, in characters.
const NAME: usize = 256;
/// How much is shown of a message that may have several of them in it.
#[cfg(feature = "discovery")]
const MESSAGE: usize = 1024;

/// A name: of a caller, a client, a key, an issuer.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    let start = start_of_name(text);
    if start.len() == text.len() { Cow::Borrowed(text) } else { Cow::Owned(format!("{start}…")) }
}

/// As much as is shown of a name.
pub(crate) fn start_of_name(text: &str) -> &str {
    text.char_indices().nth(NAME).map_or(text, |(end, _)| &text[..end])
}

/// What an error says, down to what others wrote into it.
#[cfg(feature = "discovery")]
pub(crate) fn message(error: &impl Display) -> String {
    let mut shown = Bounded { text: String::new(), left: MESSAGE };
    // What does not fit ends it.
    if write!(shown, "{error}").is_err() {
        shown.text.push('…');
    }
    shown.text
}

#[cfg(feature = "discovery")]
struct Bounded {
    text: String,
    left: usize,
}

#[cfg(feature = "discovery")]
impl fmt::Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        for c in more.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(c);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_as_it_is_and_up_to_a_length() {
        for text in ["", "alice@clients", "名前", &"名".repeat(NAME)] {
            assert_eq!(name(text), text);
        }
        assert_eq!(name(&"名".repeat(NAME + 1)), format!("{}…", "名".repeat(NAME)));
    }

    #[test]
    #[cfg(feature = "discovery")]
    fn a_message_is_shown_as_it_is_and_up_to_a_length() {
        for text in ["", "it is no JSON object: 名前", &"名".repeat(MESSAGE)] {
            assert_eq!(message(&text), text);
        }
        assert_eq!(message(&"名".repeat(1_000_000)), format!("{}…", "名".repeat(MESSAGE)));
    }
}
