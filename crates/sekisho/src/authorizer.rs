//! May this call be made? The order of the checks: rule, token, key, claims, scopes.
//!
//! Knows a method's path, a call's metadata and the time, and no transport: the same authorizer answers
//! for a service in this process and for one behind a proxy.
//!
//! | type | is |
//! |---|---|
//! | [`Authorizer`] | a policy, and the issuers whose tokens it accepts |
//! | [`Issuer`] | whose keys, and what the tokens have to be like; with a name of the operator's |
//! | [`Verdict`] | what was decided of a call: [`Grant`] or [`Denial`], and what is known of method, caller and issuer |
//! | [`Grant`] | the call goes on to its handler, and who called |
//! | [`Denial`] | why the rule does not allow the call |
//! | [`Check`] | the checks by name, in their order; [`Verdict::last_check`] says at which one a call ended |
//!
//! A verdict keeps apart what was found and what comes of it. Where a method only reports, [`Verdict::denial`] says why the
//! rule does not allow the call, and [`Verdict::result`] is a grant all the same. So whoever lets calls in goes by the result,
//! and whoever counts refusals by the denial.
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
//! assert!(allowed.result().is_ok());
//! let Authorization::Decided(refused) = present("orders:write")? else { unreachable!("the key is held") };
//! assert!(matches!(refused.result(), Err(Denial::InsufficientScope { .. })));
//! # Ok(())
//! # }
//! ```
//!
//! # Several issuers
//!
//! [`Authorizer::also_trusting`] adds an issuer, and [`Authorizer::replace_issuers`] changes all of them while calls are decided.
//! A token is judged by the issuer that it names, and is not tried with another one:
//!
//! ```
//! # use http::HeaderMap;
//! # use sekisho::authorizer::{Authorization, Authorizer};
//! # use sekisho::policy::Policy;
//! # use sekisho::testing::{ManualClock, TestIssuer};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let orders = sekisho_build::descriptor_set_of(r#"
//! #     syntax = "proto3";
//! #     package orders.v1;
//! #     import "sekisho/v1/access.proto";
//! #     message Order {}
//! #     service Orders {
//! #       rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { authenticated: true }; }
//! #     }
//! # "#)?;
//! # let policy = Policy::from_descriptor_set(&orders)?;
//! # let clock = std::sync::Arc::new(ManualClock::new());
//! let people = TestIssuer::new("https://people.example/", "orders");
//! let services = TestIssuer::new("https://services.example/", "orders");
//! let authorizer = Authorizer::new(policy, people.issuer().named("people"))
//!     .also_trusting(services.issuer().named("services"))
//! #   .clock(clock)
//!     ;
//! let issuer_of = |token: &str| {
//!     let bearer = format!("Bearer {token}").parse().expect("a token is of visible characters");
//!     let metadata = HeaderMap::from_iter([(http::header::AUTHORIZATION, bearer)]);
//!     match authorizer.authorize("/orders.v1.Orders/Get", &metadata) {
//!         Authorization::Decided(verdict) => verdict.into_result().ok()?.issuer_name().map(str::to_owned),
//!         _ => None,
//!     }
//! };
//! assert_eq!(issuer_of(&people.token().sign()).as_deref(), Some("people"));
//! assert_eq!(issuer_of(&services.token().sign()).as_deref(), Some("services"));
//!
//! // The key of one says nothing for the other.
//! let forged = services.token().claim("iss", "https://people.example/").sign();
//! assert_eq!(issuer_of(&forged), None);
//!
//! authorizer.replace_issuers([people.issuer().named("people")])?;
//! assert_eq!(issuer_of(&services.token().sign()), None);
//! # Ok(())
//! # }
//! ```

mod caller;
mod decide;
mod denial;
mod grant;
mod issuer;
mod memory;
mod trusted;
mod verdict;

#[cfg(feature = "server")]
pub(crate) use decide::authorization_of;

use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

pub use crate::check::Check;
pub use denial::Denial;
pub use grant::Grant;
#[cfg(feature = "discovery")]
pub use issuer::DiscoverError;
pub use issuer::Issuer;
pub use trusted::UntrustedIssuers;
pub use verdict::Verdict;

