//! HTTP/2 frames (RFC 9113 §4.1) and header blocks (RFC 7541) by hand: a client's library sends no wrong ones.
//! Of the tests that drive the server in process and of those that besiege the program alike.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Answers whoever asks.
pub const HEALTH: &str = "/grpc.health.v1.Health/Check";

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub const DATA: u8 = 0x0;
pub const HEADERS: u8 = 0x1;
pub const RST_STREAM: u8 = 0x3;
pub const SETTINGS: u8 = 0x4;
pub const PING: u8 = 0x6;
pub const GOAWAY: u8 = 0x7;
pub const WINDOW_UPDATE: u8 = 0x8;
pub const CONTINUATION: u8 = 0x9;

pub const END_STREAM: u8 = 0x1;
pub const END_HEADERS: u8 = 0x4;

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

impl Frame {
    pub fn new(kind: u8, flags: u8, stream: u32, payload: impl Into<Vec<u8>>) -> Self {
        Self { kind, flags, stream, payload: payload.into() }
    }

    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// As it is sent.
    pub fn bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.payload.len()).expect("a payload of a frame's size");
        let mut bytes = length.to_be_bytes()[1..].to_vec();
        bytes.extend([self.kind, self.flags]);
        bytes.extend(self.stream.to_be_bytes());
        bytes.extend(&self.payload);
        bytes
    }
}

/// The next frame; none, once the connection is closed.
pub async fn read_frame(stream: &mut (impl AsyncRead + Unpin)) -> Option<Frame> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let [a, b, c, kind, flags, stream_id @ ..] = head;
    let length = usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()?;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.ok()?;
    Some(Frame { kind, flags, stream: u32::from_be_bytes(stream_id) & 0x7fff_ffff, payload })
}

/// What a client begins with.
pub fn client_preface() -> Vec<u8> {
    [PREFACE, &Frame::new(SETTINGS, 0, 0, []).bytes()].concat()
}

/// The head of a gRPC call.
pub fn call_head(path: &str) -> Block {
    Block::default()
        .field(":method", "POST")
        .field(":scheme", "http")
        .field(":authority", "localhost")
        .field(":path", path)
        .field("content-type", "application/grpc")
        .field("te", "trailers")
}

/// A whole call that anyone may make.
pub fn health_check(stream: u32) -> Vec<u8> {
    let head = Frame::new(HEADERS, END_HEADERS, stream, call_head(HEALTH).0);
    let empty_message = Frame::new(DATA, END_STREAM, stream, [0; 5]);
    [head.bytes(), empty_message.bytes()].concat()
}

/// A header block, without Huffman's code.
#[derive(Debug, Clone, Default)]
pub struct Block(pub Vec<u8>);

impl Block {
    /// A literal that is not indexed (RFC 7541 §6.2.2).
    pub fn field(self, name: &str, value: &str) -> Self {
        self.literal(0x00, name, value)
    }

    /// A literal that is put into the dynamic table (RFC 7541 §6.2.1).
    pub fn remembered_field(self, name: &str, value: &str) -> Self {
        self.literal(0x40, name, value)
    }

    /// Fields of a table, a byte each (RFC 7541 §6.1).
    pub fn indexed(mut self, index: u8, times: usize) -> Self {
        assert!((1..127).contains(&index), "{index} takes more than a byte");
        self.0.resize(self.0.len() + times, 0x80 | index);
        self
    }

    fn literal(mut self, representation: u8, name: &str, value: &str) -> Self {
        self.0.push(representation);
        self.string(name);
        self.string(value);
        self
    }

    fn string(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend(text.as_bytes());
    }

    /// An integer with a prefix of seven bits (RFC 7541 §5.1).
    fn length(&mut self, length: usize) {
        if let Ok(short @ ..127) = u8::try_from(length) {
            self.0.push(short);
            return;
        }
        self.0.push(127);
        let mut rest = length - 127;
        while rest >= 128 {
            self.0.push(0x80 | low_bits(rest));
            rest /= 128;
        }
        self.0.push(low_bits(rest));
    }

    /// `HEADERS` and as many `CONTINUATION` as it takes.
    pub fn frames(&self, stream: u32, flags: u8) -> Vec<u8> {
        let pieces: Vec<&[u8]> = self.0.chunks(16_384).collect();
        let last = pieces.len() - 1;
        let frames = pieces.iter().enumerate().map(|(place, piece)| {
            let (kind, flags) = if place == 0 { (HEADERS, flags) } else { (CONTINUATION, 0) };
            let end = if place == last { END_HEADERS } else { 0 };
            Frame::new(kind, flags | end, stream, *piece).bytes()
        });
        frames.collect::<Vec<_>>().concat()
    }
}

fn low_bits(number: usize) -> u8 {
    u8::try_from(number % 128).expect("seven bits")
}
