//! May this call be made? The order of the checks: rule, token, key, claims, scopes.
//!
//! Knows a method's path, a call's metadata and the time, and no transport: the same authorizer answers
//! for a service in this process and for one behind a proxy.
//!
//! ```
//! use std::sync::Arc;
//! use http::HeaderMap;
//! use sekisho::authorizer::{Authorization, Authorizer, Denial};
//! use sekisho::policy::Policy;
//! use sekisho::testing::{ManualClock, TestIssuer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let orders = sekisho_build::descriptor_set_of(r#"
//!     syntax = "proto3";
//!     package orders.v1;
//!     import "sekisho/v1/access.proto";
//!     message Order {}
//!     service Orders {
//!       rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
//!     }
//! "#)?;
//! let clock = Arc::new(ManualClock::new());
//! let issuer = TestIssuer::new("https://tenant.example/", "orders");
//! let authorizer = Authorizer::new(Policy::from_descriptor_set(&orders)?, issuer.issuer()).clock(clock.clone());
//!
//! let mut metadata = HeaderMap::new();
//! let mut present = |scope: &str| -> Result<_, http::header::InvalidHeaderValue> {
//!     let token = issuer.token().scope(scope).issued_at(clock.time()).sign();
//!     metadata.insert("authorization", format!("Bearer {token}").parse()?);
//!     Ok(authorizer.authorize("/orders.v1.Orders/Get", &metadata))
//! };
//!
//! let Authorization::Decided(allowed) = present("orders:read")? else { unreachable!("the key is held") };
//! assert!(allowed.result.is_ok());
//! let Authorization::Decided(refused) = present("orders:write")? else { unreachable!("the key is held") };
//! assert!(matches!(refused.result, Err(Denial::InsufficientScope { .. })));
//! # Ok(())
//! # }
//! ```

mod denial;
mod grant;
mod issuer;
mod memory;
mod verdict;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http::{HeaderMap, header::AUTHORIZATION};

pub use denial::Denial;
pub use grant::Grant;
#[cfg(feature = "discovery")]
pub use issuer::DiscoverError;
pub use issuer::Issuer;
pub use verdict::Verdict;

use crate::clock::{Clock, SystemClock};
use crate::jwks::{HeldKeys, Lookup, NotFound};
use crate::policy::{AccessRule, Method, Policy};
use crate::token::{InvalidToken, Presented, TokenError, UnverifiedToken};
use memory::{Memory, Verified};

/// Decides calls by a policy, for tokens of the issuers that it trusts. Cheap to clone.
#[derive(Debug, Clone)]
#[must_use = "nothing is decided until it is asked"]
pub struct Authorizer {
    policy: Arc<Policy>,
    issuers: Vec<Issuer>,
    clock: Arc<dyn Clock>,
    max_token_size: usize,
    remembered: usize,
    memory: Memory,
}

/// What became of a call, or what it waits for.
#[must_use = "a decision that nobody looks at lets every call in"]
#[non_exhaustive]
pub enum Authorization {
    /// Decided, without waiting.
    Decided(Verdict),
    /// The token names a key that is not held; the issuer is being asked. Bounded by one fetch.
    AwaitingKey(Pin<Box<dyn Future<Output = Verdict> + Send>>),
}

impl Authorizer {
    /// Decides by `policy`, for tokens of `issuer`.
    pub fn new(policy: impl Into<Arc<Policy>>, issuer: Issuer) -> Self {
        let this = Self {
            policy: policy.into(),
            issuers: Vec::new(),
            clock: Arc::new(SystemClock::new()),
            max_token_size: 8192,
            remembered: memory::USUAL,
            memory: Memory::new(0),
        };
        this.also_trusting(issuer)
    }

    /// Trusts one more issuer, with keys, an audience and rules of its own. A token is judged by those of the
    /// issuer that it names.
    pub fn also_trusting(mut self, issuer: Issuer) -> Self {
        issuer.keys().accept(issuer.verifier().accepted_algorithms());
        self.issuers.push(issuer);
        self.with_empty_memory()
    }

