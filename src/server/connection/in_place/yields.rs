//! Whether answers wait until other connections have had their turn.
//!
//! A write wakes whoever waits for the answer, mostly another process, and to wake one that sleeps takes longer than the
//! write itself. Where many connections have a call each, and all of them are read before the first answer is written,
//! their peers find more at once. Where no other connection has anything to do, an answer goes out at once.

use std::cell::Cell;

/// How many times a turn goes on at once, at most, before it is tried again whether others use the time. On several
/// threads each yield may wake a second one, that takes the task over.
const MOST_SKIPPED: u8 = 63;

thread_local! {
    /// How many turns connections have had on this thread.
    static TURNS: Cell<u64> = const { Cell::new(0) };
}

/// When a turn was, on which thread: by the address of what counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    thread: usize,
    count: u64,
}

impl Turn {
    fn next() -> Self {
        TURNS.with(|turns| {
            turns.set(turns.get().wrapping_add(1));
            Self { thread: std::ptr::from_ref(turns).addr(), count: turns.get() }
        })
    }

    /// Whether it came right after `earlier`, or else the other ones between them are not known of.
    fn has_others_since(self, earlier: Self) -> bool {
        self.thread == earlier.thread && self.count.wrapping_sub(earlier.count) > 1
    }
}

/// The yields of one connection.
#[derive(Debug, Default)]
pub(super) struct Yields {
    this_turn: Option<Turn>,
    has_yielded: bool,
    /// How many are skipped after one that was in vain; doubles with each.
    skips: u8,
    left: u8,
}

impl Yields {
    pub(super) fn begin_turn(&mut self) {
        let last_turn = self.this_turn.replace(Turn::next());
        if std::mem::take(&mut self.has_yielded) {
            let is_used =
                last_turn.zip(self.this_turn).is_some_and(|(last, this)| this.has_others_since(last));
            self.skips = if is_used { 0 } else { (2 * self.skips + 1).min(MOST_SKIPPED) };
            self.left = self.skips;
        }
    }

    /// Whether to end the turn here, with answers to be written in the next one.
    pub(super) fn is_worth_it(&mut self) -> bool {
        self.has_yielded = self.left == 0;
        self.left = self.left.saturating_sub(1);
        self.has_yielded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A turn that yields if it is worth it, after `others` had theirs.
    fn turn(yields: &mut Yields, others: usize) -> bool {
        for _ in 0..others {
            Yields::default().begin_turn();
        }
        yields.begin_turn();
        yields.is_worth_it()
    }

    #[test]
    fn it_is_worth_it_as_long_as_others_have_their_turn_meanwhile() {
        let mut yields = Yields::default();
        assert!((0..200).all(|_| turn(&mut yields, 1)));
    }

    #[test]
    fn alone_it_is_tried_ever_more_seldom() {
        let mut yields = Yields::default();
        let tried: Vec<usize> = (0..400).filter(|_| turn(&mut yields, 0)).collect();
        assert_eq!(tried, [0, 2, 6, 14, 30, 62, 126, 190, 254, 318, 382]);
        // And at once again, from the first time that others use it.
        while !turn(&mut yields, 0) {}
        assert!(turn(&mut yields, 1) && turn(&mut yields, 1));
    }

    #[test]
    fn on_another_thread_nothing_is_known_of_others() {
        let mut yields = Yields::default();
        assert!(turn(&mut yields, 0));
        let moved = std::thread::spawn(move || {
            // More turns than there were on the first thread.
            (0..1000).for_each(|_| Yields::default().begin_turn());
            turn(&mut yields, 0)
        });
        assert!(!moved.join().expect("no panic"));
    }
}
