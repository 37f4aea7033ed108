use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::time::Duration;

use hyper::rt::Executor as _;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{coop::consume_budget, yield_now};
use tokio::time::{advance, timeout};

use super::calls::{AFTER_A_SLOW_ONE, MOST_TAKEN, TURN};
use super::*;

type Call = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The clock stands still, so that this ends where nothing else goes on.
async fn in_time<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(60), future).await.expect("it goes on")
}

/// Which calls were run by the task of the connection, in the order in which they began; each of `turns` is a poll of the
/// connection that brings calls.
async fn run_in_place(turns: Vec<Vec<Call>>) -> Vec<bool> {
    let calls = Calls::default();
    let (began, mut beginnings) = mpsc::unbounded_channel();
    let expected: usize = turns.iter().map(Vec::len).sum();
    let mut turns = turns.into_iter();
    let connection = poll_fn({
        let calls = calls.clone();
        move |cx| {
            let Some(turn) = turns.next() else { return Poll::<()>::Pending };
            for call in turn {
                let began = began.clone();
                calls.execute(async move {
                    let _ = began.send(tokio::task::id());
                    call.await;
                });
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    });
    let connection = tokio::spawn(InPlace::new(connection, calls));
    let mut in_place = Vec::new();
    while in_place.len() < expected {
        let task = in_time(beginnings.recv()).await;
        in_place.push(task == Some(connection.id()));
    }
    connection.abort();
    in_place
}

fn quick() -> Call {
    Box::pin(async {})
}

fn takes(time: Duration) -> Call {
    Box::pin(advance(time))
}

#[tokio::test(start_paused = true)]
async fn calls_run_in_the_task_of_their_connection() {
    assert_eq!(run_in_place(vec![vec![quick(), quick()], vec![quick()]]).await, [true; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_goes_on_as_a_task() {
    let calls = Calls::default();
    let (done, ended) = oneshot::channel();
    let mut call = Some(async move {
        let begun_by = tokio::task::id();
        yield_now().await;
        let _ = done.send((begun_by, tokio::task::id()));
    });
    let connection = poll_fn({
        let calls = calls.clone();
        move |_| {
            call.take().into_iter().for_each(|call| calls.execute(call));
            Poll::<()>::Pending
        }
    });
    let connection = tokio::spawn(InPlace::new(connection, calls));
    let (begun_by, ended_by) = in_time(ended).await.expect("it ends");
    assert_eq!(begun_by, connection.id());
    assert_ne!(ended_by, connection.id());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_panics_ends_alone() {
    struct OnDrop(Option<oneshot::Sender<bool>>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            let _ = self.0.take().map(|dropped| dropped.send(std::thread::panicking()));
        }
    }
    let (dropped, was_panicking) = oneshot::channel();
    let request = OnDrop(Some(dropped));
    let panics: Call = Box::pin(async move {
        let _request = request;
        std::panic::resume_unwind(Box::new("a handler's"));
    });
    assert_eq!(run_in_place(vec![vec![panics, quick()], vec![quick()]]).await, [true; 3]);
    assert!(in_time(was_panicking).await.expect("it is dropped"), "its request knows of the panic");
}

#[tokio::test(start_paused = true)]
async fn what_a_turn_has_no_time_for_becomes_tasks() {
    let part = TURN * 3 / 5;
    let turn = || vec![takes(part), takes(part), quick(), quick()];
    let in_place = run_in_place(vec![turn(), turn()]).await;
    assert_eq!(in_place, [true, true, false, false, true, true, false, false]);
}

#[tokio::test(start_paused = true)]
async fn after_a_slow_call_the_next_ones_become_tasks_for_a_while() {
    let mut turns = vec![vec![quick(), takes(2 * TURN), quick()]];
    turns.extend((1..AFTER_A_SLOW_ONE).map(|_| vec![quick()]));
    turns.push(vec![quick(), quick()]);
    let in_place = run_in_place(turns).await;
    assert_eq!(in_place.iter().filter(|in_place| !**in_place).count(), AFTER_A_SLOW_ONE);
    assert_eq!(in_place[..2], [true; 2]);
}

#[tokio::test(start_paused = true)]
async fn what_is_too_many_at_a_time_becomes_tasks() {
    let in_place = run_in_place(vec![(0..MOST_TAKEN + 10).map(|_| quick()).collect(), vec![quick()]]).await;
    assert_eq!(in_place.iter().filter(|in_place| **in_place).count(), MOST_TAKEN + 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_connection_has_taken_in_before_it_panicked_is_dropped() {
    let calls = Calls::default();
    let (held, dropped) = oneshot::channel::<()>();
    // As hyper's calls do.
    let executor = calls.clone();
    let mut call = Some(async move {
        pending::<()>().await;
        drop((held, executor));
    });
    let connection = poll_fn({
        let calls = calls.clone();
        move |_| -> Poll<()> {
            call.take().into_iter().for_each(|call| calls.execute(call));
            std::panic::resume_unwind(Box::new("a connection's"))
        }
    });
    assert!(tokio::spawn(InPlace::new(connection, calls)).await.is_err());
    assert!(in_time(dropped).await.is_err(), "it is dropped");
}

#[tokio::test(start_paused = true)]
async fn without_budget_they_become_tasks() {
    let calls = Calls::default();
    let (began, beginning) = oneshot::channel();
    let mut call = Some(async move {
        let _ = began.send(tokio::task::id());
    });
    let connection = poll_fn({
        let calls = calls.clone();
        move |cx| {
            while pin!(consume_budget()).poll(cx).is_ready() {}
            call.take().into_iter().for_each(|call| calls.execute(call));
            Poll::<()>::Pending
        }
    });
    let connection = tokio::spawn(InPlace::new(connection, calls));
    assert_ne!(in_time(beginning).await.expect("it begins"), connection.id());
    connection.abort();
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_the_connection_is_not_polled_becomes_a_task() {
    let calls = Calls::default();
    let connection = tokio::spawn(InPlace::new(pending::<()>(), calls.clone()));
    yield_now().await;
    let (began, beginning) = oneshot::channel();
    calls.execute(async move {
        let _ = began.send(tokio::task::id());
    });
    assert_ne!(in_time(beginning).await.expect("it begins"), connection.id());
}

/// What connections do, in order: each reads and has a call answered, and writes at its next poll.
async fn reads_and_writes(names: &[&'static str]) -> Vec<(&'static str, &'static str)> {
    let (events, mut order) = mpsc::unbounded_channel();
    for name in names.iter().copied() {
        let (calls, events, mut polls) = (Calls::default(), events.clone(), ["reads", "writes"].into_iter());
        let connection = poll_fn({
            let calls = calls.clone();
            move |cx| {
                let Some(does) = polls.next() else { return Poll::Ready(()) };
                let _ = events.send((name, does));
                let answered = cx.waker().clone();
                calls.execute(async move { answered.wake() });
                Poll::Pending
            }
        });
        tokio::spawn(InPlace::new(connection, calls));
    }
    drop(events);
    let mut all = Vec::new();
    while let Some(event) = in_time(order.recv()).await {
        all.push(event);
    }
    all
}

#[tokio::test(start_paused = true)]
async fn connections_that_have_calls_at_a_time_are_all_read_before_the_first_one_is_written() {
    let order = reads_and_writes(&["a", "b", "c"]).await;
    let expected =
        [("a", "reads"), ("b", "reads"), ("c", "reads"), ("a", "writes"), ("b", "writes"), ("c", "writes")];
    assert_eq!(order, expected);
}

#[tokio::test(start_paused = true)]
async fn it_is_polled_when_it_is_woken_from_another_thread() {
    let (wake, woken) = oneshot::channel();
    let connection = tokio::spawn(InPlace::new(woken, Calls::default()));
    yield_now().await;
    std::thread::spawn(move || wake.send("woken")).join().expect("no panic").expect("a receiver");
    let ended = in_time(connection).await;
    assert_eq!(ended.expect("no panic"), Ok("woken"));
}
