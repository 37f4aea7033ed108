//! How questions are written and answers read. What an answer has many of is counted before it is decoded: a name of no
//! letters takes two bytes on the wire, and a dozen times that in memory.

use prost::Message as _;
use prost::bytes::Buf as _;
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder};
use tonic_prost::ProstEncoder;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

use super::files::MAX_FILES;
use super::wire::fields;

/// Of both versions of reflection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ReflectionCodec;

impl Codec for ReflectionCodec {
    type Encode = ServerReflectionRequest;
    type Decode = ServerReflectionResponse;
    type Encoder = ProstEncoder<ServerReflectionRequest>;
    type Decoder = Self;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::default()
    }

    fn decoder(&mut self) -> Self::Decoder {
        *self
    }
}

impl Decoder for ReflectionCodec {
    type Item = ServerReflectionResponse;
    type Error = Status;

    fn decode(&mut self, source: &mut DecodeBuf<'_>) -> Result<Option<Self::Item>, Status> {
        let answer = source.copy_to_bytes(source.remaining());
        let no_answer = |error: prost::DecodeError| Status::internal(error.to_string());
        if parts(&answer).map_err(no_answer)? > MAX_FILES {
            return Err(Status::resource_exhausted(format!("an answer has more than {MAX_FILES} parts")));
        }
        ServerReflectionResponse::decode(answer).map(Some).map_err(no_answer)
    }
}

/// How many files, services and numbers are in an answer, at most.
fn parts(answer: &[u8]) -> Result<usize, prost::DecodeError> {
    let mut parts = 0;
    for field in fields(answer) {
        parts += match field? {
            (4 | 6, list) => fields(list).count(),
            // Numbers of extensions, which nobody asks for.
            (5, numbers) => numbers.len(),
            _ => 0,
        };
    }
    Ok(parts)
}
