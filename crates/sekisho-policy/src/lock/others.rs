//! What is known of the methods that a lock of some services leaves out.

use std::collections::HashMap;

use super::Entry;

/// How many of them have which request and response: an open method passes as renamed only where no other method has its
/// messages, whichever services are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Others {
    Known(HashMap<(String, String), usize>),
    /// There may be any.
    Unknown,
}

impl Default for Others {
    fn default() -> Self {
        Self::Known(HashMap::new())
    }
}

impl Others {
    /// One more, by its request and response.
    pub(super) fn add(&mut self, request: &str, response: &str) {
        if let Self::Known(counts) = self {
            *counts.entry((request.to_owned(), response.to_owned())).or_default() += 1;
        }
    }

    /// Whether none of them has the messages of this one.
    pub(super) fn lack(&self, entry: &Entry) -> bool {
        let messages = || (entry.request().to_owned(), entry.response().to_owned());
        matches!(self, Self::Known(counts) if counts.is_empty() || !counts.contains_key(&messages()))
    }
}
