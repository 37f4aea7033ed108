//! A connection over which frames are sent that no client would send.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::wire::{Block, END_HEADERS, Frame, HEADERS, PING, client_preface, read_frame};

/// No frame takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// A connection, its preface sent.
pub struct Frames {
    socket: TcpStream,
}

impl Frames {
    pub async fn connect(address: SocketAddr) -> Self {
        let mut socket = TcpStream::connect(address).await.expect("a server that listens");
        socket.write_all(&client_preface()).await.expect("sent");
        Self { socket }
    }

    /// Has no write wait for the answer to the one before, which would be most of the time.
    pub fn without_delay(self) -> Self {
        self.socket.set_nodelay(true).expect("set");
        self
    }

    /// Sends one; the peer may have closed already.
    pub async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let _ = self.socket.write_all(&Frame::new(kind, flags, stream, payload).bytes()).await;
    }

    /// Sends frames that are made already.
    pub async fn write(&mut self, frames: &[u8]) {
        self.socket.write_all(frames).await.expect("a connection that is open");
    }

    /// A whole head.
    pub async fn head(&mut self, stream: u32, flags: u8, fields: Block) {
        self.send(HEADERS, flags | END_HEADERS, stream, &fields.0).await;
    }

    /// The next frame, or none where the connection is closed.
    pub async fn next(&mut self) -> Option<Frame> {
        tokio::time::timeout(LIMIT, read_frame(&mut self.socket)).await.expect("a frame in time")
    }

    /// The first frame of a stream.
    pub async fn first_of(&mut self, stream: u32) -> Option<Frame> {
        loop {
            let frame = self.next().await?;
            if frame.stream == stream {
                return Some(frame);
            }
        }
    }

    /// Answers pings until the connection is closed, or there is a frame of this kind.
    pub async fn until(&mut self, kind: u8) -> Option<Frame> {
        loop {
            let frame = self.next().await?;
            if frame.kind == PING && frame.flags == 0 {
                self.send(PING, 1, 0, &frame.payload).await;
            }
            if frame.kind == kind {
                return Some(frame);
            }
        }
    }
}
