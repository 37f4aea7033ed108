//! What is served: a status, messages of 1 KiB, and uploads. The handlers know nothing of tokens.

mod held;

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;

use futures_util::stream::{self, Stream, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};

use proto::api1::{GetStatusRequest, GetStatusResponse, api1_server};
use proto::streaming::{Item, streaming_server};

pub use held::Held;

/// Code generated from the repository's protos.
#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, reason = "generated")]
pub mod proto {
    pub mod api1 {
        tonic::include_proto!("api1.v1");
    }
    pub mod held {
        tonic::include_proto!("held.v1");
    }
    pub mod streaming {
        tonic::include_proto!("streaming.v1");
    }
}

/// All protos, with their options.
pub const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("sekisho_descriptor_set");

/// The services that are served.
pub const SERVICES: [&str; 2] = [api1_server::SERVICE_NAME, streaming_server::SERVICE_NAME];

/// That of the streams that are held.
pub const HELD: &str = proto::held::held_server::SERVICE_NAME;

/// Messages of one call of `ServerStream`, and the bytes of each.
pub const MESSAGES: usize = 1000;
pub const MESSAGE_SIZE: usize = 1024;

/// The address at `port` of loopback, as the command line has it.
pub fn address(port: Option<String>) -> Result<SocketAddr, Box<dyn std::error::Error>> {
    Ok((Ipv4Addr::LOCALHOST, port.ok_or("a port is missing")?.parse::<u16>()?).into())
}

#[derive(Debug, Clone, Copy)]
pub struct Api1;

#[tonic::async_trait]
impl api1_server::Api1 for Api1 {
    async fn get_status(&self, _: Request<GetStatusRequest>) -> Result<Response<GetStatusResponse>, Status> {
        Ok(Response::new(GetStatusResponse { name: "api1".to_owned(), ok: true }))
    }
}

/// Sends messages, and takes uploads. What else the proto has is not called.
#[derive(Debug, Clone, Copy)]
pub struct Streams;

type Items = Pin<Box<dyn Stream<Item = Result<Item, Status>> + Send>>;

#[tonic::async_trait]
impl streaming_server::Streaming for Streams {
    type ServerStreamStream = Items;

    async fn server_stream(&self, _: Request<Item>) -> Result<Response<Items>, Status> {
        let items = (0..MESSAGES).map(|_| Ok(Item { text: String::new(), payload: vec![0; MESSAGE_SIZE] }));
        Ok(Response::new(stream::iter(items).boxed()))
    }

    /// Reads to the end, and answers with the number of bytes.
    async fn client_stream(&self, request: Request<Streaming<Item>>) -> Result<Response<Item>, Status> {
        let mut items = request.into_inner();
        let mut bytes = 0;
        while let Some(item) = items.message().await? {
            bytes += item.payload.len();
        }
        Ok(Response::new(Item { text: bytes.to_string(), payload: Vec::new() }))
    }

    async fn unary(&self, _: Request<Item>) -> Result<Response<Item>, Status> {
        Err(Status::unimplemented("not called"))
    }

    async fn open(&self, _: Request<Item>) -> Result<Response<Item>, Status> {
        Err(Status::unimplemented("not called"))
    }

    type BidiStream = Items;

    async fn bidi(&self, _: Request<Streaming<Item>>) -> Result<Response<Items>, Status> {
        Err(Status::unimplemented("not called"))
    }
}
