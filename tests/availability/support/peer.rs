//! A connection that says what it wants.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::frames::{END_STREAM, Frame, HEADERS, client_preface, health_check};

/// One.
pub struct Peer {
    pub stream: TcpStream,
}

impl Peer {
    pub async fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.expect("a server that listens") }
    }

    /// One that was served already.
    pub async fn after_a_call(address: SocketAddr) -> Self {
        let mut peer = Self::connect(address).await;
        peer.send(&[client_preface(), health_check(1)].concat()).await;
        loop {
            let frame = read_frame(&mut peer.stream).await.expect("an answer");
            if (frame.kind, frame.stream) == (HEADERS, 1) && frame.has(END_STREAM) {
                return peer;
            }
        }
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("a server that reads");
    }
}

/// Reads, and answers nothing, until the server has closed the connection.
pub async fn close(mut stream: TcpStream) {
    let mut buffer = [0; 1024];
    while let Ok(1..) = stream.read(&mut buffer).await {}
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
