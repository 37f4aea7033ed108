//! Assembly: services and policy, the listener's connections, health, and an end in bounded time.

mod assembly;
mod connection;
mod control;
mod door;
mod hosts;
mod limits;
mod listener;
mod slots;
mod tls;

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub(crate) use assembly::with_health_and_reflection;
pub use assembly::{Reflection, SetupError};
pub use control::Control;
pub use door::{AllowedHeader, AllowedOrigins, InvalidHeader, InvalidOrigin, Origin};
pub use hosts::Hosts;
pub use limits::{KeepAlive, Limits};
pub use tls::{
    Certificate, CertificateFiles, ClientCa, ClientCertificate, Reloaded, Tls, TlsError, TlsFault, TlsFile,
    TlsFiles,
};

use crate::web::Page;
use assembly::{Access, log_readiness};
use connection::{HttpService, Serving};
use door::Door;
use hosts::ByHost;
use sekisho::authorizer::Issuer;
use sekisho::clock::Clock;
use sekisho::{Protected, Services};

/// What a server is made of.
#[derive(Debug)]
pub struct Config {
    /// What it serves.
    pub services: Services,
    /// Whose tokens are accepted: at least one.
    pub issuers: Vec<Issuer>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How long the `authorization` entry may be, in bytes.
    pub max_token_size: usize,
    /// How many verified tokens are remembered; none where it is 0.
    pub remembered_tokens: usize,
    /// Whether no rule is enforced: what would be refused is only reported.
    pub report_only: bool,
    /// Who may ask what is served.
    pub reflection: Reflection,
    /// Whose pages may call over gRPC-Web. An empty list still serves clients that are no page; where there
    /// is no list at all, native gRPC alone is spoken.
    pub grpc_web: Option<AllowedOrigins>,
    /// What those pages may send besides what every client of gRPC-Web does.
    pub allowed_headers: Vec<AllowedHeader>,
    /// The names by which the listeners may be asked.
    pub hosts: Hosts,
    /// What the listeners show; plain text without.
    pub tls: Option<Tls>,
    /// What a peer may take.
    pub limits: Limits,
    /// How long calls in flight may go on once the server is told to stop.
    pub shutdown_grace: Duration,
}

/// Where it listens. Bound by the caller, so that a port can be chosen by the system and then be known.
#[derive(Debug)]
pub struct Listeners {
    /// gRPC, gRPC-Web, health and reflection.
    pub grpc: TcpListener,
    /// The page, if there is one.
    pub web: Option<(TcpListener, Page)>,
}

/// Serves until `shutdown`; then takes no more calls, says that it is not ready, and lets those in flight
/// finish for as long as `shutdown_grace`.
///
/// # Errors
/// [`SetupError`], before anything is served: what is registered is not what is declared, or a limit is none.
pub async fn run(
    config: Config,
    listeners: Listeners,
    shutdown: impl Future<Output = ()>,
) -> Result<(), SetupError> {
    Server::new(config)?.run(listeners, shutdown).await;
    Ok(())
}

/// A server that is set up, and serves nobody yet.
#[derive(Debug)]
pub struct Server {
    protected: Protected,
    control: Control,
    hosts: Hosts,
    tls: Option<Tls>,
    shutdown_grace: Duration,
}

impl Server {
    /// Sets one up.
    ///
    /// # Errors
    /// [`SetupError`]: what is registered is not what is declared, or a limit is none.
    pub fn new(config: Config) -> Result<Self, SetupError> {
        config.limits.check()?;
        let access = Access {
            issuers: config.issuers,
            report_only: config.report_only,
            clock: config.clock,
            max_token_size: config.max_token_size,
            remembered_tokens: config.remembered_tokens,
            reflection: config.reflection,
            message_size: config.limits.message_size,
        };
        let protected = access.protect(config.services)?;
        let web = config.grpc_web.as_ref().map(|origins| door::cors(origins, &config.allowed_headers));
        let control = Control::new(protected.authorizer().clone(), config.limits, web);
        let (hosts, tls, shutdown_grace) = (config.hosts, config.tls, config.shutdown_grace);
        Ok(Self { protected, control, hosts, tls, shutdown_grace })
    }

    /// By which it is changed while it runs.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Serves until `shutdown`, see [`run`].
    pub async fn run(self, listeners: Listeners, shutdown: impl Future<Output = ()>) {
        let health = self.protected.health_handle();
        // A set, so that they end with this, however this ends.
        let mut background = JoinSet::new();
        background.spawn(log_readiness(self.protected.authorizer().clone()));
        if let Some(tls) = self.tls.clone() {
            background.spawn(tls.follow());
        }
        let hosts = self.hosts;
        let (protected, control) = (self.protected.clone(), self.control.clone());
        let door = move |limits| ByHost::new(hosts, Door::new(protected.clone(), control.clone(), limits));
        let (stop, mut stopped) = watch::channel(());
        let page = async {
            let Some((listener, page)) = listeners.web else { return };
            let stopped = async {
                let _ = stopped.changed().await;
            };
            self.serve(listener, move |_| ByHost::new(hosts, page.clone()), stopped).await;
        };
        let shutdown = async {
            shutdown.await;
            stop.send_replace(());
            health.shutdown();
            background.shutdown().await;
        };
        tokio::join!(self.serve(listeners.grpc, door, shutdown), page);
    }

    async fn serve<S: HttpService>(
        &self,
        listener: TcpListener,
        service_of: impl Fn(Arc<Limits>) -> S + Send + Sync + 'static,
        shutdown: impl Future<Output = ()>,
    ) {
        let serving = Serving { service_of, tls: self.tls.clone(), control: self.control.clone() };
        listener::serve(listener, serving, self.shutdown_grace, shutdown).await;
    }
}

/// A service that answers every request.
type Answer = Result<http::Response<tonic::body::Body>, Infallible>;
