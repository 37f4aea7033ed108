//! Starting the servers: bind, tell where, serve until told to stop.

#[cfg(feature = "development")]
mod development;
mod hangup;
mod issuers;
mod page;
mod reading;
mod reload;
mod stop;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

#[cfg(feature = "development")]
pub(super) use development::development;
use stop::{stop_signal, stopped};

use super::{Failure, Reread, logging};
use crate::config::{ServeSettings, ServerSettings};
use crate::server::{Config, Listeners, Server};
use crate::services::{MessageSize, three_apis};
use crate::web::Page;
use hangup::Hangups;
use page::PageFacts;
use reading::Reading;
use reload::Running;
use sekisho::authorizer::Issuer;
use sekisho::clock::SystemClock;

/// `sekisho serve`
pub(super) async fn serve(settings: ServeSettings, reread: Reread) -> Result<(), Failure> {
    let logging = logging::start(&settings.server.log)?;
    // Whoever changes a file while this starts does not end it: the file is read again once it serves.
    let (stop, hangups) = (stop_signal()?, Hangups::listen()?);
    // Before anybody can connect: whoever calls at once is not turned away for want of keys that are at hand.
    let at_hand = tokio::select! {
        keys = issuers::keys_at_hand(&settings.issuers) => keys,
        () = stopped(stop.clone()) => return Ok(()),
    };
    let bound = Bound::new(&settings.server).await?;
    let issuers = issuers::issuers(&settings.issuers, at_hand)?;
    let addresses = bound.tell()?;
    let page = settings.server.page.as_ref().zip(settings.issuers.first()).map(|(page, first)| {
        let facts = PageFacts {
            issuer: first.issuer.name.as_str(),
            audience: &first.token.audience,
            scope_prefix: &first.token.scope_prefix,
            grpc: addresses.grpc,
            development: false,
        };
        page::page(page, &settings.server, &facts)
    });
    let message_size = MessageSize::from(settings.server.limits.message_size);
    let server = set_up(&settings.server, issuers, &message_size, addresses)?;
    let (control, filters) = (server.control(), logging.filters.clone());
    let (web, page_of) = (addresses.web, settings.issuers.first().cloned());
    let reading = Reading::default();
    let running = Running { settings, reread, reading, control, message_size, filters, web, page_of };
    hangup::reload_on_hangup(hangups, running);
    server.run(bound.with(page), stopped(stop)).await;
    Ok(())
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

/// `sekisho` of a build that has no issuer of its own.
#[cfg(not(feature = "development"))]
#[expect(clippy::unused_async, reason = "as it is where there is one")]
pub(super) async fn development(_: crate::config::DevelopmentSettings) -> Result<(), Failure> {
    let message =
        "this build has no development issuer; use `sekisho serve`, or build with the feature `development`";
    Err(Failure { message: message.to_owned(), code: 2 })
}

/// A server of these settings, which serves nobody yet.
fn set_up(
    settings: &ServerSettings,
    issuers: Vec<Issuer>,
    message_size: &MessageSize,
    addresses: Addresses,
) -> Result<Server, Failure> {
    let allowed_origins = page::allowed_origins(settings.allow_origins.as_ref(), settings, addresses.web)?;
    let mut limits = settings.limits.clone();
    limits.connections = connections_that_fit(limits.connections);
    let config = Config {
        services: three_apis(message_size.clone()),
        issuers,
        report_only: settings.report_only,
        clock: Arc::new(SystemClock::new()),
        max_token_size: settings.max_token_size,
        remembered_tokens: settings.remembered_tokens,
        reflection: settings.reflection,
        grpc_web: Some(allowed_origins),
        allowed_headers: settings.allow_headers.clone(),
        hosts: settings.hosts,
        tls: settings.tls.clone(),
        limits,
        shutdown_grace: settings.shutdown_grace,
    };
    Server::new(config).map_err(Failure::at_run_time)
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
