use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tracing::field::{Value, display};
use tracing::{Dispatch, Level, dispatcher};

use super::super::own_event::OwnEvent;
use super::super::panics::{BACKTRACE, CAUSE, PANICKED};
use super::super::queue::LONGEST;
use super::*;

/// In both forms. One that is far shorter is no test of it.
#[track_caller]
fn assert_fits(line: impl Fn(LogFormat) -> Vec<u8>) {
    for format in [LogFormat::Text, LogFormat::Json] {
        let length = line(format).len();
        assert!((LONGEST / 2..=LONGEST).contains(&length), "{format:?}: {length}");
    }
}

/// The line of what `log` logs.
fn logged(format: LogFormat, log: impl FnOnce()) -> Vec<u8> {
    let lines = Lines::new(Form::new(format));
    let escapes = lines.form.escapes;
    dispatcher::with_default(&Dispatch::new(lines.formatter), log);
    escape(&String::from_utf8_lossy(&LINE.take()), escapes).into_owned()
}

#[test]
fn the_longest_lines_of_ours_fit() {
    // As long as the library lets names and messages of others become in a line.
    let excerpt = |characters| format!("{}…", "\u{e0041}".repeat(characters));
    let (name, message) = (&*excerpt(256), &*excerpt(1024));
    let log = || {
        let key = usize::MAX;
        tracing::warn!(issuer = name, key, kid = name, reason = message, "a published key is not used");
    };
    assert_fits(|format| logged(format, log));
    // A panic may say what a stranger wrote. A backtrace has nothing of that, but ends of lines and quotes.
    let (cause, backtrace) = ("\u{e0041}".repeat(CAUSE), "\n".repeat(BACKTRACE));
    let name_of_ours = "x".repeat(128);
    assert_fits(|format| {
        let mut line = Vec::new();
        let panicked = display("panicked");
        let values: [Option<&dyn Value>; 5] =
            [Some(&panicked), Some(&name_of_ours), Some(&name_of_ours), Some(&cause), Some(&backtrace)];
        PANICKED.with(&values, |event| line = Lines::new(Form::new(format)).of_event(event));
        line
    });
}

static OWN: OwnEvent = OwnEvent::new(Level::INFO, "a test", &["message"], &OWN);

/// The line of a record of `text`, if one can be made.
fn line_of(lines: &Lines, text: &str, at: SystemTime) -> Option<String> {
    let mut line = None;
    OWN.with(&[Some(&display(text))], |event| {
        Record::of(event, at, |recorded| {
            let (record, texts) = recorded.unwrap();
            line = lines.unless_it_panics(|lines| lines.of_record(&record, texts));
        })
        .unwrap();
    });
    line.map(|line| String::from_utf8(line).unwrap())
}

#[test]
fn a_time_before_1970_is_shown_as_its_beginning() {
    for format in [LogFormat::Text, LogFormat::Json] {
        let lines = Lines::new(Form::new(format));
        let line = line_of(&lines, "early", UNIX_EPOCH - Duration::from_secs(1)).expect("a line");
        assert!(line.contains("1970-01-01T00:00:00.000000Z") && line.contains("early"), "{line}");
    }
}

/// Writes a part of the first line, and panics.
struct PanicsOnce(AtomicBool);

impl FormatTime for PanicsOnce {
    fn format_time(&self, line: &mut Writer<'_>) -> std::fmt::Result {
        write!(line, "half a line")?;
        assert!(self.0.swap(true, Ordering::SeqCst), "the first one");
        Time::default().format_time(line)
    }
}

#[test]
fn a_line_that_panics_is_lost_and_leaves_nothing_in_the_next() {
    let timer = PanicsOnce(AtomicBool::new(false));
    let layer = fmt::layer().with_timer(timer).with_writer(|| ToThread).with_ansi(false).boxed();
    let formatter = tracing_subscriber::registry().with(layer);
    let lines = Lines { form: Form::new(LogFormat::Text), formatter };
    assert_eq!(line_of(&lines, "lost", UNIX_EPOCH), None);
    let next = line_of(&lines, "next", UNIX_EPOCH).expect("a line");
    assert_eq!(next, "half a line1970-01-01T00:00:00.000000Z  INFO a test: next\n");
    let mut own = Vec::new();
    OWN.with(&[Some(&display("own"))], |event| own = lines.of_event(event));
    assert!(!String::from_utf8(own).unwrap().contains("1970"), "one of now has no time of another");
}
