//! What is left of streams that have ended: nothing.

use std::time::Duration;

use http::Version;
use tokio::runtime::Handle;

use super::{Cause, Kind, World};
use crate::support::endless::{Manner, PAYLOAD, Seen};
use crate::support::{LARGE, OpenCall, Transport};

/// Nothing takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(60);

const MANNERS: [Manner; 4] = [Manner::Idle, Manner::Busy, Manner::Flood, Manner::Late];

/// In a round, 60 streams of all kinds.
fn streams() -> impl Iterator<Item = (Kind, Manner, Transport)> {
    let kinds = Kind::ALL.into_iter().flat_map(|kind| MANNERS.map(|manner| (kind, manner)));
    kinds.flat_map(|(kind, manner)| Transport::ALL.map(|transport| (kind, manner, transport)))
}

async fn open(world: &World, cause: Cause, (kind, manner, transport): (Kind, Manner, Transport)) -> OpenCall {
    let mut call = cause.metadata(world.call(transport, kind.path(), manner));
    if manner == Manner::Flood {
        call = call.window(16 * 1024).metadata(PAYLOAD, LARGE.to_string());
    }
    let mut call = call.open().await;
    call.send(0).await;
    if kind == Kind::Server {
        call.close();
    }
    call
}

async fn until_there_are(tasks: usize) {
    let metrics = Handle::current().metrics();
    let is_so = async {
        while metrics.num_alive_tasks() > tasks {
            tokio::task::yield_now().await;
        }
    };
    let is_so = tokio::time::timeout(LIMIT, is_so).await;
    assert!(is_so.is_ok(), "{} tasks, and there were {tasks}", metrics.num_alive_tasks());
}

/// Streams that `cause` ends, or whose callers go before that.
async fn round(world: &World, cause: Option<Cause>, tasks: usize) {
    let before = world.endless().seen();
    let mut calls = Vec::new();
    for stream in streams().filter(|stream| cause.is_some() || is_noticed(stream)) {
        calls.push((stream, open(world, cause.unwrap_or(Cause::Expiry), stream).await));
    }
    let count = |is: fn(Kind, Manner) -> bool| {
        calls.iter().filter(|((kind, manner, _), _)| is(*kind, *manner)).count()
    };
    let handlers = count(|kind, manner| kind == Kind::Client || manner == Manner::Late);
    let bidi = count(|kind, _| kind == Kind::Bidi);
    let all = (before.began + calls.len(), handlers, calls.len() - handlers);
    let under_way = |seen: &Seen| (seen.began, seen.handlers, seen.responses) == all;
    world.endless().until("all handlers", under_way).await;
    if let Some(cause) = cause {
        cause.happen(world).await;
        world.endless().until("handlers and responses are gone", Seen::is_all_gone).await;
    }
    drop(calls);
    world.endless().until("handlers and responses are gone", Seen::is_all_gone).await;
    let requests = before.requests.len() + bidi;
    world.endless().until("requests are gone", |seen| seen.requests.len() == requests).await;
    until_there_are(tasks).await;
}

/// Over HTTP/1.1, hyper looks no more at a connection whose request has broken off until it has something to write.
fn is_noticed((kind, _, transport): &(Kind, Manner, Transport)) -> bool {
    *kind == Kind::Server || transport.version == Version::HTTP_2
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_33_streams_that_have_ended_leave_no_task() {
    let world = World::start().await;
    world.assert_serves().await;
    let tasks = Handle::current().metrics().num_alive_tasks();
    for cause in [Some(Cause::Expiry), Some(Cause::Deadline), None, Some(Cause::Withdrawal)] {
        round(&world, cause, tasks).await;
    }
}
