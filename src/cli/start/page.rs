//! The page, as it is told of where it is served.

use std::net::SocketAddr;

use crate::cli::Failure;
use crate::config::{PageSettings, ServerSettings};
use crate::server::AllowedOrigins;
use crate::web::{Page, PageConfig};
use sekisho::scope::ScopePrefix;

/// The scopes of the reference scenario: not that of api3, which therefore refuses.
const SCOPES: [&str; 2] = ["api1:read:status", "api2:read:status"];

/// What of the page is the same wherever it listens.
pub(super) struct PageFacts<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    pub(super) scope_prefix: &'a ScopePrefix,
    pub(super) grpc: SocketAddr,
    pub(super) development: bool,
}

pub(super) fn page(settings: &PageSettings, server: &ServerSettings, facts: &PageFacts<'_>) -> Page {
    Page::new(PageConfig {
        issuer: facts.issuer.to_owned(),
        client_id: settings.client_id.clone(),
        audience: facts.audience.to_owned(),
        grpc_url: format!("{}://{}", scheme(server), facts.grpc),
        scopes: SCOPES.map(str::to_owned).to_vec(),
        scope_prefix: facts.scope_prefix.clone(),
        development: facts.development,
        connect_origins: settings.connect_origins.iter().map(ToString::to_string).collect(),
    })
}

/// The origin that a browser on this machine has the page by.
pub(super) fn page_origin(server: &ServerSettings, web: SocketAddr) -> String {
    format!("{}://localhost:{}", scheme(server), web.port())
}

/// Whose pages may call: those that were named, or else the page itself, as the server that runs serves it.
pub(super) fn allowed_origins(
    named: Option<&AllowedOrigins>,
    runs_with: &ServerSettings,
    web: Option<SocketAddr>,
) -> Result<AllowedOrigins, Failure> {
    match (named, web) {
        (Some(named), _) => Ok(named.clone()),
        (None, None) => Ok(AllowedOrigins::default()),
        (None, Some(web)) => {
            let origin = page_origin(runs_with, web).parse().map_err(Failure::at_run_time)?;
            Ok(AllowedOrigins::Listed(vec![origin]))
        }
    }
}

fn scheme(server: &ServerSettings) -> &'static str {
    if server.tls.is_some() { "https" } else { "http" }
}
