//! From sources to settings. Every value is judged, whatever became of the one before, so that all faults
//! are told at once.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::options::{self as option, Opt};
use super::sources::{Given, Sources};
use super::text::one_line;
use super::values;
use crate::config::{
    DevelopmentSettings, HealthcheckSettings, IssuerSettings, KeyLocation, LogFormat, LogSettings, Secret,
    ServeSettings, ServerSettings, TokenRules, TokenSettings,
};
use crate::jwks::{Algorithm, HttpClient, HttpUrl, JwksFile, PlainHttp, Schedule};
use crate::server::Reflection;
use crate::token::TokenProfile;

/// The audience of the reference scenario.
const DEVELOPMENT_AUDIENCE: &str = "auth0-multiple-api";

/// Judges values, and gathers what is wrong. A value that is at fault is stood in for, so that judging can
/// go on; nothing is done with it, since there is a fault.
pub(super) struct Judge<'a> {
    sources: Sources<'a>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(sources: Sources<'a>) -> Self {
        Self { sources }
    }

    /// The settings, if nothing was wrong; else every fault.
    pub(super) fn finish<T>(self, settings: T) -> Result<T, Vec<String>> {
        let mut faults = Vec::new();
        for fault in self.sources.faults {
            // Some sources are asked twice.
            let fault = one_line(&fault);
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }

    fn fault(&mut self, text: String) {
        self.sources.faults.push(text);
    }

    fn judge<T>(&mut self, given: &Given, parse: impl Fn(&str) -> Result<T, String>) -> Option<Vec<T>> {
        let mut values = Vec::new();
        for text in &given.texts {
            match parse(text) {
                Ok(value) => values.push(value),
                Err(reason) => self.fault(format!("{}: {reason}", given.origin)),
            }
        }
        (values.len() == given.texts.len()).then_some(values)
    }

    fn optional<T>(&mut self, opt: &'static Opt, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let given = self.sources.get(opt)?;
        self.judge(&given, parse)?.pop()
    }

    fn by_flag<T>(&mut self, opt: &'static Opt, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let given = self.sources.by_flag(opt)?;
        self.judge(&given, parse)?.pop()
    }

    fn with_default<T>(
        &mut self,
        opt: &'static Opt,
        stand_in: T,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> T {
        if let Some(value) = self.optional(opt, &parse) {
            return value;
        }
        opt.default.and_then(|text| parse(text).ok()).unwrap_or(stand_in)
    }

    fn list<T>(&mut self, opt: &'static Opt, parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        if let Some(given) = self.sources.get(opt) {
            if given.texts.is_empty() {
                self.fault(format!("{}: it names nothing", given.origin));
            }
            return self.judge(&given, parse).unwrap_or_default();
        }
        opt.default.unwrap_or_default().split(',').filter_map(|text| parse(text).ok()).collect()
    }

    fn required<T>(&mut self, opt: &'static Opt, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let faults = self.sources.faults.len();
        if self.sources.get(opt).is_none() {
            // What is there but cannot be read is not missing as well.
            if self.sources.faults.len() == faults {
                let variable = opt.variable.map(|name| format!(" (or {name})")).unwrap_or_default();
                self.fault(format!("--{}{variable}: it is required", opt.name));
            }
            return None;
        }
        self.optional(opt, parse)
    }

    fn duration(&mut self, opt: &'static Opt, parse: fn(&str) -> Result<Duration, String>) -> Duration {
        self.with_default(opt, Duration::ZERO, parse)
    }
}

