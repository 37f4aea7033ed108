//! HTTP/2 in frames of the tests' own, for what no client would send (RFC 9113 §4.1).

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// No frame takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// The kinds that the tests know (RFC 9113 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Data = 0,
    Headers = 1,
    ResetStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
    Other = 255,
}

const END_HEADERS: u8 = 4;

impl Kind {
    fn of(byte: u8) -> Self {
        let known = [
            Self::Data,
            Self::Headers,
            Self::ResetStream,
            Self::Settings,
            Self::Ping,
            Self::GoAway,
            Self::WindowUpdate,
            Self::Continuation,
        ];
        known.into_iter().find(|kind| *kind as u8 == byte).unwrap_or(Self::Other)
    }
}

#[derive(Debug)]
pub struct Frame {
    pub kind: Kind,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

/// A connection, its preface sent.
pub struct Frames {
    socket: TcpStream,
}

impl Frames {
    pub async fn connect(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.expect("a server that listens");
        let mut frames = Self { socket };
        frames.socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("sent");
        frames.send(Kind::Settings, 0, 0, &[]).await;
        frames
    }

    /// Sends one; the peer may have closed already.
    pub async fn send(&mut self, kind: Kind, flags: u8, stream: u32, payload: &[u8]) {
        let _ = self.socket.write_all(&frame(kind, flags, stream, payload)).await;
    }

    /// A whole head, as literals without an index (RFC 7541 §6.2.2).
    pub async fn head(&mut self, stream: u32, flags: u8, fields: &[(&str, &[u8])]) {
        self.send(Kind::Headers, flags | END_HEADERS, stream, &literals(fields)).await;
    }

    /// The next frame, or none where the connection is closed.
    pub async fn next(&mut self) -> Option<Frame> {
        tokio::time::timeout(LIMIT, self.read()).await.expect("a frame in time")
    }

    async fn read(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.socket.read_exact(&mut head).await.ok()?;
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.socket.read_exact(&mut payload).await.ok()?;
        Some(Frame { kind: Kind::of(kind), flags, stream: u32::from_be_bytes(stream), payload })
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
    pub async fn until(&mut self, kind: Kind) -> Option<Frame> {
        loop {
            let frame = self.next().await?;
            if frame.kind == Kind::Ping && frame.flags == 0 {
                self.send(Kind::Ping, 1, 0, &frame.payload).await;
            }
            if frame.kind == kind {
                return Some(frame);
            }
        }
    }
}

fn frame(kind: Kind, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short one").to_be_bytes();
    let mut bytes = vec![length[1], length[2], length[3], kind as u8, flags];
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

fn literals(fields: &[(&str, &[u8])]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name.as_bytes(), value] {
            block.extend(length(text.len()));
            block.extend(text);
        }
    }
    block
}

/// An integer with a prefix of seven bits (RFC 7541 §5.1).
fn length(mut length: usize) -> Vec<u8> {
    if length < 127 {
        return vec![u8::try_from(length).expect("below 127")];
    }
    length -= 127;
    let mut bytes = vec![127];
    while length >= 128 {
        bytes.push(u8::try_from(length % 128).expect("seven bits") | 128);
        length /= 128;
    }
    bytes.push(u8::try_from(length).expect("below 128"));
    bytes
}
