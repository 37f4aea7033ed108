//! Those who call without a pause, each with a token of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::task::JoinSet;

use crate::support::{API1, Client};

/// How many have the same token.
const OF_EACH: usize = 2;

/// One call in so many comes over a new connection.
const NEW_CONNECTION: usize = 8;

pub(super) struct Callers {
    tasks: JoinSet<()>,
    calls: Vec<Arc<AtomicUsize>>,
    is_over: Arc<AtomicBool>,
}

impl Callers {
    pub(super) fn start(address: SocketAddr, tokens: &[String]) -> Self {
        let (mut tasks, mut calls, is_over) = (JoinSet::new(), Vec::new(), Arc::new(AtomicBool::new(false)));
        for token in tokens.iter().cycle().take(OF_EACH * tokens.len()) {
            let count = Arc::new(AtomicUsize::new(0));
            tasks.spawn(call_on(
                address,
                format!("Bearer {token}"),
                Arc::clone(&count),
                Arc::clone(&is_over),
            ));
            calls.push(count);
        }
        Self { tasks, calls, is_over }
    }

    /// Waits until each has made a whole call more.
    pub(super) async fn have_called(&mut self) {
        let counts: Vec<_> = self.calls.iter().map(|count| count.load(Ordering::SeqCst)).collect();
        for (calls, before) in self.calls.iter().zip(counts) {
            // The one that is under way may have begun before.
            while calls.load(Ordering::SeqCst) < before + 2 {
                if let Some(ended) = self.tasks.try_join_next() {
                    ended.expect("calls that are served");
                }
                tokio::task::yield_now().await;
            }
        }
    }

    /// Each call was served; how many there were.
    pub(super) async fn stop(self) -> usize {
        self.is_over.store(true, Ordering::SeqCst);
        self.tasks.join_all().await;
        self.calls.iter().map(|count| count.load(Ordering::SeqCst)).sum()
    }
}

async fn call_on(
    address: SocketAddr,
    authorization: String,
    calls: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
) {
    let mut client = Client::connect(address).await.expect("a server that accepts");
    while !is_over.load(Ordering::SeqCst) {
        let number = calls.load(Ordering::SeqCst);
        if number % NEW_CONNECTION == NEW_CONNECTION - 1 {
            client = Client::connect(address).await.expect("a server that accepts");
        }
        let outcome = client.call(API1, Some(authorization.as_bytes())).await;
        assert!(outcome.is_ok(), "call {number}: {outcome:?}");
        calls.fetch_add(1, Ordering::SeqCst);
    }
}
