//! A connection that says what it wants.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::frames::{END_STREAM, HEADERS, client_preface, health_check, read_frame};

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
