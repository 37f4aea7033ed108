//! An issuer that is trusted: who it is, where its keys are, how its tokens are judged.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sekisho::authorizer::Issuer;
use sekisho::clock::SystemClock;
use sekisho::jwks::{
    Algorithm, Discovery, FixedUrl, HttpClient, HttpUrl, InvalidCertificates, JwksFile, Keys, PlainHttp,
    Schedule,
};
use sekisho::scope::{ScopePrefix, ScopeSet};
use sekisho::token::{ClaimPath, TokenProfile, Verifier};

/// An issuer whose tokens are accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct TrustedIssuer {
    /// What its table calls it; nothing where it is described by flags, and is the only one.
    pub name: Option<String>,
    /// Whether the server is ready only once it had keys of this issuer.
    pub required: bool,
    /// Who it is.
    pub issuer: IssuerSettings,
    /// How its tokens are judged.
    pub token: TokenRules,
}

impl TrustedIssuer {
    /// The issuer, with keys of its own.
    pub fn with_keys(&self, keys: Keys) -> Issuer {
        let issuer = Issuer::new(keys, self.token.verifier()).required(self.required);
        match &self.name {
            Some(name) => issuer.named(name),
            None => issuer,
        }
    }

    /// What people call it: its name, or else its `iss`.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.issuer.name)
    }
}

/// An issuer and its keys.
#[derive(Debug, Clone, PartialEq)]
pub struct IssuerSettings {
    /// Its name, as it was written. Where its keys are discovered, it is the URL that is asked; else it may be any text.
    pub name: String,
    /// Where its keys are.
    pub keys: KeyLocation,
    /// When they are fetched.
    pub schedule: Schedule,
    /// Roots that are trusted besides the usual ones: PEM, may be empty.
    pub ca_file: Vec<u8>,
    /// Where `http` may be spoken.
    pub plain_http: PlainHttp,
}

impl IssuerSettings {
    /// Keys that are fetched beside the calls, since their issuer may be down.
    ///
    /// # Errors
    /// [`InvalidCertificates`] where [`Self::ca_file`] has none.
    pub fn remote_keys(&self) -> Result<Keys, InvalidCertificates> {
        let (schedule, clock) = (self.schedule, Arc::new(SystemClock::new()));
        Ok(match self.source()? {
            Source::Discovered(source) => Keys::remote(source, schedule, clock),
            Source::Url(source) => Keys::remote(source, schedule, clock),
            Source::File(source) => Keys::remote(source, schedule, clock),
        })
    }

    /// The same, with those that are held already, which are of this issuer and from this place. They serve until others
    /// are fetched.
    ///
    /// # Errors
    /// [`InvalidCertificates`] where [`Self::ca_file`] has none.
    pub fn keys_after(&self, held: &Keys) -> Result<Keys, InvalidCertificates> {
        Ok(match self.source()? {
            Source::Discovered(source) => held.fetched_from(source, self.schedule),
            Source::Url(source) => held.fetched_from(source, self.schedule),
            Source::File(source) => held.fetched_from(source, self.schedule),
        })
    }

    /// The same, with those that are held already, which are of this issuer and not from this place. They serve until the
    /// first fetch is over, and are given up where it fails.
    ///
    /// # Errors
    /// [`InvalidCertificates`] where [`Self::ca_file`] has none.
    pub fn keys_until_fetched(&self, held: &Keys) -> Result<Keys, InvalidCertificates> {
        Ok(match self.source()? {
            Source::Discovered(source) => held.held_until_fetched_from(source, self.schedule),
            Source::Url(source) => held.held_until_fetched_from(source, self.schedule),
            Source::File(source) => held.held_until_fetched_from(source, self.schedule),
        })
    }

    fn source(&self) -> Result<Source, InvalidCertificates> {
        let name = self.name.as_str();
        // It reads the roots of the system, some hundred files, which a file of keys does not need.
        let client = || HttpClient::new(&self.ca_file);
        Ok(match &self.keys {
            KeyLocation::Discovered(url) => {
                Source::Discovered(Discovery::new(url.clone(), self.plain_http, client()?))
            }
            KeyLocation::Url(url) => Source::Url(FixedUrl::new(name, url.clone(), client()?)),
            KeyLocation::File(path) => Source::File(JwksFile::new(name, path)),
        })
    }
}

/// What fetches keys, by where they are.
enum Source {
    Discovered(Discovery),
    Url(FixedUrl),
    File(JwksFile),
}

/// Where an issuer's keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyLocation {
    /// Where the metadata of the issuer at this URL says.
    Discovered(HttpUrl),
    /// At a URL.
    Url(HttpUrl),
    /// In a file.
    File(PathBuf),
}

/// How tokens are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRules {
    /// What the audience claim has to name.
    pub audience: String,
    /// The claim that names it.
    pub audience_claim: String,
    /// The algorithms that are accepted.
    pub algorithms: Vec<Algorithm>,
    /// By how much clocks may differ.
    pub leeway: Duration,
    /// The claims that say which client asked for the token; the first that is there counts.
    pub client_claims: Vec<ClaimPath>,
    /// Further claims that handlers may ask for.
    pub keep_claims: Vec<ClaimPath>,
    /// Further claims that are logged, which handlers may ask for as well.
    pub log_claims: Vec<ClaimPath>,
    /// The claims whose scopes count.
    pub scope_claims: Vec<ClaimPath>,
    /// What the issuer writes before their names.
    pub scope_prefix: ScopePrefix,
    /// Scopes that exact subjects have besides those of their tokens.
    pub scopes_of: BTreeMap<String, ScopeSet>,
    /// How strictly a token has to say that it is an access token.
    pub profile: TokenProfile,
    /// Whether tokens that are bound to their sender are accepted without a look at the binding.
    pub accept_bound_tokens: bool,
}

impl TokenRules {
    /// A verifier that judges so.
    pub fn verifier(&self) -> Verifier {
        let verifier = Verifier::new(self.audience.as_str())
            .audience_claim(self.audience_claim.as_str())
            .algorithms(self.algorithms.iter().copied())
            .leeway(self.leeway)
            .client_claims(self.client_claims.iter().cloned())
            .keep_claims(self.keep_claims.iter().cloned())
            .log_claims(self.log_claims.iter().cloned())
            .scope_claims(self.scope_claims.iter().cloned())
            .scope_prefix(self.scope_prefix.clone())
            .profile(self.profile);
        let verifier = self.scopes_of.iter().fold(verifier, |verifier, (subject, scopes)| {
            verifier.scopes_of(subject.as_str(), scopes.clone())
        });
        if self.accept_bound_tokens { verifier.dangerous_accept_bound_tokens() } else { verifier }
    }
}
