//! Unary calls of somebody else, from a thread of their own, so that they are not measured with the work of the streams'
//! client.

use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderValue, Uri};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::client::{Outcome, Sender, call, connect, read, uri};
use crate::micros;

const CONNECTIONS: usize = 4;

/// A call begins that often, whether those before it are answered or not: a server that stalls is seen by all of the
/// calls that should have been answered meanwhile.
const EVERY: Duration = Duration::from_millis(1);

/// A message without fields, in its frame.
const EMPTY: Bytes = Bytes::from_static(&[0; 5]);

/// For how long, and whom to tell.
type Order = (Duration, oneshot::Sender<Outcome<Vec<i64>>>);

pub(crate) struct Others {
    orders: mpsc::UnboundedSender<Order>,
    token: HeaderValue,
}

#[derive(Clone)]
struct Calls {
    uri: Uri,
    token: HeaderValue,
}

impl Others {
    pub(crate) fn start(port: u16, token: HeaderValue) -> Outcome<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let calls = Calls { uri: uri(port, "api1.v1.Api1/GetStatus")?, token: token.clone() };
        let (orders, asked) = mpsc::unbounded_channel();
        thread::spawn(move || runtime.block_on(calls.take(port, asked)));
        Ok(Self { orders, token })
    }

    pub(crate) fn token(&self) -> HeaderValue {
        self.token.clone()
    }

    /// Makes calls from now on. How long each took, in microseconds.
    pub(crate) fn during(&self, time: Duration) -> Outcome<impl Future<Output = Outcome<Vec<i64>>> + use<>> {
        let (tell, told) = oneshot::channel();
        self.orders.send((time, tell)).map_err(|_| "the thread of the calls has ended")?;
        Ok(async { told.await? })
    }
}

impl Calls {
    async fn take(self, port: u16, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut connections = Vec::new();
        while let Some((time, tell)) = orders.recv().await {
            // Whoever asked has gone, where nobody is told.
            let _ = tell.send(self.during(time, port, &mut connections).await);
        }
    }

    async fn during(&self, time: Duration, port: u16, connections: &mut Vec<Sender>) -> Outcome<Vec<i64>> {
        while connections.len() < CONNECTIONS {
            connections.push(connect(port).await?);
        }
        let (begin, mut ticks) = (Instant::now(), tokio::time::interval(EVERY));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut calls = JoinSet::new();
        for connection in connections.iter().cycle() {
            ticks.tick().await;
            if begin.elapsed() >= time {
                break;
            }
            calls.spawn(self.clone().call(connection.clone()));
        }
        calls.join_all().await.into_iter().collect()
    }

    async fn call(self, connection: Sender) -> Outcome<i64> {
        let begin = Instant::now();
        let (body, _) = call(&connection, self.uri, self.token, EMPTY).await?;
        let (_, status) = read(body).await?;
        if status.code() != tonic::Code::Ok {
            return Err(status.into());
        }
        Ok(micros(begin.elapsed()))
    }
}
