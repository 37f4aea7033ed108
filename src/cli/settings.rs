//! From sources to settings. Every value is judged, whatever became of the one before, so that all faults
//! are told at once.

mod server;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::bounded_file;
use super::judge::Judge;
use super::options as option;
use super::values;
use crate::config::{
    DevelopmentSettings, IssuerSettings, KeyLocation, Secret, ServeSettings, TokenRules, TokenSettings,
};
use crate::server::{Hosts, Reflection};
use sekisho::jwks::{
    Algorithm, FetchError, HttpClient, HttpUrl, InvalidKeySet, JwksFile, PlainHttp, Schedule,
};
use sekisho::token::TokenProfile;

/// The page's client at the development issuer.
const DEVELOPMENT_CLIENT: &str = "page";

/// The client that `sekisho token` asks as.
const COMMAND_LINE_CLIENT: &str = "cli";

/// The audience of the reference scenario.
const DEVELOPMENT_AUDIENCE: &str = "auth0-multiple-api";

impl Judge<'_> {
    pub(super) fn development(&mut self) -> DevelopmentSettings {
        for opt in [&option::ISSUER_URL, &option::JWKS, &option::CA_FILE, &option::SCOPE_PREFIX] {
            if let Some(given) = self.sources.get(opt) {
                let reason =
                    "development has an issuer of its own; use `sekisho serve` with one that is configured";
                self.fault(format!("{}: {reason}", given.origin));
            }
        }
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

    pub(super) fn serve(&mut self) -> Option<ServeSettings> {
        let server = self.server(values::address, Hosts::Any, Reflection::Off, None);
        self.check_plain_text(&server);
        let issuer = self.issuer();
        let audience = self.required(&option::AUDIENCE, values::name);
        let token = self.token_rules(audience.unwrap_or_default());
        Some(ServeSettings { server, issuer: issuer?, token })
    }

    pub(super) fn token(&mut self) -> Option<TokenSettings> {
        // Each is of use to one of the two issuers, and judged whichever is asked.
        let address = self.with_default(&option::ISSUER_LISTEN, unspecified(), values::loopback);
        let (ca_file, plain_http) = (self.ca_file(), self.plain_http());
        if self.sources.get(&option::ISSUER_URL).is_some() {
            self.token_of_issuer(ca_file, plain_http)
        } else {
            self.token_of_development(address)
        }
    }

    fn token_of_development(&mut self, address: SocketAddr) -> Option<TokenSettings> {
        let issuer = HttpUrl::parse(&format!("http://{address}/"), PlainHttp::LoopbackOnly).ok()?;
        let audience = self.optional(&option::AUDIENCE, values::name);
        let mut settings = TokenSettings::of_development(
            issuer,
            audience.unwrap_or_else(|| DEVELOPMENT_AUDIENCE.to_owned()),
        );
        if let Some(scope) = self.optional(&option::SCOPE, scopes) {
            settings.scope = Some(scope);
        }
        if let Some(expires_in) = self.optional(&option::EXPIRES_IN, values::whole_seconds) {
            settings.expires_in = Some(expires_in);
        }
        // The variables hold another issuer's credentials: they are not for whoever listens here.
        if let Some(id) = self.by_flag(&option::CLIENT_ID, values::name) {
            settings.client_id = id;
        }
        if let Some(secret) = self.by_flag(&option::CLIENT_SECRET, values::name) {
            settings.client_secret = Secret(secret);
        }
        Some(settings)
    }

    fn token_of_issuer(&mut self, ca_file: Vec<u8>, plain_http: PlainHttp) -> Option<TokenSettings> {
        let issuer = self.required(&option::ISSUER_URL, |text| values::issuer(text, plain_http));
        let client_id = self.required(&option::CLIENT_ID, values::name);
        let client_secret = self.required(&option::CLIENT_SECRET, values::name);
        if let Some(given) = self.sources.get(&option::EXPIRES_IN) {
            self.fault(format!(
                "{}: only the development issuer lets a caller choose; leave it out with --issuer",
                given.origin
            ));
        }
        Some(TokenSettings {
            plain_http,
            ca_file,
            scope: self.optional(&option::SCOPE, scopes),
            audience: self.optional(&option::AUDIENCE, values::name),
            expires_in: None,
            issuer: issuer?,
            client_id: client_id?,
            client_secret: Secret(client_secret?),
        })
    }
}