    /// Takes the time from `clock`, which tests move.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self.with_empty_memory()
    }

    /// How long the `authorization` entry may be, in bytes; 8192 unless set.
    pub fn max_token_size(mut self, bytes: usize) -> Self {
        self.max_token_size = bytes;
        self.with_empty_memory()
    }

    /// How many verified tokens are remembered, so that the signature of one that comes again need not be verified
    /// again; 10,000 unless set, and none with 0. About 1.2 KiB of memory are allowed for each: longer tokens take the
    /// room of several.
    ///
    /// What a remembered token is granted is decided at each call: by its dates, by the keys that its issuer has now, by
    /// the method's rule. Refusals are not remembered. Clones of an authorizer share what they remember; one whose settings
    /// are changed starts with nothing.
    pub fn remember_tokens(mut self, entries: usize) -> Self {
        self.remembered = entries;
        self.with_empty_memory()
    }

    /// A token was accepted by the settings of then.
    fn with_empty_memory(mut self) -> Self {
        self.memory = Memory::new(self.remembered);
        self
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether tokens of every issuer can be verified now.
    pub fn is_ready(&self) -> bool {
        self.issuers.iter().all(|issuer| issuer.keys().is_ready())
    }

    /// Waits until [`Authorizer::is_ready`] no longer is `known`.
    pub async fn readiness_other_than(&self, known: bool) {
        while self.is_ready() == known {
            let change = |issuer: &Issuer| Box::pin(issuer.keys().clone().change_of_readiness());
            let mut changes: Vec<_> = self.issuers.iter().map(change).collect();
            std::future::poll_fn(|cx| {
                let any = changes.iter_mut().any(|change| change.as_mut().poll(cx).is_ready());
                if any { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    }

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
        let Some(method) = self.policy.method(path) else {
            return Authorization::Decided(Verdict::of_unknown_method());
        };
        if matches!(method.rule(), AccessRule::Public) {
            return Authorization::Decided(Verdict::allowed(Grant::anonymous(method)));
        }
        match self.presented(metadata) {
            Ok(presented) => self.decide(method, presented, metadata),
            Err(error) => Authorization::Decided(self.refused_without_token(method, error)),
        }
    }

    fn presented<'a>(&self, metadata: &'a HeaderMap) -> Result<Presented<'a>, TokenError> {
        let entries = metadata.get_all(AUTHORIZATION).iter().map(http::HeaderValue::as_bytes);
        Presented::read(entries, self.max_token_size)
    }

    fn refused_without_token(&self, method: &Arc<Method>, error: TokenError) -> Verdict {
        Verdict::refused(method, self.issuers.first(), None, error)
    }

    fn decide(&self, method: &Arc<Method>, presented: Presented<'_>, metadata: &HeaderMap) -> Authorization {
        if let Some(caller) = self.memory.recall(presented, &self.issuers, self.clock.now()) {
            return Authorization::Decided(self.evaluate(method, caller));
        }
        match self.read_token(presented) {
            Ok((issuer, token)) => self.look_up(method, issuer, &token, presented, metadata),
            Err(error) => Authorization::Decided(self.refused_without_token(method, error)),
        }
    }

    /// The token, and where the issuer that it has to be of stands among those that are trusted.
    fn read_token<'a>(&self, presented: Presented<'a>) -> Result<(usize, UnverifiedToken<'a>), TokenError> {
        let token = presented.token()?;
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
        let read =
            self.presented(metadata).and_then(|presented| Ok((presented, self.read_token(presented)?)));
        match read {
            Ok((presented, (issuer, token))) => self.decide_by(method, issuer, &token, presented, lookup),
            Err(error) => self.refused_without_token(method, error),
        }
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
                Ok(caller) => {
                    self.memory.remember(presented, &caller);
                    return self.evaluate(method, caller);
                }
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
    ) -> Result<Arc<Verified>, TokenError> {
        let issuer = &self.issuers[index];
        match issuer.verifier().verify_signed(token, keys, self.clock.now()) {
            Ok(verified) => Ok(Arc::new(Verified::new(index, verified, keys))),
            Err(error) => {
                if is_of_the_signature(&error) {
                    issuer.keys().refresh_for_bad_signature(keys, token.kid());
                }
                Err(error)
            }
        }
    }

    fn evaluate(&self, method: &Arc<Method>, caller: Arc<Verified>) -> Verdict {
        match method.rule().evaluate(caller.claims.scopes()) {
            Ok(()) => Verdict::allowed(Grant::verified(method, caller)),
            Err(missing) => {
                let issuer = self.issuers.get(caller.issuer);
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
fn authorization_of(metadata: &HeaderMap) -> HeaderMap {
    metadata.get_all(AUTHORIZATION).iter().map(|value| (AUTHORIZATION, value.clone())).collect()
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decided(verdict) => f.debug_tuple("Decided").field(verdict).finish(),
            Self::AwaitingKey(_) => f.write_str("AwaitingKey"),
        }
    }
}

#[cfg(test)]
mod tests;
