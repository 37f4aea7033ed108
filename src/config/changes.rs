//! What is new in a configuration that was read again, and whether a running server can take it.

use std::fmt;
use std::time::Duration;

use super::{
    IssuerSettings, LogSettings, PageSettings, ServeSettings, ServerSettings, TokenRules, TrustedIssuer,
};
use crate::server::{ClientCa, KeepAlive, Limits, Tls, TlsFiles};
use sekisho::jwks::PlainHttp;

/// What is new, by the names of the flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Whose tokens are accepted.
    pub issuers: IssuerChanges,
    /// Other settings that can change while the server runs.
    pub settings: Vec<&'static str>,
    /// Settings that hold from the next start on.
    pub needs_restart: Vec<&'static str>,
}

/// Issuers by their names, or by their `iss` where they have none. What holds for the tokens of all of them, such as the
/// leeway, is among [`Changes::settings`], and makes none of them one that changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssuerChanges {
    /// Those that are trusted from now on.
    pub added: Vec<String>,
    /// Those that are not trusted any more.
    pub removed: Vec<String>,
    /// Those that stay, with other settings of their own.
    pub changed: Vec<String>,
    /// Those that stay come in another order. A token that names none of them is refused in the words of the first.
    pub is_reordered: bool,
}

/// Compares what a server runs with and what its configuration says now. `page_of` is the first issuer of its start, which
/// the page was told of.
pub fn changes(old: &ServeSettings, page_of: Option<&TrustedIssuer>, new: &ServeSettings) -> Changes {
    let (mut at_once, mut restart) = (Names::default(), Names::default());
    if let (Some(old), Some(new)) = (old.issuers.first(), new.issuers.first()) {
        at_once.of_all_issuers(old, new);
    }
    compare_servers(&old.server, &new.server, &mut at_once, &mut restart);
    if old.server.page.is_some() && new.server.page.is_some() {
        let told = page_of.map(told_to_page);
        restart.compare("the issuer of the page", &told, &new.issuers.first().map(told_to_page));
    }
    Changes {
        issuers: compare_issuers(&old.issuers, &new.issuers),
        settings: at_once.0,
        needs_restart: restart.0,
    }
}

/// What the page is told when it is made.
fn told_to_page(first: &TrustedIssuer) -> (&str, &str, &str) {
    (&first.issuer.name, &first.token.audience, first.token.scope_prefix.as_str())
}

fn compare_issuers(old: &[TrustedIssuer], new: &[TrustedIssuer]) -> IssuerChanges {
    let find = |all: &'_ [TrustedIssuer], wanted: &TrustedIssuer| {
        all.iter().position(|issuer| issuer.label() == wanted.label())
    };
    let missing_in = |others: &[TrustedIssuer], all: &[TrustedIssuer]| -> Vec<String> {
        let missing = all.iter().filter(|issuer| find(others, issuer).is_none());
        missing.map(|issuer| issuer.label().to_owned()).collect()
    };
    let stay: Vec<_> = new.iter().filter_map(|issuer| Some((find(old, issuer)?, issuer))).collect();
    let changed = stay.iter().filter(|(index, issuer)| own(&old[*index]) != own(issuer));
    IssuerChanges {
        added: missing_in(old, new),
        removed: missing_in(new, old),
        changed: changed.map(|(_, issuer)| issuer.label().to_owned()).collect(),
        is_reordered: !stay.is_sorted_by_key(|(index, _)| *index),
    }
}

/// An issuer without what holds for all of them.
fn own(issuer: &TrustedIssuer) -> TrustedIssuer {
    let TrustedIssuer { name, required, issuer, token } = issuer.clone();
    TrustedIssuer {
        name,
        required,
        issuer: IssuerSettings { plain_http: PlainHttp::default(), ..issuer },
        token: TokenRules {
            leeway: Duration::ZERO,
            keep_claims: Vec::new(),
            log_claims: Vec::new(),
            accept_bound_tokens: false,
            ..token
        },
    }
}