impl Judge<'_> {
    fn issuer(&mut self) -> Option<IssuerSettings> {
        let plain_http = self.plain_http();
        let issuer = self.issuer_name(plain_http);
        let keys = self.optional(&option::JWKS, |text| {
            let location = values::key_location(text, plain_http)?;
            check_file(&location).map(|()| location)
        });
        let (schedule, ca_file) = (self.schedule(), self.ca_file());
        let (name, keys) = match issuer? {
            IssuerName::Url(url) => (url.to_string(), keys.unwrap_or(KeyLocation::Discovered(url))),
            IssuerName::Text(name) => (name, keys?),
        };
        Some(IssuerSettings { name, keys, schedule, ca_file, plain_http })
    }

    /// An issuer that something is fetched from has a URL: its keys, or by a browser what the page logs in with.
    fn issuer_name(&mut self, plain_http: PlainHttp) -> Option<IssuerName> {
        let is_discovered = self.sources.is_missing(&option::JWKS);
        let way_out = if is_discovered {
            "with --jwks, which says where its keys are, an issuer may have any name"
        } else if self.sources.get(&option::PAGE_CLIENT_ID).is_some() {
            "the page (--client-id) logs in there"
        } else {
            return self.required(&option::ISSUER_URL, values::issuer_name).map(IssuerName::Text);
        };
        let issuer = self.required(&option::ISSUER_URL, |text| {
            values::issuer(text, plain_http).map_err(|reason| format!("{reason}; {way_out}"))
        });
        issuer.map(IssuerName::Url)
    }

    fn plain_http(&mut self) -> PlainHttp {
        let dangerous = self.optional(&option::DANGEROUS_ALLOW_PLAIN_HTTP, values::switch);
        if dangerous == Some(true) { PlainHttp::DangerousAnywhere } else { PlainHttp::LoopbackOnly }
    }

    fn ca_file(&mut self) -> Vec<u8> {
        self.optional(&option::CA_FILE, certificates).unwrap_or_default()
    }

    fn schedule(&mut self) -> Schedule {
        Schedule {
            refresh: self.duration(&option::JWKS_REFRESH, values::interval),
            cooldown: self.duration(&option::JWKS_COOLDOWN, values::interval),
            max_stale: self.duration(&option::JWKS_MAX_STALE, values::interval),
        }
    }

    fn token_rules(&mut self, audience: String) -> TokenRules {
        TokenRules {
            audience,
            audience_claim: self.with_default(&option::AUDIENCE_CLAIM, String::new(), values::short_name),
            algorithms: self
                .list(&option::ALGORITHM, |text| text.parse::<Algorithm>().map_err(|e| e.to_string())),
            leeway: self.duration(&option::LEEWAY, values::leeway),
            scope_claims: self.list(&option::SCOPE_CLAIM, values::claim_path),
            scope_prefix: self.optional(&option::SCOPE_PREFIX, values::scope_prefix).unwrap_or_default(),
            profile: self.with_default(&option::TOKEN_PROFILE, TokenProfile::Any, |text| {
                text.parse::<TokenProfile>().map_err(|error| error.to_string())
            }),
            accept_bound_tokens: self
                .optional(&option::DANGEROUS_ACCEPT_BOUND_TOKENS, values::switch)
                .unwrap_or_default(),
        }
    }
}

/// What an issuer is called.
enum IssuerName {
    Url(HttpUrl),
    Text(String),
}

/// Stands in for an address that is at fault.
fn unspecified() -> SocketAddr {
    ([0, 0, 0, 0], 0).into()
}

fn scopes(text: &str) -> Result<String, String> {
    let scopes = text.parse::<sekisho::scope::ScopeSet>().map_err(|error| format!("{text:?}: {error}"))?;
    if scopes.is_empty() { Err("it names no scope".to_owned()) } else { Ok(scopes.to_string()) }
}

fn certificates(path: &str) -> Result<Vec<u8>, String> {
    const MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";
    let pem = bounded_file::read(path).map_err(|error| format!("{path}: {error}"))?;
    // A bundle of other things, such as a key, parses as well, and brings no root.
    if !pem.windows(MARK.len()).any(|window| window == MARK) {
        return Err(format!("{path}: there is no PEM certificate in it"));
    }
    HttpClient::new(&pem).map_err(|error| format!("{path}: {error}"))?;
    Ok(pem)
}

/// Keys from a file are read again at each refresh, so one that has no usable key yet may get some. One
/// that cannot be read, or is no set of keys at all, is a mistake to be told now.
fn check_file(location: &KeyLocation) -> Result<(), String> {
    let KeyLocation::File(path) = location else { return Ok(()) };
    match JwksFile::new("", PathBuf::from(path)).read() {
        Ok(_) | Err(FetchError::KeySet { error: InvalidKeySet::NoUsableKey { .. }, .. }) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
