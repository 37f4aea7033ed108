//! What a stream can be carried by.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::Version;
use prost::Message as _;

use super::endless::proto::Item;

/// A protocol, and what carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transport {
    pub name: &'static str,
    pub version: Version,
    pub content_type: &'static str,
}

const BINARY: &str = "application/grpc-web+proto";
const TEXT: &str = "application/grpc-web-text+proto";

impl Transport {
    pub const GRPC: Self = Self::new("gRPC", Version::HTTP_2, "application/grpc");
    pub const ALL: [Self; 5] = [
        Self::GRPC,
        Self::new("gRPC-Web over HTTP/1.1", Version::HTTP_11, BINARY),
        Self::new("gRPC-Web over HTTP/2", Version::HTTP_2, BINARY),
        Self::new("gRPC-Web in text over HTTP/1.1", Version::HTTP_11, TEXT),
        Self::new("gRPC-Web in text over HTTP/2", Version::HTTP_2, TEXT),
    ];

    const fn new(name: &'static str, version: Version, content_type: &'static str) -> Self {
        Self { name, version, content_type }
    }

    pub fn is_web(&self) -> bool {
        *self != Self::GRPC
    }

    pub fn is_text(&self) -> bool {
        self.content_type == TEXT
    }

    /// A message as it is sent. In text, each is a multiple of three bytes, so that none needs padding in the midst.
    pub fn encode(&self, number: u64) -> Bytes {
        let of_payload = |length: usize| Item { number, payload: vec![1; length] };
        let mut items = (0..4).map(of_payload).map(|item| framed(&item));
        let framed = items.find(|framed| !self.is_text() || framed.len() % 3 == 0).expect("one of them fits");
        if self.is_text() { BASE64_STANDARD.encode(framed).into() } else { framed.into() }
    }
}

fn framed(item: &Item) -> Vec<u8> {
    let message = item.encode_to_vec();
    let length = u32::try_from(message.len()).expect("a short one").to_be_bytes();
    [&[0], &length[..], &message].concat()
}
