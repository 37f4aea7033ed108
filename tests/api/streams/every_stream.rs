//! Each kind of stream, in each state, over each transport, for each cause.

use super::{Cause, Kind, TIMEOUT, World, for_each};
use crate::support::endless::{Endless, Manner, PAYLOAD, Seen};
use crate::support::{End, LARGE, OpenCall, Transport};

/// What goes on when a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// One message has come, and no other does.
    Idle,
    /// One message comes after the other.
    Busy,
    /// The handler has not answered, not even with a head.
    Late,
    /// There is more to read than the caller reads.
    Unread,
}

impl State {
    const ALL: [Self; 4] = [Self::Idle, Self::Busy, Self::Late, Self::Unread];
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    kind: Kind,
    state: State,
    transport: Transport,
    cause: Cause,
}

impl Cell {
    fn all(cause: Cause) -> impl Iterator<Item = Self> {
        let states = Kind::ALL.into_iter().flat_map(|kind| State::ALL.map(|state| (kind, state)));
        let of_state =
            move |(kind, state)| Transport::ALL.map(|transport| Self { kind, state, transport, cause });
        states.flat_map(of_state)
    }

    async fn run(self) {
        let world = World::start().await;
        let call = self.open(&world).await;
        let (first, call) = self.under_way(&world, call).await;
        let read = read(call, first, world.endless().clone());
        let reading = match self.state {
            // Nobody reads until all is gone.
            State::Unread => Err(read),
            _ => Ok(tokio::spawn(read)),
        };
        self.busy(&world).await;
        self.cause.happen(&world).await;
        world.endless().until("handler and response are gone", Seen::is_all_gone).await;
        if self.kind == Kind::Bidi {
            let ended = |seen: &Seen| seen.requests == [Some(self.cause.code())];
            world.endless().until("the request has ended", ended).await;
        }
        let (count, end) = match reading {
            Ok(reading) => reading.await.expect("a reader that does not fail"),
            Err(read) => read.await,
        };
        self.assert_ended(&world, count, &end);
        world.assert_serves().await;
    }

    async fn open(self, world: &World) -> OpenCall {
        let manner = match self.state {
            State::Idle => Manner::Idle,
            State::Busy => Manner::Busy,
            State::Unread => Manner::Flood,
            State::Late => Manner::Late,
        };
        let mut call = world.call(self.transport, self.kind.path(), manner);
        if self.state == State::Unread {
            call = call.window(16 * 1024).metadata(PAYLOAD, LARGE.to_string());
        }
        if self.cause == Cause::Deadline {
            call = call.metadata("grpc-timeout", format!("{}S", TIMEOUT.as_secs()));
        }
        let mut call = call.open().await;
        match (self.kind, self.state) {
            (Kind::Client | Kind::Bidi, State::Busy) => call.keep_sending(world.endless()),
            _ => call.send(0).await,
        }
        if self.kind == Kind::Server {
            call.close();
        }
        call
    }

    /// Until the handler is there, and the first message where one is read: how many those were.
    async fn under_way(self, world: &World, mut call: OpenCall) -> (u64, OpenCall) {
        world.endless().until("a handler", |seen| seen.began == 1).await;
        if !self.kind.streams_response() || self.state == State::Late {
            return (0, call);
        }
        assert_eq!(call.head().await["sekisho-expires-in"], "3605");
        if self.state == State::Unread {
            return (0, call);
        }
        assert_eq!(call.next().await.expect("a message").number, 0);
        (1, call)
    }

    /// Until what goes on has gone on for a while.
    async fn busy(self, world: &World) {
        let least = if self.state == State::Busy { 5 } else { 1 };
        if self.kind.streams_request() && (self.state != State::Late || self.kind == Kind::Bidi) {
            world.endless().until("messages of the request", |seen| seen.received >= least).await;
        }
        if self.kind.streams_response() && self.state != State::Late {
            world.endless().until("messages of the response", |seen| seen.sent >= least).await;
        }
        if self.kind.streams_response() && self.state == State::Unread {
            world.until_nothing_is_taken().await;
        }
    }

    fn assert_ended(self, world: &World, count: u64, end: &End) {
        self.cause.assert_told(&end.status(), self.kind);
        let has_head = self.kind.streams_response() && self.state != State::Late;
        match end {
            End::TrailersOnly(head) => {
                assert!(!has_head, "the head had gone out");
                assert!(!head.contains_key("sekisho-expires-in"), "{head:?}");
            }
            End::Trailers(trailers) => {
                assert!(has_head, "there was no head");
                assert!(!trailers.contains_key("content-type"), "{trailers:?}");
            }
            End::Cut => unreachable!("it has a status"),
        }
        let sent = world.endless().seen().sent;
        assert!(count <= sent, "{count} of {sent}");
        assert_eq!(count > 0, has_head);
    }
}

async fn read(mut call: OpenCall, first: u64, endless: Endless) -> (u64, End) {
    call.end(first, &endless).await
}

#[tokio::test]
async fn row_33_every_stream_ends_when_its_token_expires() {
    for_each(Cell::all(Cause::Expiry), Cell::run).await;
}

#[tokio::test]
async fn row_33_every_stream_ends_when_its_key_is_withdrawn() {
    for_each(Cell::all(Cause::Withdrawal), Cell::run).await;
}

#[tokio::test]
async fn every_stream_ends_at_its_deadline() {
    for_each(Cell::all(Cause::Deadline), Cell::run).await;
}
