//! Slots that come, go, and become fewer and more.

use std::collections::VecDeque;
use std::pin::Pin;

use futures_util::FutureExt as _;
use proptest::prelude::*;
use tokio::task::JoinSet;

use super::*;

fn free(slots: &Slots) -> Vec<Slot> {
    std::iter::from_fn(|| slots.take().now_or_never().flatten()).collect()
}

#[test]
fn as_many_are_free_as_there_are_less_those_that_are_open() {
    let slots = Slots::new(3);
    let mut open = free(&slots);
    assert_eq!(open.len(), 3);
    assert!(slots.are_taken());
    slots.resize(5);
    open.extend(free(&slots));
    assert_eq!(open.len(), 5, "two more");
    slots.resize(2);
    open.truncate(2);
    assert!(free(&slots).is_empty(), "as many are open as may be");
    open.truncate(1);
    assert_eq!(free(&slots).len(), 1);
    assert_eq!(free(&slots).len(), 1, "the one that was given back");
    drop(open);
    assert_eq!(free(&slots).len(), 2);
}

#[test]
fn slots_that_come_back_before_all_are_given_up_are_not_lost() {
    let slots = Slots::new(4);
    let mut open = free(&slots);
    slots.resize(1);
    open.truncate(2);
    slots.resize(3);
    assert_eq!(free(&slots).len(), 1, "three, of which two are open");
    slots.resize(1);
    slots.resize(2);
    assert!(free(&slots).is_empty());
    drop(open);
    assert_eq!(free(&slots).len(), 2);
}

/// Somebody who waits for a slot, as the accept loop does, which gives it up and asks again whenever else is to be done.
type Waiter = Pin<Box<dyn Future<Output = Option<Slot>>>>;

#[derive(Debug, Clone)]
enum Step {
    Wait,
    /// Whoever waits longest looks whether there is one.
    Look,
    /// One of those who wait does not any more.
    GiveUp(usize),
    Close(usize),
    Resize(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Wait),
        4 => Just(Step::Look),
        1 => any::<usize>().prop_map(Step::GiveUp),
        3 => any::<usize>().prop_map(Step::Close),
        2 => (0..6_usize).prop_map(Step::Resize),
    ];
    prop::collection::vec(step, 0..60)
}

/// What is told of slots is as simple as this: how many there are, and which are open.
struct Model {
    slots: Slots,
    connections: usize,
    open: Vec<Slot>,
    waiters: VecDeque<Waiter>,
}

impl Model {
    fn new(connections: usize) -> Self {
        let slots = Slots::new(connections);
        Self { slots, connections, open: Vec::new(), waiters: VecDeque::new() }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Wait => {
                let slots = self.slots.clone();
                self.waiters.push_back(Box::pin(async move { slots.take().await }));
                self.look_at(self.waiters.len() - 1);
            }
            Step::Look => {
                if !self.waiters.is_empty() {
                    self.look_at(0);
                }
            }
            Step::GiveUp(which) => {
                if !self.waiters.is_empty() {
                    drop(self.waiters.remove(which % self.waiters.len()));
                }
            }
            Step::Close(which) => {
                if !self.open.is_empty() {
                    drop(self.open.remove(which % self.open.len()));
                }
            }
            Step::Resize(connections) => {
                self.slots.resize(*connections);
                self.connections = *connections;
            }
        }
    }

    fn look_at(&mut self, index: usize) {
        let Some(slot) = self.waiters[index].as_mut().now_or_never() else { return };
        drop(self.waiters.remove(index));
        self.open.push(slot.expect("slots that are not closed"));
        assert!(self.open.len() <= self.connections, "one more is open than may be");
    }

    /// Once nobody waits, as many are free as are not open.
    fn assert_free(mut self) {
        self.waiters.clear();
        let expected = self.connections.saturating_sub(self.open.len());
        let all = free(&self.slots);
        assert_eq!(all.len(), expected, "{} of {} are open", self.open.len(), self.connections);
        drop((all, self.open));
        assert_eq!(free(&self.slots).len(), self.connections, "all have come back");
    }
}

proptest! {
    #[test]
    fn no_more_are_open_than_may_be_and_none_is_lost(connections in 0..6_usize, steps in steps()) {
        let mut model = Model::new(connections);
        for step in &steps {
            model.take(step);
        }
        model.assert_free();
    }
}

/// The same with threads that take and give back while another one resizes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn none_is_lost_where_many_take_them_while_they_are_resized() {
    let slots = Slots::new(8);
    let mut takers = JoinSet::new();
    for taker in 0..16 {
        let slots = slots.clone();
        takers.spawn(async move {
            for round in 0..2000 {
                let slot = slots.take();
                // Some give up midway.
                let slot = if (taker + round) % 3 == 0 { slot.now_or_never() } else { Some(slot.await) };
                tokio::task::yield_now().await;
                drop(slot);
            }
        });
    }
    let resizing = tokio::spawn({
        let slots = slots.clone();
        async move {
            for size in (1..=8).cycle().take(4000) {
                slots.resize(size);
                tokio::task::yield_now().await;
            }
        }
    });
    takers.join_all().await;
    resizing.await.unwrap();
    slots.resize(5);
    assert_eq!(free(&slots).len(), 5);
}
