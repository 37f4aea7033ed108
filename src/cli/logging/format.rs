//! How a line looks, and the lines of what was recorded.

use std::cell::{Cell, RefCell};
use std::io::{self, IsTerminal as _};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Layered, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use super::escape::{Escapes, escape};
use super::record::Record;
use crate::config::LogFormat;
use sekisho::clock::{Clock as _, SystemClock};

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

    pub(super) fn escapes(self) -> Escapes {
        self.escapes
    }

    /// What makes lines of events.
    pub(super) fn layer<S, W>(self, writer: W) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
        W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
    {
        let lines = fmt::layer().with_timer(Time::default()).with_writer(writer);
        match self.escapes {
            Escapes::Text { colors } => lines.with_ansi(colors).boxed(),
            Escapes::Json => lines.json().flatten_event(true).boxed(),
        }
    }
}

type Formatter = Layered<Box<dyn Layer<Registry> + Send + Sync>, Registry>;

/// Makes lines of records and of the logging's own events, in the same form, whatever `RUST_LOG` says.
///
/// The formatter is a plain `Subscriber`, and no `Dispatch`. tracing asks every dispatch about each callsite of the
/// program. Where two answer differently, the callsite is never off, and the filters are asked at each event.
pub(super) struct Lines {
    form: Form,
    formatter: Formatter,
}

thread_local! {
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// When the event was logged, if that is not just now.
    static LOGGED_AT: Cell<Option<SystemTime>> = const { Cell::new(None) };
}

impl Lines {
    pub(super) fn new(form: Form) -> Self {
        Self { form, formatter: tracing_subscriber::registry().with(form.layer(|| ToThread)) }
    }

    pub(super) fn of_record(&self, record: &Record, texts: &str) -> Vec<u8> {
        let mut line = Vec::new();
        record.replay(texts, |event| line = self.of_event_at(event, Some(record.at)));
        line
    }

    /// Of one that is logged just now.
    pub(super) fn of_event(&self, event: &Event<'_>) -> Vec<u8> {
        self.of_event_at(event, None)
    }

    fn of_event_at(&self, event: &Event<'_>, at: Option<SystemTime>) -> Vec<u8> {
        LOGGED_AT.set(at);
        self.formatter.event(event);
        LOGGED_AT.set(None);
        let line = LINE.take();
        escape(&String::from_utf8_lossy(&line), self.form.escapes).into_owned()
    }
}

/// The time of the event. It is shown as tracing-subscriber does by itself (RFC 3339, with microseconds).
#[derive(Debug, Default)]
struct Time(SystemClock);

impl FormatTime for Time {
    fn format_time(&self, line: &mut Writer<'_>) -> std::fmt::Result {
        let at = LOGGED_AT.get().unwrap_or_else(|| self.0.now());
        // humantime panics at what is before.
        write!(line, "{}", humantime::format_rfc3339_micros(at.max(UNIX_EPOCH)))
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
mod tests;
