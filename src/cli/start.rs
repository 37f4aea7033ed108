//! Starting the servers: bind, tell where, serve until told to stop.

#[cfg(feature = "development")]
mod development;
mod stop;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

#[cfg(feature = "development")]
pub(super) use development::development;
use stop::{stop_signal, stopped};

use super::Failure;
use crate::authorizer::Issuer;
use crate::clock::SystemClock;
use crate::config::{IssuerSettings, KeyLocation, LogFormat, LogSettings, ServeSettings, ServerSettings};
use crate::jwks::{Discovery, FixedUrl, HttpClient, JwksFile, Keys};
use crate::server::{self, Config, Listeners, Services, SetupError};

/// `sekisho serve`
pub(super) async fn serve(settings: ServeSettings) -> Result<(), Failure> {
    start_logging(&settings.server.log)?;
    let listener = bind(settings.server.grpc_listen, "--grpc-listen").await?;
    let keys = keys_of(&settings.issuer)?;
    let issuer = Issuer::new(keys, settings.token.verifier());
    let stop = stop_signal()?;
    tell_listening("grpc", &listener)?;
    run(settings.server, issuer, listener, stop).await
}

fn keys_of(issuer: &IssuerSettings) -> Result<Keys, Failure> {
    let client = HttpClient::new(&issuer.ca_file).map_err(Failure::at_run_time)?;
    let clock = Arc::new(SystemClock::new());
    let name = issuer.url.as_str();
    Ok(match &issuer.keys {
        KeyLocation::Discovered => Keys::remote(
            Discovery::new(issuer.url.clone(), issuer.plain_http, client),
            issuer.schedule,
            clock,
        ),
        KeyLocation::Url(url) => {
            Keys::remote(FixedUrl::new(name, url.clone(), client), issuer.schedule, clock)
        }
        KeyLocation::File(path) => Keys::remote(JwksFile::new(name, path), issuer.schedule, clock),
    })
}

/// `sekisho` of a build that has no issuer of its own.
#[cfg(not(feature = "development"))]
#[expect(clippy::unused_async, reason = "as it is where there is one")]
pub(super) async fn development(_: crate::config::DevelopmentSettings) -> Result<(), Failure> {
    let message =
        "this build has no development issuer; use `sekisho serve`, or build with the feature `development`";
    Err(Failure { message: message.to_owned(), code: 2 })
}

async fn run(
    settings: ServerSettings,
    issuer: Issuer,
    grpc: TcpListener,
    stop: watch::Receiver<bool>,
) -> Result<(), Failure> {
    raise_open_files(settings.limits.connections);
    let config = Config {
        services: Services::three_apis(settings.limits.message_size),
        issuer,
        clock: Arc::new(SystemClock::new()),
        max_token_size: settings.max_token_size,
        reflection: settings.reflection,
        grpc_web: Some(settings.allow_origins),
        tls: settings.tls,
        limits: settings.limits,
        shutdown_grace: settings.shutdown_grace,
    };
    server::run(config, Listeners { grpc }, stopped(stop))
        .await
        .map_err(|error: SetupError| Failure::at_run_time(error))
}

/// A connection is an open file. Most systems let a process have few of them until it asks for more.
fn raise_open_files(connections: usize) {
    const OTHERS: u64 = 64;
    let wanted = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHERS);
    match rlimit::increase_nofile_limit(wanted) {
        Ok(allowed) if allowed < wanted => tracing::warn!(
            allowed,
            wanted,
            "the system lets this process have fewer open files than --max-connections; some will wait"
        ),
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the number of open files could not be raised"),
    }
}

async fn bind(address: SocketAddr, flag: &str) -> Result<TcpListener, Failure> {
    let failed = |error| Failure::at_run_time(format!("{flag}: cannot listen on {address}: {error}"));
    TcpListener::bind(address).await.map_err(failed)
}

fn tell_listening(listener: &'static str, socket: &TcpListener) -> Result<SocketAddr, Failure> {
    let addr = socket.local_addr().map_err(Failure::at_run_time)?;
    tracing::info!(listener, %addr, "listening");
    Ok(addr)
}

fn start_logging(log: &LogSettings) -> Result<(), Failure> {
    use std::io::IsTerminal as _;
    let filter = tracing_subscriber::EnvFilter::try_new(&log.filter).map_err(Failure::at_run_time)?;
    // Below this level h2 shows heads that it cannot read, and whatever token somebody put into them.
    let filter = filter.add_directive("h2=info".parse().map_err(Failure::at_run_time)?);
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = match log.format {
        LogFormat::Text => subscriber.with_ansi(io::stderr().is_terminal()).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
    started.map_err(Failure::at_run_time)
}
