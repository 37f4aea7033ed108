//! What is logged of a panic.

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
    let cause = panic.payload_as_str().map(|text| excerpt(text, CAUSE));
    let backtrace = Backtrace::capture();
    let backtrace =
        (backtrace.status() == BacktraceStatus::Captured).then(|| excerpt(&backtrace.to_string(), BACKTRACE));
    tracing::error!(thread = thread.name(), location, cause, backtrace, "panicked");
}

fn excerpt(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}
