//! The order of the checks.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, header::AUTHORIZATION};

use super::caller::{Caller, Verified};
use super::issuer::Identity;
use super::trusted::{Trust, Words};
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
        if asks_nobody(method.rule(), metadata) {
            return Ok(Verdict::allowed(Grant::anonymous(method)));
        }
        let presented = match self.presented(metadata) {
            Ok(presented) => presented,
            Err(error) => {
                return Ok(Verdict::refused(method, self.trusted.now().words_of_first(), None, error));
            }
        };
        match self.memory.recall(presented, &self.trusted, self.clock.now()) {
            Some(caller) => Ok(self.evaluate(method, caller).remembered()),
            None => Err((method, presented)),
        }
    }

    /// Whether a token is in order as far as can be told without a key.
    #[cfg(feature = "server")]
    pub(crate) fn has_to_verify(&self, presented: Presented<'_>) -> bool {
        presented.decode().is_ok_and(|decoded| read_token(&decoded, &self.trusted.now()).is_ok())
    }

    /// A refusal of a call that could not be decided, for whatever reason that is no fault of the caller.
    #[cfg(feature = "server")]
    pub(crate) fn undecided(&self, path: &str) -> Verdict {
        let denial = Denial::KeysUnavailable { retry_after: Duration::from_secs(1) };
        match self.policy.method(path) {
            Some(method) => Verdict::refused(method, self.trusted.now().words_of_first(), None, denial),
            None => Verdict::of_unknown_method(),
        }
    }

    pub(super) fn presented<'a>(&self, metadata: &'a HeaderMap) -> Result<Presented<'a>, TokenError> {
        let entries = metadata.get_all(AUTHORIZATION).iter().map(http::HeaderValue::as_bytes);
        Presented::read(entries, self.trusted.max_token_size())
    }

    pub(crate) fn decide(
        &self,
        method: &Arc<Method>,
        presented: Presented<'_>,
        metadata: &HeaderMap,
    ) -> Authorization {
        let trust = self.trusted.now();
        let nobody = |error| (trust.words_of_first(), error);
        let decided = presented.decode().map_err(nobody).and_then(|decoded| {
            let (issuer, token) = read_token(&decoded, &trust)?;
            Ok(self.look_up(method, issuer, &token, presented, metadata))
        });
        decided.unwrap_or_else(|(words, error)| {
            Authorization::Decided(Verdict::refused(method, words, None, error))
        })
    }

    fn look_up(
        &self,
        method: &Arc<Method>,
        issuer: &Issuer,
        token: &UnverifiedToken<'_>,
        presented: Presented<'_>,
        metadata: &HeaderMap,
    ) -> Authorization {
        match issuer.keys().lookup(token.kid()) {
            Lookup::Pending(lookup) => {
                let (this, method, metadata) = (self.clone(), Arc::clone(method), authorization_of(metadata));
                let issuer = Arc::clone(issuer.identity());
                Authorization::AwaitingKey(Box::pin(async move {
                    let lookup = lookup.await;
                    match this.decide_after(&method, &issuer, lookup, &metadata) {
                        Authorization::Decided(verdict) => verdict,
                        Authorization::AwaitingKey(verdict) => verdict.await,
                    }
                }))
            }
            known => Authorization::Decided(self.decide_by(method, issuer, token, presented, known)),
        }
    }

    /// The token borrows from the metadata, so after a wait it is read again. Where others are trusted by then, what was
    /// waited for may be another's key: the token is looked at anew.
    fn decide_after(
        &self,
        method: &Arc<Method>,
        asked: &Arc<Identity>,
        lookup: Lookup,
        metadata: &HeaderMap,
    ) -> Authorization {
        let trust = self.trusted.now();
        let nobody = |error| (trust.words_of_first(), error);
        let decided = self.presented(metadata).map_err(nobody).and_then(|presented| {
            let decoded = presented.decode().map_err(nobody)?;
            let (issuer, token) = read_token(&decoded, &trust)?;
            Ok(if Arc::ptr_eq(issuer.identity(), asked) {
                Authorization::Decided(self.decide_by(method, issuer, &token, presented, lookup))
            } else {
                self.look_up(method, issuer, &token, presented, metadata)
            })
        });
        decided.unwrap_or_else(|(words, error)| {
            Authorization::Decided(Verdict::refused(method, words, None, error))
        })
    }

    fn decide_by(
        &self,
        method: &Arc<Method>,
        issuer: &Issuer,
        token: &UnverifiedToken<'_>,
        presented: Presented<'_>,
        lookup: Lookup,
    ) -> Verdict {
        let denial = match lookup {
            Lookup::Held(keys) => match self.verify(issuer, token, &keys) {
                Ok(verified) => {
                    return self.evaluate(method, self.memory.remember(presented, verified, &self.trusted));
                }
                Err(error) => error.into(),
            },
            Lookup::NotPublished => TokenError::from(InvalidToken::KeyNotPublished).into(),
            Lookup::NotFound(not_found) => key_not_found(issuer, token, not_found),
            Lookup::Unavailable(unavailable) => unavailable.into(),
            Lookup::Pending(_) => Denial::KeysUnavailable { retry_after: Duration::from_secs(1) },
        };
        Verdict::refused(method, issuer.into(), None, denial)
    }

    fn evaluate(&self, method: &Arc<Method>, caller: Caller) -> Verdict {
        if method.allows(caller.known_scopes()) {
            return Verdict::allowed(Grant::verified(method, caller));
        }
        match method.rule().evaluate(caller.claims().scopes()) {
            Ok(()) => Verdict::allowed(Grant::verified(method, caller)),
            Err(missing) => {
                let trust = self.trusted.now();
                // Its issuer may have other rules by now.
                let issuer =
                    trust.issuer(caller.issuer()).or_else(|| trust.issuer_of(caller.claims().issuer()));
                let words = issuer.map_or(trust.words_of_first(), Words::from);
                Verdict::refused(method, words, Some(caller), Denial::InsufficientScope { missing })
            }
        }
    }

    fn verify(
        &self,
        issuer: &Issuer,
        token: &UnverifiedToken<'_>,
        keys: &Arc<HeldKeys>,
    ) -> Result<Verified, TokenError> {
        match issuer.verifier().verify_signed(token, keys, self.clock.now()) {
            Ok(verified) => {
                let known_scopes = self.policy.known_scopes(verified.0.scopes());
                Ok(Verified::new(issuer, verified, known_scopes, keys))
            }
            Err(error) => {
                if is_of_the_signature(&error) {
                    issuer.keys().refresh_for_bad_signature(keys, token.kid());
                }
                Err(error)
            }
        }
    }
}

