//! What is logged of a panic.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, PanicHookInfo};
use std::thread;

use super::format::SingleLines;
use super::queue::{Kind, Queue};

/// How much is shown of what a panic says, in characters: there may be a text from outside in it.
pub(super) const CAUSE: usize = 512;
/// How much is shown of a backtrace, where one is asked for (`RUST_BACKTRACE`).
pub(super) const BACKTRACE: usize = 8192;

/// From here on a panic is a line in the queue. The hook of the standard library writes to stderr in place, and a
/// handler that panicked would wait there for whoever reads it.
pub(super) fn log_panics(queue: Queue, lines: SingleLines) {
    panic::set_hook(Box::new(move |panic| {
        let line = lines.line(|| log(panic));
        // What panics while it is logged cannot be logged.
        let line = if line.is_empty() { b"panicked while a line was logged\n".to_vec() } else { line };
        queue.push(&line, Kind::Trouble);
    }));
}

fn log(panic: &PanicHookInfo<'_>) {
    let thread = thread::current();
    let location = panic.location().map(ToString::to_string);
    let cause = message(panic.payload()).map(|text| excerpt(text, CAUSE));
    let backtrace = Backtrace::capture();
    let backtrace =
        (backtrace.status() == BacktraceStatus::Captured).then(|| excerpt(&backtrace.to_string(), BACKTRACE));
    tracing::error!(thread = thread.name(), location, cause, backtrace, "panicked");
}

/// What `panic!` was given: a `&'static str` where nothing is put into it, else a `String`. The standard library's
/// `payload_as_str` does the same, from Rust 1.91 on.
fn message(payload: &dyn Any) -> Option<&str> {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

fn excerpt(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn a_payload_is_read_in_either_form_of_text_and_in_no_other() {
        assert_eq!(message(&"literal"), Some("literal"));
        assert_eq!(message(&String::from("formatted")), Some("formatted"));
        assert_eq!(message(&7_u8), None);
    }
}
