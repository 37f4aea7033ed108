//! `sekisho`: the development issuer is started first, and then asked for everything as any other would be.

mod scenario;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::scenario::scenario;
use super::page::{self, PageFacts, page_origin};
use super::{Bound, bind, hangup, set_up, stop_signal, stopped, tell_listening};
use crate::cli::{BannerFacts, Failure, banner, logging, output, request_token};
use crate::config::{DevelopmentSettings, TokenSettings};
use crate::services::MessageSize;
use sekisho::authorizer::Issuer;
use sekisho::clock::SystemClock;
use sekisho::jwks::{Discovery, HttpClient, HttpUrl, Keys, PlainHttp};
use sekisho_issuer::Builder;

/// `sekisho`
pub(in crate::cli) async fn development(settings: DevelopmentSettings) -> Result<(), Failure> {
    let _logging = logging::start(&settings.server.log)?;
    let bound = Bound::new(&settings.server).await?;
    let issuer_listener = bind(settings.issuer_listen, "--issuer-listen").await?;
    let stop = stop_signal()?;
    tell_listening("issuer", &issuer_listener)?;
    let audience = &settings.token.audience;
    let page_origin = bound.web_address()?.map(|web| page_origin(&settings.server, web));
    let issuer =
        LocalIssuer::start(issuer_listener, scenario(&settings, page_origin.as_deref()), stop.clone())
            .await?;
    let keys = issuer.keys(&settings)?;
    // Whoever reads the banner, or where it listens, may call at once.
    tokio::select! {
        () = keys.readiness_other_than(false) => {}
        () = stopped(stop.clone()) => return Ok(()),
    }
    let asked = TokenSettings::of_development(issuer.url.clone(), audience.as_str());
    let token = request_token(&asked).await.map_err(Failure::at_run_time)?;
    let program = std::env::args_os()
        .next()
        .and_then(|name| name.into_string().ok())
        .unwrap_or_else(|| "sekisho".to_owned());
    let addresses = bound.tell()?;
    let facts = BannerFacts {
        program: &program,
        grpc: addresses.grpc,
        page: page_origin,
        issuer: issuer.address,
        tls: settings.server.tls.is_some(),
        token: &token,
    };
    // Nobody may be there to read it; it serves all the same.
    output::print_beside(banner(&facts));
    // A failure is told at once: the issuer serves on until a signal, which may never come.
    let page = PageFacts {
        issuer: issuer.url.as_str(),
        audience,
        scope_prefix: &settings.token.scope_prefix,
        grpc: addresses.grpc,
        development: true,
    };
    let page = settings.server.page.as_ref().map(|client| page::page(client, &settings.server, &page));
    if let Some(tls) = settings.server.tls.clone() {
        hangup::reload_certificates_on_hangup(tls)?;
    }
    let message_size = MessageSize::from(settings.server.limits.message_size);
    let trusted = vec![Issuer::new(keys, settings.token.verifier())];
    set_up(&settings.server, trusted, &message_size, addresses)?.run(bound.with(page), stopped(stop)).await;
    issuer.serving.await.map_err(Failure::at_run_time)?.map_err(Failure::at_run_time)
}

impl Bound {
    /// Where the page is, before that is told: the issuer has to know it first.
    fn web_address(&self) -> Result<Option<SocketAddr>, Failure> {
        self.web.as_ref().map(TcpListener::local_addr).transpose().map_err(Failure::at_run_time)
    }
}

/// The development issuer, as it is seen from here: somebody at a URL.
struct LocalIssuer {
    address: SocketAddr,
    url: HttpUrl,
    serving: JoinHandle<io::Result<()>>,
}

impl LocalIssuer {
    /// One that stops when the process is told to: beside the server, and not after it.
    async fn start(
        listener: TcpListener,
        issuer: Builder,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        let issuer = issuer.start_on(listener).await.map_err(Failure::at_run_time)?;
        let url = HttpUrl::parse(issuer.url(), PlainHttp::LoopbackOnly).map_err(Failure::at_run_time)?;
        let address = issuer.address();
        let serving = tokio::spawn(async move {
            stopped(stop).await;
            issuer.stop().await
        });
        Ok(Self { address, url, serving })
    }

    fn keys(&self, settings: &DevelopmentSettings) -> Result<Keys, Failure> {
        let client = HttpClient::new(&[]).map_err(Failure::at_run_time)?;
        let source = Discovery::new(self.url.clone(), PlainHttp::LoopbackOnly, client);
        Ok(Keys::remote(source, settings.schedule, Arc::new(SystemClock::new())))
    }
}
