//! Many calls at a time, and one at a time.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{LIMIT, allowed, both, bytes, client, in_time, item};
use crate::support::{App, PANIC, Setup, connect};

#[tokio::test]
async fn a_stream_whose_messages_wait_for_each_other_goes_on() {
    for (name, _app, mut client) in both().await {
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let sent = tokio_stream::wrappers::ReceiverStream::new(receiver);
        let mut echoes = client.bidi(allowed(sent)).await.expect("allowed").into_inner();
        for number in 0..300 {
            sender.send(item(&number.to_string(), vec![])).await.expect("sent");
            let echo = in_time(echoes.message()).await.expect("an echo").expect("a stream that goes on");
            assert!(echo.text.ends_with(&format!(": {number}")), "{name}: {}", echo.text);
        }
        drop(sender);
        assert!(in_time(echoes.message()).await.expect("the end").is_none(), "{name}");
    }
}

#[tokio::test]
async fn calls_in_flight_on_one_connection_are_all_answered_when_the_server_stops() {
    let mut app = App::start_with(Setup { shutdown_grace: LIMIT, ..Setup::default() }).await;
    let channel = connect(app.address).await;
    let mut calls = JoinSet::new();
    for _ in 0..32 {
        let mut client = client(channel.clone());
        calls.spawn(async move { client.open(item("wait", vec![])).await });
    }
    let have_begun = async {
        while app.handlers.ran() < 32 {
            app.handlers.waiting.notified().await;
        }
    };
    in_time(have_begun).await;
    app.tell_to_stop();
    let go_on = Arc::clone(&app.handlers.go_on);
    let go_on = tokio::spawn(async move {
        loop {
            go_on.notify_one();
            tokio::task::yield_now().await;
        }
    });
    let answers = in_time(calls.join_all()).await;
    go_on.abort();
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    in_time(app.ended()).await;
}

#[tokio::test]
async fn a_handler_that_panics_ends_its_own_call_alone() {
    for (name, app, mut client) in both().await {
        let mut waiting = client.clone();
        let waiting = tokio::spawn(async move { waiting.open(item("wait", vec![])).await });
        in_time(app.handlers.waiting.notified()).await;
        for _ in 0..3 {
            let ended = in_time(client.open(item(PANIC, vec![]))).await;
            assert!(ended.is_err_and(|status| status.metadata().is_empty()), "{name}: its stream is reset");
            assert!(in_time(client.open(item("", vec![]))).await.is_ok(), "{name}: the connection goes on");
        }
        app.handlers.go_on.notify_one();
        assert!(in_time(waiting).await.expect("no panic").is_ok(), "{name}: so does what was in flight");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_calls_on_several_threads_are_each_given_their_own_answer() {
    for (name, app, first) in both().await {
        let mut calls = JoinSet::new();
        for connection in 0..8 {
            // Over TLS there is one, which is shared.
            let client = if name == "TLS" { first.clone() } else { client(connect(app.address).await) };
            for caller in 0..12 {
                let mut client = client.clone();
                calls.spawn(async move {
                    for call in 0..10 {
                        let sent = bytes(connection * 100 + caller, call);
                        let answer = client.unary(allowed(item("", sent.clone()))).await.expect("allowed");
                        assert!(answer.into_inner().payload == sent, "{name}: {connection}/{caller}/{call}");
                    }
                });
            }
        }
        in_time(calls.join_all()).await;
        assert_eq!(app.handlers.ran(), 8 * 12 * 10, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_call_after_another_is_answered() {
    for (name, app, mut client) in both().await {
        for call in 0..300 {
            let answer = in_time(client.open(item("", vec![]))).await;
            assert!(answer.is_ok(), "{name}: {call}: {answer:?}");
        }
        assert_eq!(app.handlers.ran(), 300, "{name}");
    }
}
