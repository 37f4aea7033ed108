//! The accept loop. tonic's own has no bound on connections and none for stopping.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior};

use super::connection::{HttpService, Serving};
use super::limits::Limits;
use super::slots::{Slot, Slots};

/// How long to wait where the system has no more file descriptors: some come back as connections end.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How often a trouble that lasts is told of.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// Serves connections until `shutdown`, and for `grace` after it.
pub(super) async fn serve<S: HttpService>(
    listener: TcpListener,
    serving: Serving<impl Fn(Arc<Limits>) -> S + Send + Sync + 'static>,
    grace: Duration,
    shutdown: impl Future<Output = ()>,
) {
    let mut acceptor = Acceptor::new(listener, serving.control.slots().clone());
    let serving = Arc::new(serving);
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => continue,
            accepted = acceptor.next() => accepted,
        };
        let Some((stream, slot)) = accepted else { continue };
        let connection = Arc::clone(&serving).connection(stream, stopped.clone());
        connections.spawn(async move {
            connection.await;
            drop(slot);
        });
    }
    // Whoever comes now is refused, and goes elsewhere.
    drop(acceptor);
    stop.send_replace(());
    finish(connections, grace).await;
}

/// Waits for the calls in flight, and cuts off what is left.
async fn finish(mut connections: JoinSet<()>, grace: Duration) {
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(grace, all).await.is_err() {
        tracing::warn!(connections = connections.len(), "the grace is over; what is left is cut off");
        connections.shutdown().await;
    }
}

struct Acceptor {
    listener: TcpListener,
    slots: Slots,
    /// The next one, while it waits for a slot. A slot that waited for the next one would be kept from the peers
    /// of other listeners.
    accepted: Option<TcpStream>,
    full: Seldom,
    failed: Seldom,
}

impl Acceptor {
    fn new(listener: TcpListener, slots: Slots) -> Self {
        Self { listener, slots, accepted: None, full: Seldom::new(), failed: Seldom::new() }
    }

    /// The next connection, and the right to serve it. Nothing is lost if this is dropped midway.
    async fn next(&mut self) -> Option<(TcpStream, Slot)> {
        if self.accepted.is_none() {
            self.accepted = self.accept().await;
        }
        self.accepted.as_ref()?;
        let slot = self.slot().await?;
        self.accepted.take().map(|stream| (stream, slot))
    }

    async fn accept(&mut self) -> Option<TcpStream> {
        match self.listener.accept().await {
            Ok((stream, _)) => Some(stream),
            // Of the one connection, which is gone; the listener is well.
            Err(error) if is_of_the_connection(&error) => None,
            Err(error) => {
                if self.failed.may_tell() {
                    tracing::warn!(
                        error = error.to_string(),
                        "connections cannot be accepted; tried again until they can"
                    );
                }
                tokio::time::sleep(ACCEPT_PAUSE).await;
                None
            }
        }
    }

    async fn slot(&mut self) -> Option<Slot> {
        if self.slots.are_taken() && self.full.may_tell() {
            tracing::warn!("there are as many connections as may be; further ones wait for one to end");
        }
        self.slots.take().await
    }
}

fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// A stranger decides how often a trouble happens, and not how long the log gets.
struct Seldom(Interval);

impl Seldom {
    fn new() -> Self {
        let mut interval = tokio::time::interval(TOLD_EVERY);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self(interval)
    }

    fn may_tell(&mut self) -> bool {
        self.0.tick().now_or_never().is_some()
    }
}
