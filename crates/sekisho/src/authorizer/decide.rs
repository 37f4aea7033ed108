//! The order of the checks.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, header::AUTHORIZATION};

use super::caller::{Caller, Verified};
use super::{Authorization, Authorizer, Denial, Grant, Issuer, Verdict};
use crate::jwks::{HeldKeys, Lookup, NotFound};
use crate::policy::{AccessRule, Method};
use crate::token::{DecodedToken, InvalidToken, Presented, TokenError, UnverifiedToken};

impl Authorizer {
    /// Decides from the path and the metadata of a call: `/package.Service/Method`, as it was sent.
    ///
    /// Takes no lock that a refresh holds and does not wait, unless the token names an unknown key.
    ///
    /// The compiler warns where nobody looks at what was decided:
    ///
    /// ```compile_fail
    /// #![deny(unused_must_use)]
    /// fn handle(authorizer: &sekisho::authorizer::Authorizer, metadata: &http::HeaderMap) {
    ///     authorizer.authorize("/orders.v1.Orders/Get", metadata);
    /// }
    /// ```
    pub fn authorize(&self, path: &str, metadata: &HeaderMap) -> Authorization {
        match self.decide_at_once(path, metadata) {
            Ok(verdict) => Authorization::Decided(verdict),
            Err((method, presented)) => self.decide(method, presented, metadata),
        }
    }

