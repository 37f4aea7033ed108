//! One issuer: who it is, where its keys are, how its tokens are judged.

use std::path::PathBuf;

use crate::cli::bounded_file::{self, Reading};
use crate::cli::judge::Judge;
use crate::cli::options as option;
use crate::cli::values;
use crate::config::{IssuerSettings, KeyLocation, TokenRules, TrustedIssuer};
use sekisho::jwks::{
    Algorithm, FetchError, HttpClient, HttpUrl, InvalidKeySet, JwksFile, PlainHttp, Schedule,
};
use sekisho::token::TokenProfile;

/// What is known of an issuer besides its options.
pub(super) struct Described {
    pub(super) name: Option<String>,
    pub(super) required: bool,
    /// Whether people log in there.
    pub(super) has_page: bool,
}

impl Judge<'_> {
    /// The issuer that is described by flags, or by the table that is judged now.
    pub(super) fn trusted_issuer(&mut self, described: &Described) -> Option<TrustedIssuer> {
        let issuer = self.issuer(described.has_page);
        let audience = self.required(&option::AUDIENCE, values::name);
        let token = self.token_rules(audience.unwrap_or_default());
        let Described { name, required, .. } = described;
        Some(TrustedIssuer { name: name.clone(), required: *required, issuer: issuer?, token })
    }

    fn issuer(&mut self, has_page: bool) -> Option<IssuerSettings> {
        let plain_http = self.plain_http();
        let issuer = self.issuer_name(plain_http, has_page);
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
    fn issuer_name(&mut self, plain_http: PlainHttp, has_page: bool) -> Option<IssuerName> {
        let is_discovered = self.sources.is_missing(&option::JWKS);
        let way_out = if is_discovered {
            "with --jwks, which says where its keys are, an issuer may have any name"
        } else if has_page {
            "the page (--client-id) logs in there"
        } else {
            return self.required(&option::ISSUER_URL, values::issuer_name).map(IssuerName::Text);
        };
        let issuer = self.required(&option::ISSUER_URL, |text| {
            values::issuer(text, plain_http).map_err(|reason| format!("{reason}; {way_out}"))
        });
        issuer.map(IssuerName::Url)
    }

    pub(super) fn plain_http(&mut self) -> PlainHttp {
        let dangerous = self.optional(&option::DANGEROUS_ALLOW_PLAIN_HTTP, values::switch);
        if dangerous == Some(true) { PlainHttp::DangerousAnywhere } else { PlainHttp::LoopbackOnly }
    }

    pub(super) fn ca_file(&mut self) -> Vec<u8> {
        let reading = self.sources.reading();
        self.optional(&option::CA_FILE, |path| certificates(path, reading)).unwrap_or_default()
    }

    pub(super) fn schedule(&mut self) -> Schedule {
        Schedule {
            refresh: self.duration(&option::JWKS_REFRESH, values::interval),
            cooldown: self.duration(&option::JWKS_COOLDOWN, values::interval),
            max_stale: self.duration(&option::JWKS_MAX_STALE, values::interval),
        }
    }

    pub(super) fn token_rules(&mut self, audience: String) -> TokenRules {
        TokenRules {
            audience,
            audience_claim: self.with_default(&option::AUDIENCE_CLAIM, String::new(), values::short_name),
            algorithms: self
                .list(&option::ALGORITHM, |text| text.parse::<Algorithm>().map_err(|e| e.to_string())),
            leeway: self.duration(&option::LEEWAY, values::leeway),
            scope_claims: self.list(&option::SCOPE_CLAIM, values::claim_path),
            client_claims: self.list(&option::CLIENT_CLAIM, values::claim_path),
            keep_claims: self.list(&option::KEEP_CLAIM, values::claim_path),
            log_claims: self.list(&option::LOG_CLAIM, values::claim_path),
            scopes_of: self.scopes_of(),
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

/// A bundle of roots, of which there is one at least.
pub(in crate::cli) fn certificates(path: &str, reading: Reading) -> Result<Vec<u8>, String> {
    const MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";
    let pem = bounded_file::read(path, reading).map_err(|error| format!("{path}: {error}"))?;
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
