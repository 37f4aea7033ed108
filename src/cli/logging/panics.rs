//! What is logged of a panic.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::panic::{self, PanicHookInfo};
use std::thread;

use tracing::Level;
use tracing::field::{Value, display};

use super::THREAD;
use super::own_event::OwnEvent;
use super::to_queue::ToQueue;

/// How much is shown of what a panic says, in characters: there may be a text from outside in it.
pub(super) const CAUSE: usize = 512;
/// How much is shown of a backtrace, where one is asked for (`RUST_BACKTRACE`).
pub(super) const BACKTRACE: usize = 8192;

pub(super) static PANICKED: OwnEvent = OwnEvent::new(
    Level::ERROR,
    module_path!(),
    &["message", "thread", "location", "cause", "backtrace"],
    &PANICKED,
);

thread_local! {
    /// Whether a panic of this thread was recorded.
    static RECORDED: Cell<bool> = const { Cell::new(false) };
}

/// From here on a panic is a line in the queue. The hook of the standard library writes to stderr in place, and a
/// handler that panicked would wait there for whoever reads it.
pub(super) fn log_panics(to: ToQueue) {
    panic::set_hook(Box::new(move |panic| log(panic, &to)));
}

fn log(panic: &PanicHookInfo<'_>, to: &ToQueue) {
    let thread = thread::current();
    // Where making a line panics, so may making the line of that: it would go round and round.
    if RECORDED.replace(true) && thread.name() == Some(THREAD) {
        return;
    }
    let location = panic.location().map(ToString::to_string);
    let cause = message(panic.payload()).map(|text| excerpt(text, CAUSE));
    let backtrace = Backtrace::capture();
    let backtrace =
        (backtrace.status() == BacktraceStatus::Captured).then(|| excerpt(&backtrace.to_string(), BACKTRACE));
    let (message, name) = (display("panicked"), thread.name());
    let values: [Option<&dyn Value>; 5] =
        [Some(&message), Some(&name), Some(&location), Some(&cause), Some(&backtrace)];
    PANICKED.with(&values, |event| {
        // It has few fields.
        let _ = to.record(event);
    });
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