    /// A decision for which no token has to be read: the method is unknown or public, there is no token, or it is
    /// remembered.
    ///
    /// # Errors
    /// The method, and the token to be verified.
    pub(crate) fn decide_at_once<'a>(
        &self,
        path: &str,
        metadata: &'a HeaderMap,
    ) -> Result<Verdict, (&Arc<Method>, Presented<'a>)> {
        let Some(method) = self.policy.method(path) else {
            return Ok(Verdict::of_unknown_method());
        };
        if matches!(method.rule(), AccessRule::Public) {
            return Ok(Verdict::allowed(Grant::anonymous(method)));
        }
        let presented = match self.presented(metadata) {
            Ok(presented) => presented,
            Err(error) => return Ok(self.refused_without_token(method, error)),
        };
        match self.memory.recall(presented, &self.issuers, self.clock.now()) {
            Some(caller) => Ok(self.evaluate(method, caller)),
            None => Err((method, presented)),
        }
    }

    /// Whether a token is in order as far as can be told without a key.
    #[cfg(feature = "server")]
    pub(crate) fn has_to_verify(&self, presented: Presented<'_>) -> bool {
        presented.decode().is_ok_and(|decoded| self.read_token(&decoded).is_ok())
    }

    /// A refusal of a call that could not be decided, for whatever reason that is no fault of the caller.
    #[cfg(feature = "server")]
    pub(crate) fn undecided(&self, path: &str) -> Verdict {
        let denial = Denial::KeysUnavailable { retry_after: Duration::from_secs(1) };
        match self.policy.method(path) {
            Some(method) => Verdict::refused(method, self.issuers.first(), None, denial),
            None => Verdict::of_unknown_method(),
        }
    }

    pub(super) fn presented<'a>(&self, metadata: &'a HeaderMap) -> Result<Presented<'a>, TokenError> {
        let entries = metadata.get_all(AUTHORIZATION).iter().map(http::HeaderValue::as_bytes);
        Presented::read(entries, self.max_token_size)
    }

    fn refused_without_token(&self, method: &Arc<Method>, error: TokenError) -> Verdict {
        Verdict::refused(method, self.issuers.first(), None, error)
    }

    pub(crate) fn decide(
        &self,
        method: &Arc<Method>,
        presented: Presented<'_>,
        metadata: &HeaderMap,
    ) -> Authorization {
        let decided = presented.decode().and_then(|decoded| {
            let (issuer, token) = self.read_token(&decoded)?;
            Ok(self.look_up(method, issuer, &token, presented, metadata))
        });
        decided.unwrap_or_else(|error| Authorization::Decided(self.refused_without_token(method, error)))
    }

    /// The token, and where the issuer that it has to be of stands among those that are trusted.
    fn read_token<'a>(
        &'a self,
        token: &'a DecodedToken<'_>,
    ) -> Result<(usize, UnverifiedToken<'a>), TokenError> {
        // One issuer is asked whatever the token claims, since nothing is told of a token that was not
        // verified. Of several, the token says whose it is, and is verified by that one's rules alone.
        if let [issuer] = self.issuers.as_slice() {
            return Ok((0, issuer.verifier().read(token)?));
        }
        let mut refused = None;
        for (index, issuer) in self.issuers.iter().enumerate() {
            match issuer.verifier().read(token) {
                Ok(read) if read.claimed_issuer().is_some_and(|name| issuer.keys().may_be_of(name)) => {
                    return Ok((index, read));
                }
                Ok(_) => {}
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or(InvalidToken::Issuer { by_last_slash_alone: false }.into()))
    }

    fn look_up(
        &self,
        method: &Arc<Method>,
        issuer: usize,
        token: &UnverifiedToken<'_>,
        presented: Presented<'_>,
        metadata: &HeaderMap,
    ) -> Authorization {
        match self.issuers[issuer].keys().lookup(token.kid()) {
            Lookup::Pending(lookup) => {
                let (this, method, metadata) = (self.clone(), Arc::clone(method), authorization_of(metadata));
                Authorization::AwaitingKey(Box::pin(async move {
                    let lookup = lookup.await;
                    this.decide_after(&method, lookup, &metadata)
                }))
            }
            known => Authorization::Decided(self.decide_by(method, issuer, token, presented, known)),
        }
    }

    /// The token borrows from the metadata, so after a wait it is read again.
    fn decide_after(&self, method: &Arc<Method>, lookup: Lookup, metadata: &HeaderMap) -> Verdict {
        let decided = self.presented(metadata).and_then(|presented| {
            let decoded = presented.decode()?;
            let (issuer, token) = self.read_token(&decoded)?;
            Ok(self.decide_by(method, issuer, &token, presented, lookup))
        });
        decided.unwrap_or_else(|error| self.refused_without_token(method, error))
    }

    fn decide_by(
        &self,
        method: &Arc<Method>,
        index: usize,
        token: &UnverifiedToken<'_>,
        presented: Presented<'_>,
        lookup: Lookup,
    ) -> Verdict {
        let issuer = &self.issuers[index];
        let denial = match lookup {
            Lookup::Held(keys) => match self.verify(index, token, &keys) {
                Ok(verified) => return self.evaluate(method, self.memory.remember(presented, verified)),
                Err(error) => error.into(),
            },
            Lookup::NotPublished => TokenError::from(InvalidToken::KeyNotPublished).into(),
            Lookup::NotFound(not_found) => key_not_found(issuer, token, not_found),
            Lookup::Unavailable(unavailable) => unavailable.into(),
            Lookup::Pending(_) => Denial::KeysUnavailable { retry_after: Duration::from_secs(1) },
        };
        Verdict::refused(method, Some(issuer), None, denial)
    }

    fn verify(
        &self,
        index: usize,
        token: &UnverifiedToken<'_>,
        keys: &Arc<HeldKeys>,
    ) -> Result<Verified, TokenError> {
        let issuer = &self.issuers[index];
        match issuer.verifier().verify_signed(token, keys, self.clock.now()) {
            Ok(verified) => {
                let known_scopes = self.policy.known_scopes(verified.0.scopes());
                Ok(Verified::new((index, issuer), verified, known_scopes, keys))
            }
            Err(error) => {
                if is_of_the_signature(&error) {
                    issuer.keys().refresh_for_bad_signature(keys, token.kid());
                }
                Err(error)
            }
        }
    }

    fn evaluate(&self, method: &Arc<Method>, caller: Caller) -> Verdict {
        if method.allows(caller.known_scopes()) {
            return Verdict::allowed(Grant::verified(method, caller));
        }
        match method.rule().evaluate(caller.claims().scopes()) {
            Ok(()) => Verdict::allowed(Grant::verified(method, caller)),
            Err(missing) => {
                let issuer = self.issuers.get(caller.issuer());
                Verdict::refused(method, issuer, Some(caller), Denial::InsufficientScope { missing })
            }
        }
    }
}

/// A fetch that looked for the key in vain says nothing of a token that was issued since: whoever guesses the name
/// of the next key could else have its tokens called wrong. Of an unverified token, nothing but this choice is told.
fn key_not_found(issuer: &Issuer, token: &UnverifiedToken<'_>, not_found: NotFound) -> Denial {
    if issuer.verifier().says_it_was_issued_before(token, not_found.looked_for_at) {
        return TokenError::from(InvalidToken::KeyNotPublished).into();
    }
    Denial::KeysUnavailable { retry_after: not_found.retry_after }
}

/// No held key verified it, be it that none fits.
fn is_of_the_signature(error: &TokenError) -> bool {
    matches!(error, TokenError::Invalid(InvalidToken::Signature | InvalidToken::NoFittingKey))
}

/// All that a decision after a wait reads; the rest of the head need not wait with it.
pub(crate) fn authorization_of(metadata: &HeaderMap) -> HeaderMap {
    metadata.get_all(AUTHORIZATION).iter().map(|value| (AUTHORIZATION, value.clone())).collect()
}
