//! Starting the servers: bind, tell where, serve until told to stop.

#[cfg(feature = "development")]
mod development;
mod hangup;
mod page;
mod stop;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

#[cfg(feature = "development")]
pub(super) use development::development;
use stop::{stop_signal, stopped};

use super::{Failure, logging};
use crate::config::{IssuerSettings, KeyLocation, ServeSettings, ServerSettings};
use crate::server::{self, Config, Listeners, SetupError};
use crate::services::three_apis;
use crate::web::Page;
use page::PageFacts;
use sekisho::authorizer::Issuer;
use sekisho::clock::SystemClock;
use sekisho::jwks::{JwksFile, Keys};

/// `sekisho serve`
pub(super) async fn serve(settings: ServeSettings) -> Result<(), Failure> {
    let _logging = logging::start(&settings.server.log)?;
    let stop = stop_signal()?;
    // Before anybody can connect: whoever calls at once is not turned away for want of keys that are at hand.
    let at_hand = tokio::select! {
        keys = keys_at_hand(&settings.issuer) => keys,
        () = stopped(stop.clone()) => return Ok(()),
    };
    let bound = Bound::new(&settings.server).await?;
    let keys = at_hand.map_or_else(|| settings.issuer.remote_keys().map_err(Failure::at_run_time), Ok)?;
    let issuer = Issuer::new(keys, settings.token.verifier());
    let addresses = bound.tell()?;
    let facts = PageFacts {
        issuer: settings.issuer.name.as_str(),
        audience: &settings.token.audience,
        scope_prefix: &settings.token.scope_prefix,
        grpc: addresses.grpc,
        development: false,
    };
    let page = settings.server.page.as_ref().map(|page| page::page(page, &settings.server, &facts));
    run(settings.server, issuer, bound.with(page), addresses, stop).await
}

/// The listeners, before what they serve is known: that has their addresses in it.
struct Bound {
    grpc: TcpListener,
    web: Option<TcpListener>,
}

/// What was taken.
#[derive(Clone, Copy)]
struct Addresses {
    grpc: SocketAddr,
    web: Option<SocketAddr>,
}

impl Bound {
    async fn new(settings: &ServerSettings) -> Result<Self, Failure> {
        let grpc = bind(settings.grpc_listen, "--grpc-listen").await?;
        let web = match &settings.page {
            Some(page) => Some(bind(page.web_listen, "--web-listen").await?),
            None => None,
        };
        Ok(Self { grpc, web })
    }

    /// Tells where they listen, once whoever reads it may call.
    fn tell(&self) -> Result<Addresses, Failure> {
        let grpc = tell_listening("grpc", &self.grpc)?;
        let web = self.web.as_ref().map(|web| tell_listening("web", web)).transpose()?;
        Ok(Addresses { grpc, web })
    }

    fn with(self, page: Option<Page>) -> Listeners {
        Listeners { grpc: self.grpc, web: self.web.zip(page) }
    }
}

/// The keys of a file. None of one that has no usable key yet, or has gone since the configuration was judged; such a
/// file is read again beside the calls, and each time it is told what is wrong with it. Keys of which none is for an
/// algorithm that is accepted are told as held here, and given up once the issuer is set up.
async fn keys_at_hand(issuer: &IssuerSettings) -> Option<Keys> {
    let KeyLocation::File(path) = &issuer.keys else { return None };
    let file = JwksFile::new(issuer.name.as_str(), path);
    // First: a folder of another machine that does not answer takes as long as a fetch may.
    tracing::info!(file = &*path.to_string_lossy(), "the issuer's keys are read before anything is served");
    Keys::fetch(file, issuer.schedule, Arc::new(SystemClock::new())).await.ok()
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
    listeners: Listeners,
    addresses: Addresses,
    stop: watch::Receiver<bool>,
) -> Result<(), Failure> {
    if let Some(tls) = &settings.tls {
        hangup::reload_on_hangup(tls.clone())?;
    }
    let allowed_origins = page::allowed_origins(&settings, addresses.web)?;
    let mut limits = settings.limits;
    limits.connections = connections_that_fit(limits.connections);
    let config = Config {
        services: three_apis(limits.message_size),
        issuers: vec![issuer],
        report_only: false,
        clock: Arc::new(SystemClock::new()),
        max_token_size: settings.max_token_size,
        remembered_tokens: settings.remembered_tokens,
        reflection: settings.reflection,
        grpc_web: Some(allowed_origins),
        allowed_headers: settings.allow_headers,
        hosts: settings.hosts,
        tls: settings.tls,
        limits,
        shutdown_grace: settings.shutdown_grace,
    };
    server::run(config, listeners, stopped(stop))
        .await
        .map_err(|error: SetupError| Failure::at_run_time(error))
}

/// A connection is an open file, and most systems let a process have few of them until it asks for more. What
/// it is not given is taken from the connections: keys and certificates have to be read whoever connects.
fn connections_that_fit(connections: usize) -> usize {
    const OTHERS: u64 = 64;
    let wanted = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHERS);
    let allowed = rlimit::increase_nofile_limit(wanted).unwrap_or_else(|error| {
        tracing::warn!(error = error.to_string(), "the number of open files cannot be told");
        wanted
    });
    if allowed >= wanted {
        return connections;
    }
    let fit = allowed - OTHERS.min(allowed / 2);
    tracing::warn!(
        open_files = allowed,
        connections = fit,
        "the system allows fewer open files than --max-connections takes; so many connections are served"
    );
    usize::try_from(fit).unwrap_or(connections)
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

#[cfg(test)]
mod tests;
