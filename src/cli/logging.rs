//! Logging of a running server: to stderr, by a thread that may wait there. No call, health check or stop does.

mod calls;
mod escape;
mod format;
mod own_event;
mod panics;
mod queue;
mod record;
mod to_queue;

use std::panic::{self, AssertUnwindSafe};
use std::thread;

use tracing::field::display;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{EnvFilter, FilterFn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{Failure, output};
use crate::config::LogSettings;
use format::{Form, Lines};
use own_event::OwnEvent;
use queue::Queue;
use record::Record;
use to_queue::ToQueue;

/// Crates that warn of what a peer does, as often as it likes and with its words in it.
const WARN_OF_PEERS: [&str; 2] = ["h2", "rustls"];

/// The name of the thread that writes.
const THREAD: &str = "log";

/// As long as this is there, what is logged is written.
#[must_use]
pub(super) struct Logging {
    queue: Queue,
}

static DROPPED: OwnEvent = OwnEvent::new(Level::WARN, module_path!(), &["message", "dropped"], &DROPPED);

/// Logs from here on, panics too.
pub(super) fn start(settings: &LogSettings) -> Result<Logging, Failure> {
    let chosen = EnvFilter::try_new(&settings.filter).map_err(Failure::at_run_time)?;
    let calls = settings.calls;
    // A filter of its own, since one of RUST_LOG's could name a part of these and win.
    let wanted = FilterFn::new(move |line| calls.logs(line.target()) && !is_of_peers(line));
    let form = Form::new(settings.format);
    let queue = Queue::default();
    let to_queue = ToQueue::new(queue.clone(), form);
    let events = to_queue.clone().layer();
    let started = tracing_subscriber::registry().with(chosen).with(wanted).with(events).try_init();
    started.map_err(Failure::at_run_time)?;
    panics::log_panics(to_queue);
    write_beside(queue.clone(), Lines::new(form)).map_err(Failure::at_run_time)?;
    Ok(Logging { queue })
}

/// What h2 says of its peers: below warnings, heads that it cannot read, and whatever token somebody put into them; and
/// a warning for each frame that is out of place, as many as a stranger likes. rustls warns of each name of a server
/// that is none, and shows it.
fn is_of_peers(line: &Metadata<'_>) -> bool {
    let name = line.target().split("::").next().unwrap_or_default();
    WARN_OF_PEERS.contains(&name) && *line.level() != Level::ERROR
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
