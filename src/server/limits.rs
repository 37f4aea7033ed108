//! What a peer may take, whoever it is.

use std::time::Duration;

use super::SetupError;

/// Bounds on what strangers control. Each has a default that fits a public server of small calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time, to all listeners together; further ones wait to be served.
    pub connections: usize,
    /// Calls at a time on one connection (RFC 9113 §5.1.2).
    pub concurrent_streams: u32,
    /// Names and values of a request's head, in bytes (RFC 9113 §6.5.2).
    pub header_list_size: u32,
    /// Payload of an HTTP/2 frame, in bytes, from 16,384 to 16,777,215 (RFC 9113 §4.2).
    pub frame_size: u32,
    /// A message that is received, in bytes, as it is after decoding.
    pub message_size: usize,
    /// From a connection to the end of its first head, a TLS handshake included.
    pub first_head: Duration,
    /// For a whole head over HTTP/1.1, from the end of the answer before it, or from the start. Over HTTP/2
    /// nothing else may come in the midst of a head (RFC 9113 §4.3), the answer to a ping neither, so
    /// `keep_alive` bounds it.
    pub head: Duration,
    /// Idle time-out while a request body is incomplete (HTTP/1.1), or while the peer's system takes nothing of its response.
    /// Over HTTP/2, a peer that answers pings is not idle while a request body is incomplete.
    pub idle: Duration,
    /// Pings to a peer that is silent, over HTTP/2; over HTTP/1.1 the system's own probes.
    pub keep_alive: KeepAlive,
    /// How old a connection may get before no more calls are taken on it; a tenth more or less, so that those
    /// that came together do not go together.
    pub connection_age: Duration,
    /// How long calls in flight may then go on.
    pub connection_age_grace: Duration,
}

/// Pings (RFC 9113 §6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepAlive {
    /// How long a peer may be silent before it is sent one.
    pub interval: Duration,
    /// How long it may take to answer.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            concurrent_streams: 100,
            header_list_size: 64 * 1024,
            frame_size: 16 * 1024,
            message_size: 4 * 1024 * 1024,
            first_head: Duration::from_secs(10),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(20),
            keep_alive: KeepAlive { interval: Duration::from_secs(15), timeout: Duration::from_secs(10) },
            connection_age: Duration::from_secs(60 * 60),
            connection_age_grace: Duration::from_secs(5 * 60),
        }
    }
}

impl Limits {
    /// Whether each is one.
    ///
    /// # Errors
    /// [`SetupError::FrameSize`]: HTTP/2 has no such frames (RFC 9113 §4.2); h2 would panic.
    pub fn check(&self) -> Result<(), SetupError> {
        if (16_384..=16_777_215).contains(&self.frame_size) {
            Ok(())
        } else {
            Err(SetupError::FrameSize(self.frame_size))
        }
    }
}
