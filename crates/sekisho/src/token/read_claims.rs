//! Which claims are read, and for what.

use std::sync::Arc;

use super::kept_claims::KeptPath;
use super::{ClaimPath, Verifier};
use crate::json::Wanted;

/// Claims that are read whatever is configured.
static ALWAYS: [Wanted; 14] = [
    Wanted::member("iss"),
    Wanted::member("sub"),
    Wanted::member("aud"),
    Wanted::member("exp"),
    Wanted::member("nbf"),
    Wanted::member("iat"),
    Wanted::member("jti"),
    Wanted::member("client_id"),
    Wanted::member("cnf"),
    Wanted::member("typ"),
    Wanted::member("token_use"),
    Wanted::member("nonce"),
    Wanted::member("at_hash"),
    Wanted::member("c_hash"),
];

/// The claims of a verifier, by what they are for.
#[derive(Debug, Clone)]
pub(super) struct ReadClaims {
    pub(super) audience: String,
    pub(super) client: Vec<ClaimPath>,
    pub(super) scopes: Vec<ClaimPath>,
    /// For handlers.
    kept: Vec<ClaimPath>,
    logged: Vec<ClaimPath>,
    /// The two together, if there are any: made of them, and not anew for each token.
    pub(super) kept_paths: Option<Arc<[KeptPath]>>,
    /// All of them, and those that are always read; made in the same way.
    pub(super) wanted: Vec<Wanted>,
}

impl Default for ReadClaims {
    fn default() -> Self {
        let mut claims = Self {
            audience: "aud".to_owned(),
            client: vec![ClaimPath::top("client_id"), ClaimPath::top("azp")],
            scopes: vec![ClaimPath::top("scope"), ClaimPath::top("scp")],
            kept: Vec::new(),
            logged: Vec::new(),
            kept_paths: None,
            wanted: Vec::new(),
        };
        claims.gather();
        claims
    }
}

impl ReadClaims {
    fn gather(&mut self) {
        self.kept_paths = self.all_kept();
        let mut wanted = ALWAYS.to_vec();
        Wanted::add(&mut wanted, std::slice::from_ref(&self.audience));
        for claim in self.client.iter().chain(&self.scopes) {
            Wanted::add(&mut wanted, claim.names());
        }
        for kept in self.kept_paths.iter().flat_map(|paths| paths.iter()) {
            Wanted::add_tolerated(&mut wanted, kept.path().names());
        }
        self.wanted = wanted;
    }

    /// Each once.
    fn all_kept(&self) -> Option<Arc<[KeptPath]>> {
        let mut all: Vec<KeptPath> = Vec::new();
        let kept = self.kept.iter().map(|path| (path, false));
        for (path, is_logged) in kept.chain(self.logged.iter().map(|path| (path, true))) {
            match all.iter_mut().find(|kept| kept.path() == path) {
                Some(same) if is_logged => same.log(),
                Some(_) => {}
                None => all.push(KeptPath::new(path.clone(), is_logged)),
            }
        }
        (!all.is_empty()).then(|| all.into())
    }
}

/// Which claims are read. A path is parsed before it is given, so that a wrong one is a fault of the configuration and not
/// of a token. Each of the functions replaces what was set by it before.
impl Verifier {
    /// The claim that names the audience, for issuers that put no `aud` in access tokens: a name, and no path. An
    /// `aud` that is there all the same has to name the audience too (RFC 7519 §4.1.3).
    #[must_use]
    pub fn audience_claim(self, claim: impl Into<String>) -> Self {
        self.reading(|claims| claims.audience = claim.into())
    }

    /// The claims whose scopes count, in place of `scope` and `scp`; by name, or by path where they are within others:
    ///
    /// ```
    /// # use sekisho::token::{InvalidClaimPath, Verifier};
    /// let claims = ["scope".parse()?, "realm_access.roles".parse()?];
    /// let verifier = Verifier::new("orders").scope_claims(claims);
    /// # Ok::<(), InvalidClaimPath>(())
    /// ```
    #[must_use]
    pub fn scope_claims(self, claims: impl IntoIterator<Item = ClaimPath>) -> Self {
        self.reading(|read| read.scopes = claims.into_iter().collect())
    }