impl Judge<'_> {
    pub(super) fn development(&mut self) -> DevelopmentSettings {
        for opt in [&option::ISSUER_URL, &option::JWKS, &option::CA_FILE] {
            if let Some(given) = self.sources.get(opt) {
                let reason =
                    "development has an issuer of its own; use `sekisho serve` with one that is configured";
                self.fault(format!("{}: {reason}", given.origin));
            }
        }
        // Of no use to a loopback issuer, and judged like any other value.
        self.plain_http();
        DevelopmentSettings {
            server: self.server(values::loopback, Reflection::Public),
            issuer_listen: self.with_default(&option::ISSUER_LISTEN, unspecified(), values::loopback),
            token: {
                let audience = self.optional(&option::AUDIENCE, values::name);
                self.token_rules(audience.unwrap_or_else(|| DEVELOPMENT_AUDIENCE.to_owned()))
            },
            schedule: self.schedule(),
        }
    }

    pub(super) fn serve(&mut self) -> Option<ServeSettings> {
        let server = self.server(values::address, Reflection::Off);
        let issuer = self.issuer();
        let audience = self.required(&option::AUDIENCE, values::name);
        let token = self.token_rules(audience.unwrap_or_default());
        Some(ServeSettings { server, issuer: issuer?, token })
    }

    pub(super) fn healthcheck(&mut self) -> HealthcheckSettings {
        let mut address = self.with_default(&option::GRPC_LISTEN, unspecified(), values::address);
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv4() {
                [127, 0, 0, 1].into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        HealthcheckSettings { address }
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
    fn server(
        &mut self,
        listen: fn(&str) -> Result<SocketAddr, String>,
        reflection: Reflection,
    ) -> ServerSettings {
        ServerSettings {
            grpc_listen: self.with_default(&option::GRPC_LISTEN, unspecified(), listen),
            max_token_size: self.with_default(&option::MAX_TOKEN_SIZE, 0, values::token_size),
            reflection: self.with_default(&option::REFLECTION, reflection, values::reflection),
            shutdown_grace: self.duration(&option::SHUTDOWN_GRACE, values::duration),
            log: self.log(),
        }
    }

    fn log(&mut self) -> LogSettings {
        let format = self.with_default(&option::LOG_FORMAT, LogFormat::Text, values::log_format);
        let Some((filter, origin)) = self.sources.variable("RUST_LOG") else {
            return LogSettings { format, filter: "info".to_owned() };
        };
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&filter) {
            self.fault(format!("{origin}: {filter:?} names no levels: {error}"));
        }
        LogSettings { format, filter }
    }

    fn issuer(&mut self) -> Option<IssuerSettings> {
        let plain_http = self.plain_http();
        let url = self.required(&option::ISSUER_URL, |text| values::issuer(text, plain_http));
        let keys = self.optional(&option::JWKS, |text| {
            let location = values::key_location(text, plain_http)?;
            check_file(&location).map(|()| location)
        });
        let (schedule, ca_file) = (self.schedule(), self.ca_file());
        Some(IssuerSettings {
            url: url?,
            keys: keys.unwrap_or(KeyLocation::Discovered),
            schedule,
            ca_file,
            plain_http,
        })
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
            audience_claim: self.with_default(&option::AUDIENCE_CLAIM, String::new(), values::name),
            algorithms: self
                .list(&option::ALGORITHM, |text| text.parse::<Algorithm>().map_err(|e| e.to_string())),
            leeway: self.duration(&option::LEEWAY, values::leeway),
            scope_claims: self.list(&option::SCOPE_CLAIM, values::name),
            profile: self.with_default(&option::TOKEN_PROFILE, TokenProfile::Any, |text| {
                text.parse::<TokenProfile>().map_err(|error| error.to_string())
            }),
        }
    }
}

/// Stands in for an address that is at fault.
fn unspecified() -> SocketAddr {
    ([0, 0, 0, 0], 0).into()
}

fn scopes(text: &str) -> Result<String, String> {
    let scopes = text.parse::<crate::scope::ScopeSet>().map_err(|error| format!("{text:?}: {error}"))?;
    if scopes.is_empty() { Err("it names no scope".to_owned()) } else { Ok(scopes.to_string()) }
}

fn certificates(path: &str) -> Result<Vec<u8>, String> {
    const MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";
    let pem = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    // A bundle of other things, such as a key, parses as well, and brings no root.
    if !pem.windows(MARK.len()).any(|window| window == MARK) {
        return Err(format!("{path}: there is no PEM certificate in it"));
    }
    HttpClient::new(&pem).map_err(|error| format!("{path}: {error}"))?;
    Ok(pem)
}

/// Keys from a file are read again at each refresh; a file that never had any is a mistake to be told now.
fn check_file(location: &KeyLocation) -> Result<(), String> {
    let KeyLocation::File(path) = location else { return Ok(()) };
    JwksFile::new("", PathBuf::from(path)).read().map(drop).map_err(|error| error.to_string())
}
