//! A bounded queue of lines, between all that log and the one thread that writes. Nobody waits in front of it:
//! a line that finds no room is dropped and counted, and the count is told once a line can be written again.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::cli::output::write_all;

/// How many bytes may wait. As many again may be in the hands of the thread that writes.
pub(super) const ROOM: usize = 1024 * 1024;
/// What of it is kept for warnings and errors: strangers can fill the rest by calling.
pub(super) const KEPT_FOR_TROUBLE: usize = ROOM / 8;
/// The longest line, in bytes. Texts from outside are bounded where they are logged, so none of ours is longer:
/// a key that is not used has two names and a message, and JSON writes a hidden character as 12 bytes.
pub(super) const LONGEST: usize = 24 * 1024;

/// What a line tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What happens every day, as often as strangers like.
    Usual,
    /// A warning or an error.
    Trouble,
}

/// One queue; a copy is the same one.
#[derive(Clone, Default)]
pub(super) struct Queue {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// Held for no longer than it takes to copy a line.
#[derive(Default)]
struct State {
    lines: Vec<u8>,
    dropped: u64,
    closed: bool,
    /// All is written that will be.
    ended: bool,
}

impl State {
    fn is_idle(&self) -> bool {
        self.lines.is_empty() && self.dropped == 0
    }
}

impl Queue {
    /// Takes a whole line, or counts it as dropped.
    pub(super) fn push(&self, line: &[u8], kind: Kind) {
        let room = match kind {
            Kind::Usual => ROOM - KEPT_FOR_TROUBLE,
            Kind::Trouble => ROOM,
        };
        let mut state = self.lock();
        let was_idle = state.is_idle();
        if !state.closed && line.len() <= LONGEST && state.lines.len() + line.len() <= room {
            state.lines.extend_from_slice(line);
        } else {
            state.dropped = state.dropped.saturating_add(1);
        }
        drop(state);
        // Whoever writes waits only where there is nothing to do.
        if was_idle {
            self.shared.changed.notify_all();
        }
    }

    /// Writes what comes until the queue is closed. `tell` makes a line of how many were dropped.
    pub(super) fn write_to(&self, out: impl Write, tell: impl Fn(u64) -> Vec<u8>) {
        let mut out = Lines { out, torn: false };
        let mut untold = 0_u64;
        loop {
            let State { lines, dropped, closed, .. } = self.take();
            // One by one, since what shares the pipe may write in between: a short line stays whole.
            let lost = lines.split_inclusive(|byte| *byte == b'\n').filter(|line| !out.write(line)).count();
            untold = untold.saturating_add(dropped).saturating_add(u64::try_from(lost).unwrap_or(u64::MAX));
            if untold > 0 && out.write(&tell(untold)) {
                untold = 0;
            }
            if closed {
                break;
            }
        }
        self.lock().ended = true;
        self.shared.changed.notify_all();
    }

    /// Takes no more lines, and waits for those that it has to be written, for no longer than `limit`.
    pub(super) fn close(&self, limit: Duration) {
        let mut state = self.lock();
        state.closed = true;
        self.shared.changed.notify_all();
        let _ = self.shared.changed.wait_timeout_while(state, limit, |state| !state.ended);
    }

    /// All that there is, once there is something or nothing will come.
    fn take(&self) -> State {
        let waiting = |state: &mut State| state.is_idle() && !state.closed;
        let state = self.shared.changed.wait_while(self.lock(), waiting);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        let State { lines, dropped, closed, .. } = &mut *state;
        State {
            lines: std::mem::take(lines),
            dropped: std::mem::take(dropped),
            closed: *closed,
            ended: false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What may have taken half of a line before it failed, as a disk that is full.
struct Lines<W> {
    out: W,
    torn: bool,
}

impl<W: Write> Lines<W> {
    /// Whether the whole line was taken.
    fn write(&mut self, line: &[u8]) -> bool {
        if self.torn && write_all(&mut self.out, b"\n").is_err() {
            return false;
        }
        let written = write_all(&mut self.out, line);
        self.torn = matches!(written, Err((_, some)) if 0 < some && some < line.len());
        written.is_ok()
    }
}

#[cfg(test)]
mod tests;