/// Names of settings that are not what they were.
#[derive(Default)]
struct Names(Vec<&'static str>);

impl Names {
    fn compare<T: PartialEq>(&mut self, name: &'static str, old: &T, new: &T) {
        if old != new {
            self.0.push(name);
        }
    }

    fn of_all_issuers(&mut self, old: &TrustedIssuer, new: &TrustedIssuer) {
        self.compare("dangerous-allow-plain-http", &old.issuer.plain_http, &new.issuer.plain_http);
        let (old, new) = (&old.token, &new.token);
        self.compare("leeway", &old.leeway, &new.leeway);
        self.compare("keep-claim", &old.keep_claims, &new.keep_claims);
        self.compare("log-claim", &old.log_claims, &new.log_claims);
        self.compare("dangerous-accept-bound-tokens", &old.accept_bound_tokens, &new.accept_bound_tokens);
    }

    fn of_limits(&mut self, old: &Limits, new: &Limits) {
        // Named one by one, so that a further one is not forgotten.
        let Limits {
            connections,
            concurrent_streams,
            header_list_size,
            frame_size,
            message_size,
            first_head,
            head,
            idle,
            keep_alive: KeepAlive { interval, timeout },
            connection_age,
            connection_age_grace,
        } = old;
        self.compare("max-connections", connections, &new.connections);
        self.compare("max-concurrent-streams", concurrent_streams, &new.concurrent_streams);
        self.compare("max-header-list-size", header_list_size, &new.header_list_size);
        self.compare("max-frame-size", frame_size, &new.frame_size);
        self.compare("max-message-size", message_size, &new.message_size);
        self.compare("first-head-timeout", first_head, &new.first_head);
        self.compare("head-timeout", head, &new.head);
        self.compare("idle-timeout", idle, &new.idle);
        self.compare("keep-alive-interval", interval, &new.keep_alive.interval);
        self.compare("keep-alive-timeout", timeout, &new.keep_alive.timeout);
        self.compare("max-connection-age", connection_age, &new.connection_age);
        self.compare("max-connection-age-grace", connection_age_grace, &new.connection_age_grace);
    }

    fn of_page(&mut self, old: Option<&PageSettings>, new: Option<&PageSettings>) {
        let (Some(old), Some(new)) = (old, new) else {
            return self.compare("client-id", &old.is_some(), &new.is_some());
        };
        let PageSettings { web_listen, client_id, connect_origins } = old;
        self.compare("web-listen", web_listen, &new.web_listen);
        self.compare("client-id", client_id, &new.client_id);
        self.compare("connect-origin", connect_origins, &new.connect_origins);
    }

    fn of_tls(&mut self, old: Option<&Tls>, new: Option<&Tls>) {
        let (Some(old), Some(new)) = (old, new) else {
            return self.compare("tls-certificate", &old.is_some(), &new.is_some());
        };
        self.compare("tls-reload", &old.reload_interval(), &new.reload_interval());
        let TlsFiles { server, client_ca } = old.files();
        let files = new.files();
        self.compare("tls-certificate", &server.certificate, &files.server.certificate);
        self.compare("tls-key", &server.key, &files.server.key);
        let ca_file = |ca: &Option<ClientCa>| ca.as_ref().map(|ca| ca.file.clone());
        self.compare("tls-client-ca", &ca_file(client_ca), &ca_file(&files.client_ca));
        if let (Some(old), Some(new)) = (client_ca, &files.client_ca) {
            self.compare("tls-client-certificate", &old.client, &new.client);
        }
    }
}

/// Every setting is in one of the two, or the same for as long as a program runs.
fn compare_servers(old: &ServerSettings, new: &ServerSettings, at_once: &mut Names, restart: &mut Names) {
    let ServerSettings {
        grpc_listen,
        allow_origins,
        allow_headers,
        hosts: _,
        page,
        tls,
        limits,
        max_token_size,
        remembered_tokens,
        report_only,
        reflection,
        shutdown_grace,
        log: LogSettings { format, calls, filter },
    } = old;
    at_once.compare("allow-origin", allow_origins, &new.allow_origins);
    at_once.compare("allow-header", allow_headers, &new.allow_headers);
    at_once.compare("max-token-size", max_token_size, &new.max_token_size);
    at_once.of_limits(limits, &new.limits);
    at_once.compare("log-calls", calls, &new.log.calls);
    at_once.compare("log-level", filter, &new.log.filter);
    restart.compare("grpc-listen", grpc_listen, &new.grpc_listen);
    restart.of_page(page.as_ref(), new.page.as_ref());
    restart.of_tls(tls.as_ref(), new.tls.as_ref());
    restart.compare("remember-tokens", remembered_tokens, &new.remembered_tokens);
    restart.compare("dangerous-report-only", report_only, &new.report_only);
    restart.compare("reflection", reflection, &new.reflection);
    restart.compare("shutdown-grace", shutdown_grace, &new.shutdown_grace);
    restart.compare("log-format", format, &new.log.format);
}

/// `changed: issuer keycloak, max-connections; needs a restart: grpc-listen`
impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let IssuerChanges { added, removed, changed, is_reordered } = &self.issuers;
        let issuers = [("issuer", changed), ("new issuer", added), ("removed issuer", removed)];
        let mut at_once: Vec<String> = Vec::new();
        for (what, labels) in issuers {
            at_once.extend(labels.iter().map(|label| format!("{what} {label}")));
        }
        at_once.extend(is_reordered.then(|| "the order of the issuers".to_owned()));
        at_once.extend(self.settings.iter().map(ToString::to_string));
        let parts = [("changed", at_once.join(", ")), ("needs a restart", self.needs_restart.join(", "))];
        let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
        let parts: Vec<_> = parts.map(|(what, names)| format!("{what}: {names}")).collect();
        if parts.is_empty() { f.write_str("nothing changed") } else { f.write_str(&parts.join("; ")) }
    }
}
