//! Starting the servers: bind, tell where, serve until told to stop.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{BannerFacts, Failure, banner, request_token};
use crate::authorizer::Issuer;
use crate::clock::SystemClock;
use crate::config::{
    DevelopmentSettings, IssuerSettings, KeyLocation, LogFormat, LogSettings, ServeSettings, ServerSettings,
    TokenSettings,
};
use crate::jwks::{Discovery, FixedUrl, HttpClient, HttpUrl, JwksFile, Keys, PlainHttp};
use crate::server::{self, Config, Limits, Listeners, Services, SetupError};

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

/// `sekisho`: the development issuer is started first, and then asked for everything as any other would be.
#[cfg(feature = "development")]
pub(super) async fn development(settings: DevelopmentSettings) -> Result<(), Failure> {
    use crate::development::issuer::{self, Options};

    start_logging(&settings.server.log)?;
    let grpc = bind(settings.server.grpc_listen, "--grpc-listen").await?;
    let issuer_listener = bind(settings.issuer_listen, "--issuer-listen").await?;
    let mut stop = stop_signal()?;
    let options = Options { audience: settings.token.audience.clone(), ..Options::default() };
    tell_listening("issuer", &issuer_listener)?;
    let issuer = issuer::Issuer::new(issuer_listener, options).map_err(Failure::at_run_time)?;
    let (issuer_address, url) = (issuer.address(), issuer.issuer_url().to_owned());
    let issuer_stop = stop.clone();
    let serving = tokio::spawn(issuer.serve(async move { stopped(issuer_stop).await }));

    let url = HttpUrl::parse(&url, PlainHttp::LoopbackOnly).map_err(Failure::at_run_time)?;
    let client = HttpClient::new(&[]).map_err(Failure::at_run_time)?;
    let source = Discovery::new(url.clone(), PlainHttp::LoopbackOnly, client);
    let keys = Keys::remote(source, settings.schedule, Arc::new(SystemClock::new()));
    // Whoever reads the banner, or where it listens, may call at once.
    tokio::select! {
        () = keys.readiness_other_than(false) => {}
        () = stopped(stop.clone()) => return Ok(()),
    }
    let token = request_token(&TokenSettings::of_development(url, settings.token.audience.as_str())).await;
    let token = token.map_err(Failure::at_run_time)?;
    let grpc_address = tell_listening("grpc", &grpc)?;
    let text = banner(&BannerFacts { grpc: grpc_address, issuer: issuer_address, token: &token });
    // Nobody may be there to read it; it serves all the same.
    let _ = write!(io::stdout(), "{text}").and_then(|()| io::stdout().flush());
    stop.mark_unchanged();
    let ended = run(settings.server, Issuer::new(keys, settings.token.verifier()), grpc, stop).await;
    serving.await.map_err(Failure::at_run_time)?.map_err(Failure::at_run_time)?;
    ended
}

/// `sekisho` of a build that has no issuer of its own.
#[cfg(not(feature = "development"))]
#[expect(clippy::unused_async, reason = "as it is where there is one")]
pub(super) async fn development(_: DevelopmentSettings) -> Result<(), Failure> {
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
    let config = Config {
        services: Services::three_apis(),
        issuer,
        clock: Arc::new(SystemClock::new()),
        max_token_size: settings.max_token_size,
        reflection: settings.reflection,
        limits: Limits::default(),
        shutdown_grace: settings.shutdown_grace,
    };
    server::run(config, Listeners { grpc }, stopped(stop))
        .await
        .map_err(|error: SetupError| Failure::at_run_time(error))
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
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = match log.format {
        LogFormat::Text => subscriber.with_ansi(io::stderr().is_terminal()).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
    started.map_err(Failure::at_run_time)
}

/// Becomes true at the first SIGTERM or SIGINT. They are listened for before anything is told to be there.
fn stop_signal() -> Result<watch::Receiver<bool>, Failure> {
    let mut stop = Signals::listen().map_err(Failure::at_run_time)?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        stop.received().await;
        tracing::info!("stopping");
        sender.send_replace(true);
        // Kept, so that nobody takes a sender that is gone for a signal.
        sender.closed().await;
    });
    Ok(receiver)
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "as on unix")]
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn received(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