use crate::clock::{Clock, SystemClock};
#[cfg(feature = "server")]
use crate::jwks::Fetches;
use crate::jwks::KeysView;
use crate::policy::Policy;
#[cfg(feature = "server")]
use crate::scope::ScopePrefix;
use memory::Memories;
use trusted::{Trust, Trusted};

/// Decides calls by a policy, for tokens of the issuers that it trusts. Cheap to clone.
#[derive(Debug, Clone)]
#[must_use = "nothing is decided until it is asked"]
pub struct Authorizer {
    policy: Arc<Policy>,
    trusted: Trusted,
    clock: Arc<dyn Clock>,
    remembered: usize,
    memory: Memories,
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
        issuer.keys().accept(issuer.verifier().accepted_algorithms());
        let trust = Trust::of(vec![issuer]);
        Self {
            policy: policy.into(),
            trusted: Trusted::new(trust, 8192),
            clock: Arc::new(SystemClock::new()),
            remembered: memory::USUAL,
            memory: Memories::new(memory::USUAL),
        }
    }

    /// Trusts one more issuer, with keys, an audience and rules of its own. A token is judged by those of the issuer that
    /// it names, and by no other's. Of two issuers that tokens name alike, but for a last slash, the first one is asked.
    pub fn also_trusting(self, issuer: Issuer) -> Self {
        issuer.keys().accept(issuer.verifier().accepted_algorithms());
        let (mut issuers, max_token_size) = (self.issuers(), self.trusted.max_token_size());
        issuers.push(issuer);
        self.trusting(issuers, max_token_size)
    }

    /// Trusts these issuers from now on, in place of those that it trusted. Calls that are being decided are decided by
    /// the one or the other; none is refused for the change. All clones of the authorizer change.
    ///
    /// Tokens of issuers that are among both, as clones of the same [`Issuer`], stay remembered; those of others are
    /// forgotten. A stream whose token is of an issuer that went is ended; where the issuer's name is still
    /// trusted, its keys are asked.
    ///
    /// # Errors
    /// [`UntrustedIssuers`]: there is none, or two that tokens name alike. Nothing has changed then.
    pub fn replace_issuers(&self, issuers: impl IntoIterator<Item = Issuer>) -> Result<(), UntrustedIssuers> {
        let trust = Trust::of(issuers.into_iter().collect());
        trust.check()?;
        for issuer in &trust.issuers {
            issuer.keys().accept(issuer.verifier().accepted_algorithms());
        }
        let kept = self.trusted.replace(trust.issuers);
        self.memory.forget_all_but(&kept);
        Ok(())
    }

    /// The issuers that are trusted now.
    pub fn issuers(&self) -> Vec<Issuer> {
        self.trusted.now().issuers.clone()
    }

    /// Whether its issuers can be told apart by what their tokens name.
    ///
    /// # Errors
    /// [`UntrustedIssuers`]: two cannot.
    #[cfg(feature = "server")]
    pub(crate) fn check_issuers(&self) -> Result<(), UntrustedIssuers> {
        self.trusted.now().check()
    }

    /// Changes how long the `authorization` entry may be, in bytes, from now on. All clones of the authorizer change.
    pub fn set_max_token_size(&self, bytes: usize) {
        self.trusted.set_max_token_size(bytes);
    }

    fn trusting(mut self, issuers: Vec<Issuer>, max_token_size: usize) -> Self {
        self.trusted = Trusted::new(Trust::of(issuers), max_token_size);
        self.with_empty_memory()
    }

    /// Takes the time from `clock`, which tests move.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self.with_empty_memory()
    }

    /// How long the `authorization` entry may be, in bytes; 8192 unless set.
    pub fn max_token_size(self, bytes: usize) -> Self {
        let issuers = self.issuers();
        self.trusting(issuers, bytes)
    }

    /// How many verified tokens are remembered, so that the signature of one that comes again need not be verified
    /// again; 10,000 of each issuer unless set, and none with 0. About 1.2 KiB of memory are allowed for each: longer
    /// tokens take the room of several. No issuer's tokens push out those of another, up to 32 issuers; further ones share
    /// the memories of those.
    ///
    /// What a remembered token is granted is decided at each call: by its dates, by the keys that its issuer has now, by
    /// the method's rule. Refusals are not remembered. Clones of an authorizer share what they remember; one whose settings
    /// are changed starts with nothing.
    pub fn remember_tokens(mut self, entries: usize) -> Self {
        self.remembered = entries;
        self.with_empty_memory()
    }

    /// Whether any token is remembered at all.
    #[cfg(feature = "server")]
    pub(crate) fn remembers_tokens(&self) -> bool {
        self.remembered > 0
    }

    /// How long its clock has gone.
    #[cfg(feature = "server")]
    pub(crate) fn elapsed(&self) -> std::time::Duration {
        self.clock.elapsed()
    }

    #[cfg(feature = "server")]
    pub(crate) fn clock_in_use(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// What the issuer of a caller writes before scopes. Where it is not trusted any more: the one that its tokens name
    /// alike, or the first, which is to be asked now.
    #[cfg(feature = "server")]
    pub(crate) fn scope_prefix_of(&self, grant: &Grant) -> Option<ScopePrefix> {
        let trust = self.trusted.now();
        let issuer = grant.issuer_among(&trust).or(trust.issuers.first());
        issuer.map(|issuer| issuer.verifier().prefix_of_scopes().clone())
    }

    /// Whether the key of the token that a call was granted for is its issuer's no more, or the issuer is not trusted any
    /// more.
    #[cfg(feature = "server")]
    pub(crate) fn has_withdrawn_key_of(&self, grant: &Grant) -> bool {
        grant.is_withdrawn(&self.trusted.now())
    }

    /// By which it is told when to look again for keys that were withdrawn.
    #[cfg(feature = "server")]
    pub(crate) fn key_changes(&self) -> KeyChanges {
        // First: who is trusted from now on is told of.
        let replacements = self.trusted.replacements();
        KeyChanges { fetches: Fetches::of(self.trusted.now().issuers.iter().map(Issuer::keys)), replacements }
    }

    /// A token was accepted by the settings of then.
    fn with_empty_memory(mut self) -> Self {
        self.memory = Memories::new(self.remembered);
        self
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether a server is ready that decides by it: once each issuer that is [required](Issuer::required) had keys, and
    /// as long as tokens of any issuer can be verified.
    pub fn is_ready(&self) -> bool {
        self.trusted.is_ready()
    }

    /// Waits until [`Authorizer::is_ready`] no longer is `known`.
    pub async fn readiness_other_than(&self, known: bool) {
        let mut replacements = self.trusted.replacements();
        loop {
            // Each replacement has others looked at. An issuer that went is not kept by whoever waits here.
            let keys: Vec<_> = self.trusted.now().issuers.iter().map(|issuer| issuer.keys().view()).collect();
            // Before all of them are judged: what changes from then on is told of.
            let seen: Vec<_> = keys.iter().map(KeysView::is_ready).collect();
            if self.is_ready() != known {
                return;
            }
            let change = |(keys, seen): (_, _)| Box::pin(KeysView::readiness_other_than(keys, seen));
            let mut changes: Vec<_> = keys.iter().zip(seen).map(change).collect();
            let mut replacement = pin!(replacements.changed());
            std::future::poll_fn(|cx| {
                let any = changes.iter_mut().any(|change| change.as_mut().poll(cx).is_ready());
                if any || replacement.as_mut().poll(cx).is_ready() { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    }
}

/// Tells when keys may have been withdrawn. It keeps no issuer from being given up.
#[cfg(feature = "server")]
pub(crate) struct KeyChanges {
    fetches: Fetches,
    replacements: tokio::sync::watch::Receiver<()>,
}

#[cfg(feature = "server")]
impl KeyChanges {
    /// Waits until keys may have changed since the last time that this was asked. Whether others are trusted now: this
    /// does not tell of theirs.
    pub(crate) async fn next(&mut self) -> bool {
        tokio::select! {
            () = self.fetches.next() => false,
            replaced = self.replacements.changed() => match replaced {
                Ok(()) => true,
                // Nobody is left to be told.
                Err(_) => std::future::pending().await,
            },
        }
    }
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
