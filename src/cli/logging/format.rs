//! How a line looks, and single lines of the program's own that no filter leaves out.

use std::cell::RefCell;
use std::io::{self, IsTerminal as _};

use tracing::level_filters::LevelFilter;
use tracing::subscriber::Subscriber;
use tracing::{Dispatch, Level, Metadata};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;

use super::escape::{Escapes, escape};
use super::queue::{Kind, Queue};
use crate::config::LogFormat;

/// The form that was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    escapes: Escapes,
}

impl Form {
    pub(super) fn new(format: LogFormat) -> Self {
        let escapes = match format {
            LogFormat::Text => Escapes::Text { colors: io::stderr().is_terminal() },
            LogFormat::Json => Escapes::Json,
        };
        Self { escapes }
    }

    /// What makes lines of events.
    pub(super) fn layer<S, W>(self, writer: W) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
        W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
    {
        let lines = fmt::layer().with_writer(writer);
        match self.escapes {
            Escapes::Text { colors } => lines.with_ansi(colors).boxed(),
            Escapes::Json => lines.json().flatten_event(true).boxed(),
        }
    }
}

/// Puts each event's line into the queue.
pub(super) struct ToQueue {
    pub(super) queue: Queue,
    pub(super) form: Form,
}

/// For one line.
pub(super) struct LineToQueue<'a> {
    to: &'a ToQueue,
    kind: Kind,
}

impl<'a> MakeWriter<'a> for ToQueue {
    type Writer = LineToQueue<'a>;

    fn make_writer(&'a self) -> LineToQueue<'a> {
        LineToQueue { to: self, kind: Kind::Usual }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> LineToQueue<'a> {
        let kind = if *event.level() <= Level::WARN { Kind::Trouble } else { Kind::Usual };
        LineToQueue { to: self, kind }
    }
}

impl io::Write for LineToQueue<'_> {
    /// Takes it at once, in whole: tracing-subscriber writes an event by one call, and prints to stderr itself if
    /// that fails.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.to.queue.push(&escape(&String::from_utf8_lossy(line), self.to.form.escapes), self.kind);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes single lines, in the same form, whatever `RUST_LOG` says.
#[derive(Clone)]
pub(super) struct SingleLines {
    form: Form,
    dispatch: Dispatch,
}

thread_local! {
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl SingleLines {
    pub(super) fn new(form: Form) -> Self {
        // The level says to tracing which events of the whole program are worth a question.
        let lines = tracing_subscriber::registry().with(LevelFilter::WARN).with(form.layer(|| ToThread));
        Self { form, dispatch: Dispatch::new(lines) }
    }

    /// The line of the one event that `log` logs. Empty where tracing is at work in this thread already.
    pub(super) fn line(&self, log: impl FnOnce()) -> Vec<u8> {
        tracing::dispatcher::with_default(&self.dispatch, log);
        let line = LINE.try_with(RefCell::take).unwrap_or_default();
        if line.is_empty() {
            line
        } else {
            escape(&String::from_utf8_lossy(&line), self.form.escapes).into_owned()
        }
    }
}

struct ToThread;

impl io::Write for ToThread {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let _ = LINE.try_with(|to| to.borrow_mut().extend_from_slice(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::panics::{BACKTRACE, CAUSE};
    use super::super::queue::LONGEST;
    use super::*;

    /// In both forms. One that is far shorter is no test of it.
    #[track_caller]
    fn assert_fits(log: impl Fn()) {
        for format in [LogFormat::Text, LogFormat::Json] {
            let length = SingleLines::new(Form::new(format)).line(&log).len();
            assert!((LONGEST / 2..=LONGEST).contains(&length), "{format:?}: {length}");
        }
    }

    #[test]
    fn the_longest_lines_of_ours_fit() {
        // As long as the library lets names and messages of others become in a line.
        let excerpt = |characters| format!("{}…", "\u{e0041}".repeat(characters));
        let (name, message) = (excerpt(256), excerpt(1024));
        let name = &*name;
        assert_fits(|| {
            tracing::warn!(
                issuer = name,
                key = usize::MAX,
                kid = name,
                reason = message,
                "a published key is not used"
            );
        });
        // A panic may say what a stranger wrote. A backtrace has nothing of that, but ends of lines and quotes.
        let (cause, backtrace) = ("\u{e0041}".repeat(CAUSE), "\n".repeat(BACKTRACE));
        assert_fits(|| {
            tracing::error!(thread = name_of_ours(), location = name_of_ours(), cause, backtrace, "panicked");
        });
    }

    fn name_of_ours() -> String {
        "x".repeat(128)
    }
}
