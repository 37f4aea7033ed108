//! A connection of HTTP/2 that many callers share, as those behind a proxy do.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::wire::{
    Block, DATA, END_STREAM, Frame, GOAWAY, HEADERS, PING, RST_STREAM, SETTINGS, WINDOW_UPDATE,
    client_preface, health_check, read_frame,
};

/// How many calls are under way at a time, as many as h2 remembers of those that it has reset.
pub const AT_A_TIME: u32 = 50;

/// Frames that were under way when a stream was reset. Of half of 100 streams they are more than the 1,024 that h2
/// takes for errors of its own; and few enough to be there within the second for which it remembers a reset.
const LATE_FRAMES: usize = 30;

/// No frame takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// The answer of `Health/Check`: SERVING.
const SERVING: [u8; 7] = [0, 0, 0, 0, 2, 8, 1];

/// A call that is answered before its body has ended.
pub struct Early {
    pub name: &'static str,
    pub head: Block,
    /// What is sent of the body before the answer.
    pub begun: &'static [u8],
}

impl Early {
    pub fn new(name: &'static str, head: Block) -> Self {
        Self { name, head, begun: &[] }
    }
}

/// One connection of many callers.
pub struct Shared {
    socket: TcpStream,
    next: u32,
    /// Without, h2 does not learn that GOAWAY has come, and goes on to take calls.
    pub answers_pings: bool,
}

impl Shared {
    pub async fn connect(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.expect("a server that listens");
        // A write that waits for the answer to the one before would be most of the time.
        socket.set_nodelay(true).expect("set");
        let mut shared = Self { socket, next: 1, answers_pings: true };
        shared.write(&client_preface()).await;
        shared
    }

    pub fn stream(&mut self) -> u32 {
        self.next += 2;
        self.next - 2
    }

    pub async fn write(&mut self, frames: &[u8]) {
        self.socket.write_all(frames).await.expect("a connection that is open");
    }

    /// The next frame of a stream.
    pub async fn next(&mut self) -> Frame {
        loop {
            let frame = self.read().await;
            if let HEADERS | DATA | RST_STREAM = frame.kind {
                return frame;
            }
        }
    }

    /// The next frame; what a client does about it is done.
    async fn read(&mut self) -> Frame {
        let frame = tokio::time::timeout(LIMIT, read_frame(&mut self.socket)).await.expect("a frame in time");
        let frame = frame.expect("a connection that is open");
        let length = u32::try_from(frame.payload.len()).expect("a frame's length");
        let answer = match frame.kind {
            // Without an error, it only asks for no more calls (RFC 9113 §6.8).
            GOAWAY if frame.payload[4..8] == [0; 4] => return frame,
            GOAWAY => panic!("GOAWAY: {}", String::from_utf8_lossy(&frame.payload)),
            PING if frame.flags == 0 && self.answers_pings => {
                Frame::new(PING, 1, 0, frame.payload.as_slice())
            }
            // The server's windows are as it says once it knows that we know (RFC 9113 §6.5.3).
            SETTINGS if frame.flags == 0 => Frame::new(SETTINGS, 1, 0, []),
            DATA if length > 0 => Frame::new(WINDOW_UPDATE, 0, 0, length.to_be_bytes()),
            _ => return frame,
        };
        self.write(&answer.bytes()).await;
        frame
    }

    /// The streams that were reset before the server had read all that was sent.
    async fn resets_so_far(&mut self) -> Vec<u32> {
        self.write(&Frame::new(PING, 0, 0, *b"so far??").bytes()).await;
        let mut reset = Vec::new();
        loop {
            let frame = self.read().await;
            match frame.kind {
                PING if frame.flags != 0 => return reset,
                RST_STREAM => reset.push(frame.stream),
                _ => {}
            }
        }
    }

    /// Calls again and again, until a call is refused.
    pub async fn until_refused(&mut self, call: &Block) {
        loop {
            let stream = self.stream();
            self.write(&call.frames(stream, END_STREAM)).await;
            let mut frame = self.next().await;
            while frame.stream != stream {
                frame = self.next().await;
            }
            if frame.kind == RST_STREAM {
                return;
            }
        }
    }

    /// Makes calls whose bodies do not end, and sends more of each body after its stream was reset: to all of
    /// them, if they are reset at once, more than h2 takes for errors of its own.
    pub async fn late_frames(&mut self, call: &Block, calls: u32) {
        let mut open: HashSet<u32> = (0..calls).map(|_| self.stream()).collect();
        let mut streams: Vec<u32> = open.iter().copied().collect();
        streams.sort_unstable();
        self.write(&streams.iter().flat_map(|stream| call.frames(*stream, 0)).collect::<Vec<_>>()).await;
        // What is still to come on a stream that was reset.
        let mut late: HashMap<u32, usize> = HashMap::new();
        while !(open.is_empty() && late.is_empty()) {
            let reset = if late.is_empty() {
                vec![self.next_reset().await]
            } else {
                self.late_round(&mut late).await
            };
            let reset = reset.into_iter().filter(|stream| open.remove(stream));
            late.extend(reset.map(|stream| (stream, LATE_FRAMES)));
        }
    }

    async fn next_reset(&mut self) -> u32 {
        loop {
            let frame = self.next().await;
            if frame.kind == RST_STREAM {
                return frame.stream;
            }
        }
    }

    /// One frame for each, and no more until the server has read it: of those that are read at once, h2 counts
    /// one a stream.
    async fn late_round(&mut self, late: &mut HashMap<u32, usize>) -> Vec<u32> {
        let frame = |stream: &u32| Frame::new(DATA, 0, *stream, [0; 300]).bytes();
        self.write(&late.keys().flat_map(frame).collect::<Vec<_>>()).await;
        late.retain(|_, left| {
            *left -= 1;
            *left > 0
        });
        self.resets_so_far().await
    }

    /// Makes some calls, and sends the rest of their bodies once all are answered.
    pub async fn round(&mut self, call: &Early) {
        let calls: Vec<u32> = (0..AT_A_TIME).map(|_| self.stream()).collect();
        let mut frames = Vec::new();
        for stream in &calls {
            frames.extend(call.head.frames(*stream, 0));
            if !call.begun.is_empty() {
                frames.extend(Frame::new(DATA, 0, *stream, call.begun).bytes());
            }
        }
        self.write(&frames).await;
        self.answered(calls.iter().copied().collect(), call.name).await;
        let rest = |stream: &u32| Frame::new(DATA, END_STREAM, *stream, [0; 5]).bytes();
        self.write(&calls.iter().flat_map(rest).collect::<Vec<_>>()).await;
    }

    /// Until all have had their answers.
    pub async fn answered(&mut self, mut calls: HashSet<u32>, name: &str) {
        while !calls.is_empty() {
            let frame = self.next().await;
            assert!(frame.kind != RST_STREAM || !calls.contains(&frame.stream), "{name}: no answer");
            if frame.has(END_STREAM) && frame.kind != RST_STREAM {
                calls.remove(&frame.stream);
            }
        }
    }

    /// Somebody else's call, on the same connection.
    pub async fn assert_well(&mut self) {
        let stream = self.stream();
        self.write(&health_check(stream)).await;
        let mut answer = Vec::new();
        loop {
            let frame = self.next().await;
            if frame.stream != stream {
                continue;
            }
            assert_ne!(frame.kind, RST_STREAM);
            if frame.kind == DATA {
                answer.extend_from_slice(&frame.payload);
            }
            if frame.has(END_STREAM) {
                return assert_eq!(answer, SERVING);
            }
        }
    }
}