/// Whether the caller need not say who it is, and has not where the rule leaves that to it.
fn asks_nobody(rule: &AccessRule, metadata: &HeaderMap) -> bool {
    match rule {
        AccessRule::Public => true,
        AccessRule::Optional => !metadata.contains_key(AUTHORIZATION),
        _ => false,
    }
}

/// The token, and the issuer that it has to be of; or in whose words it is to be refused.
fn read_token<'a, 't: 'a>(
    token: &'a DecodedToken<'_>,
    trust: &'t Trust,
) -> Result<(&'t Issuer, UnverifiedToken<'a>), (Words<'t>, TokenError)> {
    let issuer = match issuer_of(token, trust) {
        Ok(issuer) => issuer,
        Err(error) => {
            let words = trust.words_of_first();
            // What is wrong with its form is told of it first, whoever it is of.
            let wrong = words.asked.and_then(|first| first.verifier().read(token).err());
            return Err((words, wrong.unwrap_or(error.into())));
        }
    };
    issuer.verifier().read(token).map(|read| (issuer, read)).map_err(|error| (issuer.into(), error))
}

/// One issuer is asked whatever the token claims, since nothing is told of a token that was not verified. Of several, the
/// token says whose it is, and is verified by that one's rules alone.
fn issuer_of<'t>(token: &DecodedToken<'_>, trust: &'t Trust) -> Result<&'t Issuer, InvalidToken> {
    match trust.issuers.as_slice() {
        [issuer] => Ok(issuer),
        _ => {
            let name = token.claimed_issuer()?;
            trust.issuer_of(&name).ok_or(InvalidToken::Issuer { by_last_slash_alone: false })
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
