//! A server whose streams are open until their access token expires, and one that is followed for longer than that.
//!
//! The three APIs have no streams. This serves the tests' own protos behind the program's very door, and is
//! configured as that is: `streams serve --issuer URL --audience NAME [--jwks FILE] [--allow-origin ORIGIN]…`
//! By its clock an hour passes at each SIGUSR1. The log says `open` once a stream is such that it may be ended: what is to
//! come before is on its way.
//! `ENDS_LATE` is by how many seconds later it ends streams than it says in their heads.
//! `KINDS_DESCRIPTOR_SET` names a file with other rules for `kinds.v1`: that of a proto that was changed and compiled again.

#[path = "streams/events.rs"]
mod events;
#[path = "streams/hours.rs"]
mod hours;
#[path = "streams/kinds.rs"]
mod kinds;

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use sekisho::Services;
use sekisho::authorizer::Issuer;
use sekisho_server::cli::{Command, parse};
use sekisho_server::config::ServerSettings;
use sekisho_server::server::{self, Config, Listeners};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tonic::{Request, Response, Status, Streaming};

#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, reason = "generated")]
mod proto {
    tonic::include_proto!("streaming.v1");
}

use hours::Hours;
use proto::{Item, defaulted_server, streaming_server};

const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("streams_descriptor_set");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = match parse(std::env::args_os(), std::env::vars_os()) {
        Ok(Command::Serve(settings, _)) => settings,
        Ok(_) => return Err("it can only serve".into()),
        Err(stop) => {
            stop.print()?;
            std::process::exit(stop.code().into());
        }
    };
    tracing_subscriber::fmt().json().flatten_event(true).with_writer(std::io::stderr).init();
    let mut issuers = Vec::new();
    for trusted in &settings.issuers {
        let keys = trusted.issuer.remote_keys()?;
        // Whoever reads where it listens may call at once.
        keys.readiness_other_than(false).await;
        issuers.push(trusted.with_keys(keys));
    }
    // Before anybody knows that it listens, and sends a signal.
    let late = std::env::var("ENDS_LATE").map_or(Ok(0), |seconds| seconds.parse())?;
    let hours = Hours::by_signal(Duration::from_secs(late))?;
    let grpc = TcpListener::bind(settings.server.grpc_listen).await?;
    tracing::info!(listener = "grpc", addr = %grpc.local_addr()?, "listening");
    let kinds = std::env::var_os("KINDS_DESCRIPTOR_SET").map(std::fs::read).transpose()?;
    let config = config(settings.server, issuers, kinds.as_deref(), hours);
    server::run(config, Listeners { grpc, web: None }, std::future::pending()).await?;
    Ok(())
}

fn config(server: ServerSettings, issuers: Vec<Issuer>, kinds: Option<&[u8]>, clock: Arc<Hours>) -> Config {
    let handlers = Handlers::default();
    let streams = Services::new(DESCRIPTOR_SET)
        .add_service(streaming_server::StreamingServer::new(handlers.clone()))
        .add_service(defaulted_server::DefaultedServer::new(handlers))
        .add_service(events::server());
    Config {
        services: match kinds {
            Some(descriptor_set) => kinds::register_by(streams, descriptor_set),
            None => kinds::register(streams),
        },
        issuers,
        report_only: server.report_only,
        clock,
        max_token_size: server.max_token_size,
        remembered_tokens: server.remembered_tokens,
        reflection: server.reflection,
        grpc_web: Some(server.allow_origins.unwrap_or_default()),
        allowed_headers: server.allow_headers,
        hosts: server.hosts,
        tls: server.tls,
        limits: server.limits,
        shutdown_grace: server.shutdown_grace,
    }
}

#[derive(Clone, Default)]
struct Handlers {
    go_on: Arc<Notify>,
}

type Items = Pin<Box<dyn Stream<Item = Result<Item, Status>> + Send>>;

/// Whoever ends streams waits for this. A stream comes to it when it is asked for more than it had at once.
fn tell_open() {
    tracing::info!("open");
}

fn item(text: &str) -> Item {
    Item { text: text.to_owned(), payload: Vec::new() }
}

#[tonic::async_trait]
impl streaming_server::Streaming for Handlers {
    type ServerStreamStream = Items;

    /// One message, and after somebody has called `Open` a second one and the end. Where the request's text is `busy`,
    /// there are messages without an end; where it is `silent`, none comes before `Open`, and where it is `late`, no
    /// response head either.
    async fn server_stream(&self, request: Request<Item>) -> Result<Response<Items>, Status> {
        let text = request.get_ref().text.as_str();
        if text == "busy" {
            return Ok(Response::new(Box::pin(events::busy(0, |_| item("another")))));
        }
        let go_on = Arc::clone(&self.go_on);
        if text == "late" {
            tell_open();
            go_on.notified().await;
            return Ok(Response::new(Box::pin(stream::once(async { Ok(item("second")) }))));
        }
        let at_once = (text != "silent").then(|| Ok(item("first")));
        let later = stream::once(async move {
            tell_open();
            go_on.notified().await;
            Ok(item("second"))
        });
        Ok(Response::new(Box::pin(stream::iter(at_once).chain(later))))
    }

    /// Lets the stream go on that waits, or else the next one.
    async fn open(&self, _: Request<Item>) -> Result<Response<Item>, Status> {
        self.go_on.notify_one();
        Ok(Response::new(Item::default()))
    }

    async fn unary(&self, _: Request<Item>) -> Result<Response<Item>, Status> {
        no_matter()
    }

    async fn client_stream(&self, _: Request<Streaming<Item>>) -> Result<Response<Item>, Status> {
        no_matter()
    }

    type BidiStream = Items;

    async fn bidi(&self, _: Request<Streaming<Item>>) -> Result<Response<Items>, Status> {
        no_matter()
    }
}

#[tonic::async_trait]
impl defaulted_server::Defaulted for Handlers {
    async fn inherits(&self, _: Request<Item>) -> Result<Response<Item>, Status> {
        no_matter()
    }

    async fn overrides(&self, _: Request<Item>) -> Result<Response<Item>, Status> {
        no_matter()
    }
}

/// What the proto has besides.
fn no_matter<T>() -> Result<T, Status> {
    Err(Status::unimplemented("No page calls it"))
}
