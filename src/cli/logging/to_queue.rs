//! What becomes of an event: a record or a line, in the one queue, in the order in which a thread logs them.

use std::io;
use std::sync::Arc;

use tracing::span::{self, Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::calls::is_of_a_call;
use super::escape::escape;
use super::format::Form;
use super::queue::{Kind, Queue};
use super::record::{Record, TooManyFields};
use sekisho::clock::{Clock as _, SystemClock};

/// The way into the queue.
#[derive(Clone)]
pub(super) struct ToQueue {
    queue: Queue,
    form: Form,
    clock: Arc<SystemClock>,
}

impl ToQueue {
    pub(super) fn new(queue: Queue, form: Form) -> Self {
        Self { queue, form, clock: Arc::default() }
    }

    /// The layer that sends each event there.
    pub(super) fn layer<S>(self) -> impl Layer<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        Events { lines: self.form.layer(self.clone()), to: self }
    }

    /// Puts the event's record into the queue, unless it has too many fields for one.
    pub(super) fn record(&self, event: &Event<'_>) -> Result<(), TooManyFields> {
        let kind = kind(event.metadata());
        Record::of(event, self.clock.now(), |recorded| match recorded {
            Some((record, texts)) => self.queue.push_record(record, texts, kind),
            None => self.queue.count_dropped(),
        })
    }

    fn push_line(&self, line: &[u8], kind: Kind) {
        self.queue.push(&escape(&String::from_utf8_lossy(line), self.form.escapes()), kind);
    }
}

fn kind(event: &Metadata<'_>) -> Kind {
    if *event.level() <= Level::WARN { Kind::Trouble } else { Kind::Usual }
}

/// Events of calls go as records: whoever serves a call copies values, and another thread makes the line of them. (So do
/// panics, which do not come this way.) All other events are rare, or may be in spans, which last no longer than the call:
/// their lines are made in place.
struct Events<L> {
    lines: L,
    to: ToQueue,
}

impl<S, L> Layer<S> for Events<L>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    L: Layer<S>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        self.lines.on_new_span(attributes, id, context);
    }

    fn on_record(&self, id: &Id, values: &span::Record<'_>, context: Context<'_, S>) {
        self.lines.on_record(id, values, context);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let is_recorded = is_of_a_call(event.metadata())
            && context.event_span(event).is_none()
            && self.to.record(event).is_ok();
        if !is_recorded {
            self.lines.on_event(event, context);
        }
    }
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
        LineToQueue { to: self, kind: kind(event) }
    }
}

impl io::Write for LineToQueue<'_> {
    /// Takes it at once, in whole: tracing-subscriber writes an event by one call, and prints to stderr itself if
    /// that fails.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.to.push_line(line, self.kind);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
