//! A bounded queue between all that log and the one thread that writes: of lines, and of records that this thread
//! makes lines of. Nobody waits in front of it: what finds no room is dropped and counted, and the count is told once
//! a line can be written again.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::record::Record;
use crate::cli::output::write_all;

/// How many bytes may wait, of lines and of records; as many again may be in the hands of the thread that writes.
pub(super) const ROOM: usize = 1024 * 1024;
/// What of it is kept for warnings and errors: strangers can fill the rest by calling.
pub(super) const KEPT_FOR_TROUBLE: usize = ROOM / 8;
/// The longest line, in bytes. Texts from outside are bounded where they are logged, so none of ours is longer:
/// a key that is not used has two names and a message, and JSON writes a hidden character as 12 bytes.
pub(super) const LONGEST: usize = 24 * 1024;
/// How long whoever writes waits for more, where there was nothing to do and something came. To wake a thread costs a
/// call more than its record, and so it is done once for all that come meanwhile.
const GATHERED: Duration = Duration::from_millis(1);

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

/// Held for no longer than it takes to copy an entry: its memory is that of an earlier batch, unless this one is larger.
#[derive(Default)]
struct State {
    waiting: Entries,
    dropped: u64,
    closed: bool,
    /// Whoever writes has nothing to do, and wants to be told.
    is_idle: bool,
    /// All is written that will be.
    ended: bool,
}

/// What waits, in the order in which it came.
#[derive(Default)]
struct Entries {
    order: Vec<Entry>,
    /// The lines, and the texts of the records.
    bytes: Vec<u8>,
    records: Vec<Record>,
}

/// The length of its bytes.
enum Entry {
    Line(usize),
    Record(usize),
}

/// What is written as a line.
#[derive(Clone, Copy)]
enum Waiting<'a> {
    Line(&'a [u8]),
    Record(&'a Record, &'a [u8]),
}

impl State {
    fn has_nothing(&self) -> bool {
        self.waiting.order.is_empty() && self.dropped == 0
    }

    fn drop_one(&mut self) {
        self.dropped = self.dropped.saturating_add(1);
    }
}

impl Entries {
    fn clear(&mut self) {
        self.order.clear();
        self.bytes.clear();
        self.records.clear();
    }

    fn size(&self) -> usize {
        self.bytes.len() + self.records.len() * size_of::<Record>()
    }

    fn iter(&self) -> impl Iterator<Item = Waiting<'_>> {
        let (mut bytes, mut records) = (&*self.bytes, self.records.iter());
        let mut next = move |length| {
            let (first, rest) = bytes.split_at_checked(length)?;
            bytes = rest;
            Some(first)
        };
        self.order.iter().filter_map(move |entry| match entry {
            Entry::Line(length) => next(*length).map(Waiting::Line),
            Entry::Record(length) => next(*length).zip(records.next()).map(|(t, r)| Waiting::Record(r, t)),
        })
    }
}

impl Queue {
    /// Takes a whole line, or counts it as dropped.
    pub(super) fn push(&self, line: &[u8], kind: Kind) {
        self.add(line.len(), kind, |waiting| {
            waiting.order.push(Entry::Line(line.len()));
            waiting.bytes.extend_from_slice(line);
        });
    }

    /// Takes a record and its texts, or counts it as dropped.
    pub(super) fn push_record(&self, record: Record, texts: &str, kind: Kind) {
        self.add(texts.len() + size_of::<Record>(), kind, |waiting| {
            waiting.order.push(Entry::Record(texts.len()));
            waiting.bytes.extend_from_slice(texts.as_bytes());
            waiting.records.push(record);
        });
    }

    /// Counts what is too long to be recorded.
    pub(super) fn count_dropped(&self) {
        self.change(State::drop_one);
    }

    fn add(&self, size: usize, kind: Kind, add: impl FnOnce(&mut Entries)) {
        let room = match kind {
            Kind::Usual => ROOM - KEPT_FOR_TROUBLE,
            Kind::Trouble => ROOM,
        };
        self.change(|state| {
            if !state.closed && size <= LONGEST && state.waiting.size() + size <= room {
                add(&mut state.waiting);
            } else {
                state.drop_one();
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        let was_idle = std::mem::take(&mut state.is_idle);
        drop(state);
        // To wake a thread takes longer than all else here, and is of use only where one waits.
        if was_idle {
            self.shared.changed.notify_all();
        }
    }

    /// Writes what comes until the queue is closed. `line` makes lines of records, and `tell` one of how many were
    /// dropped; a line that either cannot make is counted as well.
    pub(super) fn write_to(
        &self,
        out: impl Write,
        line: impl Fn(&Record, &str) -> Option<Vec<u8>>,
        tell: impl Fn(u64) -> Option<Vec<u8>>,
    ) {
        let mut out = Lines { out, torn: false };
        let mut untold = 0_u64;
        let mut batch = Entries::default();
        loop {
            let (dropped, closed) = self.take(&mut batch);
            // One by one, since what shares the pipe may write in between: a short line stays whole.
            let lost = batch.iter().filter(|entry| !out.write_entry(*entry, &line)).count();
            batch.clear();
            untold = untold.saturating_add(dropped).saturating_add(u64::try_from(lost).unwrap_or(u64::MAX));
            if untold > 0 && tell(untold).is_some_and(|line| out.write(&line)) {
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

    /// Hands out all that there is, once there is something or nothing will come, for the empty `batch`; and how many
    /// were dropped, and whether nothing will come.
    fn take(&self, batch: &mut Entries) -> (u64, bool) {
        let changed = &self.shared.changed;
        let waits = |state: &mut State| {
            state.is_idle = state.has_nothing() && !state.closed;
            state.is_idle
        };
        let mut state = self.lock();
        if waits(&mut state) {
            state = changed.wait_while(state, waits).unwrap_or_else(PoisonError::into_inner);
            let gathered = changed.wait_timeout_while(state, GATHERED, |state| !state.closed);
            (state, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut state.waiting, batch);
        (std::mem::take(&mut state.dropped), state.closed)
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
    /// Whether a whole line was taken. That of a record may turn out too long only now.
    fn write_entry(&mut self, entry: Waiting<'_>, line: impl Fn(&Record, &str) -> Option<Vec<u8>>) -> bool {
        match entry {
            Waiting::Line(line) => self.write(line),
            Waiting::Record(record, texts) => {
                let line = line(record, &String::from_utf8_lossy(texts));
                line.is_some_and(|line| line.len() <= LONGEST && self.write(&line))
            }
        }
    }

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
