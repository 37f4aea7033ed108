//! The checks of an access token, in order: form, header, key, signature, claims.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::claims::{self, Claims};
use super::jws::CompactJws;
use super::read_claims::ReadClaims;
use super::{DecodedToken, InvalidToken, TokenError, TokenProfile, UnverifiedToken};
use crate::jwks::{Algorithm, HeldKeys, VerificationKey};
use crate::scope::{ScopePrefix, ScopeSet};

/// What an access token has to be like. Starts from what an issuer of today sends: RS256, five seconds of
/// leeway, scopes in `scope` and `scp`.
#[derive(Debug, Clone)]
pub struct Verifier {
    pub(super) audience: String,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) leeway: Duration,
    pub(super) scope_prefix: ScopePrefix,
    /// By subject.
    pub(super) further_scopes: HashMap<Box<str>, ScopeSet>,
    pub(super) profile: TokenProfile,
    pub(super) accepts_bound_tokens: bool,
    pub(super) claims: ReadClaims,
}

impl Verifier {
    /// Accepts tokens for `audience`, compared byte for byte.
    pub fn new(audience: impl Into<String>) -> Self {
        Self {
            audience: audience.into(),
            algorithms: vec![Algorithm::Rs256],
            leeway: Duration::from_secs(5),
            scope_prefix: ScopePrefix::default(),
            further_scopes: HashMap::new(),
            profile: TokenProfile::Any,
            accepts_bound_tokens: false,
            claims: ReadClaims::default(),
        }
    }

    /// The algorithms that are accepted, in place of RS256. With none, no token is.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// The algorithms that are accepted.
    pub fn accepted_algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// By how much the clocks of issuer and server may differ; for `exp`, `nbf` and `iat` alike.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// What the issuer writes before the names of scopes, like `api://orders/`. A scope that begins with it counts
    /// without it, and whoever is refused is told to ask for scopes with it.
    ///
    /// A scope without it counts as it is: so that is a prefix of writing, and does not tell one API's scopes from
    /// another's. The audience does.
    #[must_use]
    pub fn scope_prefix(mut self, prefix: ScopePrefix) -> Self {
        self.scope_prefix = prefix;
        self
    }

    /// What the issuer writes before the names of scopes; an empty one unless set.
    pub fn prefix_of_scopes(&self) -> &ScopePrefix {
        &self.scope_prefix
    }

    /// Scopes that tokens about a subject have besides those of their claims: for issuers that write none, like a
    /// Kubernetes cluster for its service accounts, or GitHub Actions for its workflows. For one subject they add up.
    ///
    /// `subject` is compared with the `sub` of a verified token byte for byte. It is no pattern, and is nobody's of another
    /// issuer. The scopes are those of the rules: the prefix of [`Self::scope_prefix`] is not taken off them.
    ///
    /// ```
    /// # use sekisho::{scope::InvalidScope, token::Verifier};
    /// let verifier = Verifier::new("orders")
    ///     .scopes_of("system:serviceaccount:shop:billing", "orders:read orders:export".parse()?)
    ///     .scopes_of("system:serviceaccount:shop:stock", "orders:read".parse()?);
    /// # Ok::<(), InvalidScope>(())
    /// ```
    #[must_use]
    pub fn scopes_of(mut self, subject: impl Into<String>, scopes: ScopeSet) -> Self {
        self.further_scopes.entry(subject.into().into()).or_default().append(scopes);
        self
    }

    /// How strictly a token has to say that it is an access token.
    #[must_use]
    pub fn profile(mut self, profile: TokenProfile) -> Self {
        self.profile = profile;
        self
    }

    /// Accepts tokens that are bound to their sender (`cnf`: RFC 7800, RFC 8705, RFC 9449) without a look at the
    /// binding. Whoever has stolen such a token can then use it, against which it was bound.
    #[must_use]
    pub fn dangerous_accept_bound_tokens(mut self) -> Self {
        self.accepts_bound_tokens = true;
        self
    }

