//! From sources to settings. Every value is judged, whatever became of the one before, so that all faults
//! are told at once.

mod explain;
mod issuer;
mod issuers;
mod server;
mod tls;
mod token;

pub(super) use explain::JudgedBy;

use std::net::SocketAddr;
use std::time::Duration;

use super::judge::Judge;
use super::options as option;
use super::values;
use crate::config::{DevelopmentSettings, ServeSettings};
use crate::server::{Hosts, Reflection};

pub(super) use issuer::certificates;

/// The page's client at the development issuer.
const DEVELOPMENT_CLIENT: &str = "page";

/// The client that `sekisho token` asks as.
const COMMAND_LINE_CLIENT: &str = "cli";

/// The audience of the reference scenario.
const DEVELOPMENT_AUDIENCE: &str = "auth0-multiple-api";

impl Judge<'_> {
    pub(super) fn development(&mut self) -> DevelopmentSettings {
        self.refuse_other_issuers();
        let page = self.sources.get(&option::PAGE_CLIENT_ID);
        if let Some(given) = page.filter(|given| given.texts == [COMMAND_LINE_CLIENT]) {
            let reason = "the development issuer has a client of that name, the command line";
            self.fault(format!("{}: {reason}", given.origin));
        }
        // Of no use to a loopback issuer, and judged like any other value.
        self.plain_http();
        DevelopmentSettings {
            server: self.server(
                values::loopback,
                Hosts::LoopbackOnly,
                Reflection::Public,
                Some(DEVELOPMENT_CLIENT),
            ),
            issuer_listen: self.with_default(&option::ISSUER_LISTEN, unspecified(), values::loopback),
            token_lifetime: self.with_default(
                &option::ISSUER_TOKEN_LIFETIME,
                Duration::ZERO,
                values::whole_seconds,
            ),
            token: {
                let audience = self.optional(&option::AUDIENCE, values::name);
                self.token_rules(audience.unwrap_or_else(|| DEVELOPMENT_AUDIENCE.to_owned()))
            },
            schedule: self.schedule(),
        }
    }

    fn refuse_other_issuers(&mut self) {
        let has_its_own =
            "development has an issuer of its own; use `sekisho serve` with one that is configured";
        if self.sources.has_tables() {
            self.fault(format!("{}: {has_its_own}", self.sources.tables_origin()));
        }
        for opt in [&option::ISSUER_URL, &option::JWKS, &option::CA_FILE, &option::SCOPE_PREFIX] {
            if let Some(given) = self.sources.get(opt) {
                self.fault(format!("{}: {has_its_own}", given.origin));
            }
        }
    }

    pub(super) fn serve(&mut self) -> Option<ServeSettings> {
        let server = self.server(values::address, Hosts::Any, Reflection::Off, None);
        self.check_plain_text(&server);
        let has_page = self.sources.get(&option::PAGE_CLIENT_ID).is_some();
        Some(ServeSettings { server, issuers: self.issuers(has_page)? })
    }
}

/// Stands in for an address that is at fault.
fn unspecified() -> SocketAddr {
    ([0, 0, 0, 0], 0).into()
}
