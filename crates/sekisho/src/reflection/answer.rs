//! Questions and answers, whatever the version of the protocol.

use tonic::Code;

/// One question of a stream, whose texts are a stranger's.
#[derive(Clone, Copy)]
pub(super) enum Question<'a> {
    FileByName(&'a str),
    FileWithSymbol(&'a str),
    FileWithExtension {
        extendee: &'a str,
        number: i32,
    },
    ExtensionNumbers {
        extendee: &'a str,
    },
    Services,
    /// None that this server knows.
    Unknown,
}

pub(super) enum Answer {
    /// Encoded, the one that was asked for first.
    Files(Vec<Vec<u8>>),
    ExtensionNumbers {
        extendee: String,
        numbers: Vec<i32>,
    },
    Services(Vec<String>),
}

/// Told as an answer, so that the stream goes on.
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) message: &'static str,
}

impl Refusal {
    /// Without the name, which the client has in the question that is sent back.
    pub(super) fn not_found(message: &'static str) -> Self {
        Self { code: Code::NotFound, message }
    }
}