    /// Reads a token, and judges all that can be judged without a key.
    ///
    /// # Errors
    /// [`TokenError::Malformed`], or [`TokenError::Invalid`] for what the header says.
    pub fn read<'a>(&'a self, token: &'a DecodedToken<'_>) -> Result<UnverifiedToken<'a>, TokenError> {
        let token = CompactJws::read(token, &self.claims.wanted)?.into_unverified(&self.algorithms)?;
        self.check_type(&token)?;
        Ok(token)
    }

    /// Whether a token says that it was issued before `time`, with the leeway and a second for what `iat` leaves off.
    /// One without `iat` counts as issued before; one whose `iat` is no date does not.
    ///
    /// It is the word of somebody unknown: good for telling whether its key was looked for since, and for nothing
    /// else.
    pub fn says_it_was_issued_before(&self, token: &UnverifiedToken<'_>, time: SystemTime) -> bool {
        let latest =
            |issued_at: SystemTime| issued_at.checked_add(self.leeway.saturating_add(Duration::from_secs(1)));
        match token.claimed_issue() {
            Ok(None) => true,
            Ok(Some(issued_at)) => latest(issued_at).is_some_and(|latest| latest < time),
            Err(_) => false,
        }
    }

    /// Verifies the signature and judges the claims.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] or [`TokenError::Expired`]; of the claims nothing is told unless the
    /// signature verified.
    pub fn verify(
        &self,
        token: &UnverifiedToken<'_>,
        keys: &HeldKeys,
        now: SystemTime,
    ) -> Result<Claims, TokenError> {
        self.verify_signed(token, keys, now).map(|(claims, _)| claims)
    }

    /// The same, and what the signature was verified with.
    pub(crate) fn verify_signed(
        &self,
        token: &UnverifiedToken<'_>,
        keys: &HeldKeys,
        now: SystemTime,
    ) -> Result<(Claims, Signed), TokenError> {
        let signed = verify_signature(token, keys)?;
        Ok((claims::judge(token, self, &keys.issuer, now)?, signed))
    }

    /// How long after `exp` a token is accepted.
    pub(crate) fn leeway_to_accept_with(&self) -> Duration {
        self.leeway
    }

    /// RFC 9068 §4 wants `at+jwt`, so that no other kind of JWT passes for an access token. Many issuers
    /// send `JWT` or nothing.
    fn check_type(&self, token: &UnverifiedToken<'_>) -> Result<(), InvalidToken> {
        let accepted = match self.profile {
            TokenProfile::Rfc9068 => token.has_access_token_type(),
            TokenProfile::Any => {
                token.has_access_token_type() || token.typ.is_none() || token.has_type("JWT")
            }
        };
        if accepted { Ok(()) } else { Err(InvalidToken::Type) }
    }
}

fn verify_signature(token: &UnverifiedToken<'_>, keys: &HeldKeys) -> Result<Signed, InvalidToken> {
    let mut candidates = keys.set.shared_candidates(token.kid(), token.algorithm).peekable();
    if candidates.peek().is_none() {
        return Err(InvalidToken::NoFittingKey);
    }
    let fits = |key: &&Arc<VerificationKey>| {
        key.verify_decoded(token.algorithm, token.signing_input, token.signature)
    };
    let key = candidates.find(fits);
    let key = key.ok_or(InvalidToken::Signature)?;
    Ok(Signed { key: Arc::clone(key), algorithm: token.algorithm, names_its_key: token.kid().is_some() })
}

/// What a token's signature was verified with.
#[derive(Debug)]
pub(crate) struct Signed {
    key: Arc<VerificationKey>,
    algorithm: Algorithm,
    names_its_key: bool,
}

impl Signed {
    /// Whether the token's key is among those of `keys` that the token would be tried against: the same numbers, whatever
    /// else its issuer says of it now.
    pub(crate) fn would_verify_with(&self, keys: &HeldKeys) -> bool {
        let kid = if self.names_its_key { self.key.kid() } else { None };
        keys.set
            .shared_candidates(kid, self.algorithm)
            .any(|key| Arc::ptr_eq(key, &self.key) || key.has_material_of(&self.key))
    }
}
