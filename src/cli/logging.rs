//! Logging of a running server: to stderr, by a thread that may wait there. No call, health check or stop does.

mod calls;
mod escape;
mod filters;
mod format;
mod own_event;
mod panics;
mod queue;
mod record;
mod to_queue;

use std::panic::{self, AssertUnwindSafe};
use std::thread;

use tracing::Level;
use tracing::field::display;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{Failure, output};
use crate::config::LogSettings;
pub(super) use filters::{Filters, Prepared};
use format::{Form, Lines};
use own_event::OwnEvent;
use queue::Queue;
use record::Record;
use to_queue::ToQueue;

/// The name of the thread that writes.
const THREAD: &str = "log";

/// As long as this is there, what is logged is written.
#[must_use]
pub(super) struct Logging {
    queue: Queue,
    /// By which it is changed what is logged.
    pub(super) filters: Filters,
}

static DROPPED: OwnEvent = OwnEvent::new(Level::WARN, module_path!(), &["message", "dropped"], &DROPPED);

/// Logs from here on, panics too.
pub(super) fn start(settings: &LogSettings) -> Result<Logging, Failure> {
    let (levels, wanted, filters) = filters::of(settings).map_err(Failure::at_run_time)?;
    let form = Form::new(settings.format);
    let queue = Queue::default();
    let to_queue = ToQueue::new(queue.clone(), form);
    let events = to_queue.clone().layer();
    let started = tracing_subscriber::registry().with(levels).with(wanted).with(events).try_init();
    started.map_err(Failure::at_run_time)?;
    panics::log_panics(to_queue);
    write_beside(queue.clone(), Lines::new(form)).map_err(Failure::at_run_time)?;
    Ok(Logging { queue, filters })
}

fn write_beside(queue: Queue, lines: Lines) -> std::io::Result<()> {
    let write = move || {
        let line =
            |record: &Record, texts: &str| lines.unless_it_panics(|lines| lines.of_record(record, texts));
        let tell = |dropped| lines.unless_it_panics(|lines| lines.of_dropped(dropped));
        queue.write_to(output::stderr(), line, tell);
    };
    thread::Builder::new().name(THREAD.to_owned()).spawn(write).map(drop)
}

impl Lines {
    /// The line that `make` makes. One that panics is lost by itself, and not with all that would follow.
    fn unless_it_panics(&self, make: impl Fn(&Self) -> Vec<u8>) -> Option<Vec<u8>> {
        // What is seen of this afterwards are buffers of bytes, which are emptied below.
        let caught =
            |make: &dyn Fn(&Self) -> Vec<u8>| panic::catch_unwind(AssertUnwindSafe(|| make(self))).ok();
        let line = caught(&make);
        if line.is_none() {
            // tracing-subscriber keeps what there is of it, and would begin the next line with it.
            let _ = caught(&|lines| lines.of_dropped(0));
        }
        line
    }

    fn of_dropped(&self, dropped: u64) -> Vec<u8> {
        let message = display(
            "log lines were dropped: they were not read in time, are longer than 24 KiB, or could not be made",
        );
        let mut line = Vec::new();
        DROPPED.with(&[Some(&message), Some(&dropped)], |event| line = self.of_event(event));
        line
    }
}

impl Drop for Logging {
    /// The last lines come out where somebody reads them.
    fn drop(&mut self) {
        self.queue.close(output::LAST_WORDS);
    }
}

#[cfg(test)]
mod tests;