    /// The claims that name the client, in place of `client_id` (RFC 9068 §2.2) and `azp`: `cid` for Okta, `appid` for
    /// tokens of Entra ID's version 1.0. The first that a token has is its client. With none, no token has a client.
    ///
    /// A token is refused where one of them is there and is no string, whichever it is. One whose path leads through what is
    /// no object is not there. RFC 9068's profile requires `client_id` besides.
    ///
    /// ```
    /// # use sekisho::token::{InvalidClaimPath, Verifier};
    /// let verifier = Verifier::new("api://default").client_claims(["cid".parse()?]);
    /// # Ok::<(), InvalidClaimPath>(())
    /// ```
    #[must_use]
    pub fn client_claims(self, claims: impl IntoIterator<Item = ClaimPath>) -> Self {
        self.reading(|read| read.client = claims.into_iter().collect())
    }

    /// Further claims, for handlers: [`Grant::claim`](crate::authorizer::Grant::claim) and [`Claims::claim`](super::Claims::claim)
    /// answer for them by their paths, written as they are here. None unless set.
    ///
    /// No token is refused for what it says in them, unless one of them is there twice. What a handler is not told of in full
    /// is one of [`ClaimValue`](super::ClaimValue)'s variants, so that it is not taken for missing: a string of more than 1 KiB;
    /// an array of more than 64 strings, or of more than 2 KiB; and whatever would bring the strings of one token's kept
    /// claims to more than 4 KiB, in the order of the paths. They are kept as long as their token is remembered, and take of
    /// the room of other tokens. They are in no log, unless [`Self::log_claims`] names them.
    ///
    /// ```
    /// use sekisho::token::{ClaimValue, Verifier};
    /// # use std::time::{Duration, SystemTime};
    /// # use sekisho::{jwks::{HeldKeys, KeySet}, testing::TestIssuer, token::BearerToken};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let verifier = Verifier::new("orders").keep_claims(["tenant".parse()?, "realm_access.roles".parse()?]);
    /// # let issuer = TestIssuer::new("https://tenant.example/", "orders");
    /// # let keys = HeldKeys { issuer: "https://tenant.example/".into(), set: KeySet::parse(issuer.jwks().as_bytes())?.0.into() };
    /// # let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    /// # let token = issuer.token().issued_at(now).claim("tenant", "acme").claim("email", "alice@example.com");
    /// # let header = format!("Bearer {}", token.sign());
    /// # let decoded = BearerToken::parse([header.as_bytes()], 8192)?.decode()?;
    /// let claims = verifier.verify(&verifier.read(&decoded)?, &keys, now)?;
    /// assert_eq!(claims.claim("tenant"), ClaimValue::Text("acme"));
    /// // The token has none, and here nobody asked for the address of mail that it has.
    /// assert_eq!(claims.claim("realm_access.roles"), ClaimValue::Missing);
    /// assert_eq!(claims.claim("email"), ClaimValue::NotKept);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn keep_claims(self, claims: impl IntoIterator<Item = ClaimPath>) -> Self {
        self.reading(|read| read.kept = claims.into_iter().collect())
    }

    /// Claims that are kept like those of [`Self::keep_claims`], and shown in the log line of each call besides, by
    /// [`Claims::logged`](super::Claims::logged). A path may be named by both.
    ///
    /// What is logged of a person may be subject to law, and is with whoever reads the logs.
    #[must_use]
    pub fn log_claims(self, claims: impl IntoIterator<Item = ClaimPath>) -> Self {
        self.reading(|read| read.logged = claims.into_iter().collect())
    }

    fn reading(mut self, change: impl FnOnce(&mut ReadClaims)) -> Self {
        change(&mut self.claims);
        self.claims.gather();
        self
    }
}
