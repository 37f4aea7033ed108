//! Logging of a running server: to stderr, by a thread that may wait there. No call, health check or stop does.

mod escape;
mod format;
mod panics;
mod queue;

use std::thread;

use tracing_subscriber::filter::{EnvFilter, FilterFn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{Failure, output};
use crate::config::LogSettings;
use format::{Form, SingleLines, ToQueue};
use queue::Queue;

/// Crates that warn of what a peer does, as often as it likes and with its words in it.
const WARN_OF_PEERS: [&str; 2] = ["h2", "rustls"];

/// As long as this is there, what is logged is written.
#[must_use]
pub(super) struct Logging {
    queue: Queue,
}

/// Logs from here on, panics too.
pub(super) fn start(settings: &LogSettings) -> Result<Logging, Failure> {
    let chosen = EnvFilter::try_new(&settings.filter).map_err(Failure::at_run_time)?;
    // What h2 says of its peers: below warnings, heads that it cannot read, and whatever token somebody put
    // into them; and a warning for each frame that is out of place, as many as a stranger likes. rustls warns of
    // each name of a server that is none, and shows it. A filter of its own, since one of RUST_LOG's could name a
    // part of them and win.
    let quiet =
        FilterFn::new(|line| !warns_of_peers(line.target()) || *line.level() == tracing::Level::ERROR);
    let form = Form::new(settings.format);
    let queue = Queue::default();
    let lines = form.layer(ToQueue { queue: queue.clone(), form });
    let started = tracing_subscriber::registry().with(chosen).with(quiet).with(lines).try_init();
    started.map_err(Failure::at_run_time)?;
    let single = SingleLines::new(form);
    panics::log_panics(queue.clone(), single.clone());
    write_beside(queue.clone(), single).map_err(Failure::at_run_time)?;
    Ok(Logging { queue })
}

fn warns_of_peers(target: &str) -> bool {
    let name = target.split("::").next().unwrap_or(target);
    WARN_OF_PEERS.contains(&name)
}

fn write_beside(queue: Queue, lines: SingleLines) -> std::io::Result<()> {
    let tell = move |dropped| {
        lines.line(|| {
            tracing::warn!(
                dropped,
                "log lines were dropped: they were not read in time, or are longer than 24 KiB"
            );
        })
    };
    let write = move || queue.write_to(output::stderr(), tell);
    thread::Builder::new().name("log".to_owned()).spawn(write).map(drop)
}

impl Drop for Logging {
    /// The last lines come out where somebody reads them.
    fn drop(&mut self) {
        self.queue.close(output::LAST_WORDS);
    }
}

#[cfg(test)]
mod tests;
