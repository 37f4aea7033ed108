//! An issuer's keys by `kid` (RFC 7517): fixed, or remote with refresh. Knows no claims and no policy.
//!
//! [`Keys::lookup`] is what a call asks. It takes no lock that a refresh holds and does not wait: where
//! a token names a key that is not held, it hands out a future instead, for one fetch.

mod algorithm;
#[cfg(feature = "server")]
mod fetches;
#[cfg(feature = "discovery")]
mod http_url;
mod key;
#[cfg(feature = "discovery")]
mod lookups;
#[cfg(feature = "discovery")]
mod remote;
mod set;
#[cfg(feature = "discovery")]
mod source;
mod standing;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub use algorithm::{Algorithm, UnknownAlgorithm};
#[cfg(feature = "discovery")]
pub use http_url::{HttpUrl, InvalidHttpUrl, PlainHttp};
pub use key::{UnusableKey, VerificationKey};
#[cfg(feature = "discovery")]
pub use remote::{RefreshFailed, Schedule};
pub use set::{InvalidKeySet, KeySet, LeftOutKey, MAX_KEYS, MAX_TRIED};
#[cfg(feature = "discovery")]
pub use source::{
    Discovery, FetchError, Fetched, FixedUrl, HttpClient, InvalidCertificates, JwksFile, KeySource,
};

#[cfg(feature = "server")]
pub(crate) use fetches::Fetches;
pub(crate) use standing::Standing;

#[cfg(feature = "discovery")]
use crate::clock::Clock;

/// The keys of one issuer, shared by all who verify its tokens.
#[derive(Debug, Clone)]
pub struct Keys(Inner);

#[derive(Debug, Clone)]
enum Inner {
    Fixed(Arc<HeldKeys>),
    #[cfg(feature = "discovery")]
    Remote(Arc<remote::RemoteKeys>),
}

/// Looks at keys, and does not have them fetched: once everybody who does has gone, they stay as they are.
#[derive(Clone)]
pub(crate) struct KeysView(View);

#[derive(Clone)]
enum View {
    Fixed(Arc<HeldKeys>),
    #[cfg(feature = "discovery")]
    Remote(Arc<remote::Shared>),
}

impl KeysView {
    /// What has become of a set that a lookup handed out before, by its identity. Takes no lock, and does not wait.
    #[inline]
    pub(crate) fn standing_of(&self, seen: u64) -> Standing {
        match &self.0 {
            View::Fixed(held) => Standing::of(seen, held),
            #[cfg(feature = "discovery")]
            View::Remote(remote) => remote.standing_of(seen),
        }
    }

    pub(crate) fn is_ready(&self) -> bool {
        match &self.0 {
            View::Fixed(_) => true,
            #[cfg(feature = "discovery")]
            View::Remote(remote) => remote.is_ready(),
        }
    }

    /// Waits until [`KeysView::is_ready`] no longer is `known`.
    pub(crate) async fn readiness_other_than(&self, known: bool) {
        match &self.0 {
            View::Fixed(_) if known => std::future::pending().await,
            View::Fixed(_) => {}
            #[cfg(feature = "discovery")]
            View::Remote(remote) => remote.readiness_other_than(known).await,
        }
    }
}

/// Not what strangers have asked for.
impl fmt::Debug for KeysView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeysView")
    }
}

/// Keys as they are held now, and whose they are.
#[derive(Debug, PartialEq)]
pub struct HeldKeys {
    /// The issuer as its tokens name it in `iss`. Discovery settles how it is written.
    pub issuer: Arc<str>,
    /// Its keys.
    pub set: Arc<KeySet>,
}

/// What there is to verify a token with.
#[must_use = "a key that nobody looks at verifies nothing"]
#[non_exhaustive]
pub enum Lookup {
    /// Keys; among them the one that was asked for, where one was.
    Held(Arc<HeldKeys>),
    /// The issuer has no key of that name, and will have none: its keys are fixed.
    NotPublished,
    /// The issuer was asked not long ago and published no key of that name then.
    NotFound(NotFound),
    /// It cannot be told now.
    Unavailable(Unavailable),
    /// The issuer is being asked; resolves after one fetch at the latest, and never to `Pending`.
    Pending(Pin<Box<dyn Future<Output = Lookup> + Send>>),
}

/// A fetch looked for a key in vain. That says nothing of a token that was issued after it began: its key may be
/// published since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotFound {
    /// When the fetch began, by the calendar.
    pub looked_for_at: SystemTime,
    /// How long it is until the key is looked for again, where it is asked for.
    pub retry_after: Duration,
}

/// No key can be told right or wrong now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable {
    /// When it is worth to ask again.
    pub retry_after: Duration,
}

impl Keys {
    /// Keys that never change.
    pub fn fixed(issuer: impl Into<Arc<str>>, set: KeySet) -> Self {
        Self(Inner::Fixed(Arc::new(HeldKeys { issuer: issuer.into(), set: Arc::new(set) })))
    }

    /// Keys that are fetched now and refreshed for as long as a clone of the handle lives.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[cfg(feature = "discovery")]
    pub fn remote(source: impl KeySource, schedule: Schedule, clock: Arc<dyn Clock>) -> Self {
        Self(Inner::Remote(remote::RemoteKeys::start(Arc::new(source), None, schedule, clock)))
    }

    /// Keys that are held once this returns, and from then on refreshed as those of [`Keys::remote`]. A server that waits
    /// for it before it listens turns nobody away for want of keys; it then does not start while its issuer is down.
    ///
    /// ```no_run
    /// use std::sync::Arc;
    ///
    /// use sekisho::clock::SystemClock;
    /// use sekisho::jwks::{JwksFile, Keys, Schedule};
    ///
    /// # async fn keys() -> Result<(), Box<dyn std::error::Error>> {
    /// let file = JwksFile::new("https://tenant.example/", "/etc/orders/jwks.json");
    /// let keys = Keys::fetch(file, Schedule::default(), Arc::new(SystemClock::new())).await?;
    /// assert!(keys.is_ready());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`FetchError`]: no usable key came of one fetch, within 10 s at most.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[cfg(feature = "discovery")]
    pub async fn fetch(
        source: impl KeySource,
        schedule: Schedule,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, FetchError> {
        let source = Arc::new(source);
        let first = remote::fetch_once(&source).await?;
        Ok(Self(Inner::Remote(remote::RemoteKeys::start(source, Some(first), schedule, clock))))
    }

    /// Keys of the same issuer, fetched from `source` by `schedule` from now on. Those that are held here are held there, as
    /// old as they are: no token is turned away while the first fetch is under way, nor where it fails. Which algorithms are
    /// [accepted](Keys::accept) is not taken over.
    ///
    /// Nothing is held where `source` is of another issuer. Keys that never change stay as they are.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[cfg(feature = "discovery")]
    #[must_use]
    pub fn fetched_from(&self, source: impl KeySource, schedule: Schedule) -> Self {
        match &self.0 {
            Inner::Fixed(_) => self.clone(),
            Inner::Remote(before) => {
                Self(Inner::Remote(before.fetched_from(Arc::new(source), schedule, false)))
            }
        }
    }

    /// The same where `source` is another place, which the keys that are held are not from: they serve until the first
    /// fetch is over, so that no token is turned away meanwhile. Where that brings no usable key, none is held any more.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[cfg(feature = "discovery")]
    #[must_use]
    pub fn held_until_fetched_from(&self, source: impl KeySource, schedule: Schedule) -> Self {
        match &self.0 {
            Inner::Fixed(_) => self.clone(),
            Inner::Remote(before) => {
                Self(Inner::Remote(before.fetched_from(Arc::new(source), schedule, true)))
            }
        }
    }

    /// Adds algorithms that tokens may be signed with. [`Authorizer`](crate::authorizer::Authorizer) calls this for the
    /// issuers that it trusts; the keys of several issuers add up. A fetched set without a key for any of these algorithms
    /// counts as none: a refresh that brings one has failed, and one that is held already is given up.
    ///
    /// Before the first call, a set with any usable key counts. Fixed keys are not judged.
    #[cfg_attr(not(feature = "discovery"), expect(unused_variables, reason = "what is fixed is not judged"))]
    pub fn accept(&self, algorithms: &[Algorithm]) {
        match &self.0 {
            Inner::Fixed(_) => {}
            #[cfg(feature = "discovery")]
            Inner::Remote(remote) => remote.accept(algorithms),
        }
    }

    /// Whether a token that names this issuer may be one of theirs. Says nothing of whether it is.
    pub fn may_be_of(&self, issuer: &str) -> bool {
        same_but_for_the_last_slash(self.issuer(), issuer)
    }

    /// The issuer as it was configured. Discovery may settle that its tokens name it with a last slash, or without.
    pub fn issuer(&self) -> &str {
        match &self.0 {
            Inner::Fixed(held) => &held.issuer,
            #[cfg(feature = "discovery")]
            Inner::Remote(remote) => remote.issuer(),
        }
    }

    /// What there is to verify a token with that names `kid`, or names none.
    pub fn lookup(&self, kid: Option<&str>) -> Lookup {
        match &self.0 {
            Inner::Fixed(held) => match kid {
                Some(kid) if !held.set.knows(kid) => Lookup::NotPublished,
                _ => Lookup::Held(Arc::clone(held)),
            },
            #[cfg(feature = "discovery")]
            Inner::Remote(remote) => remote.lookup(kid),
        }
    }

    /// The same keys, for whoever only looks at them.
    pub(crate) fn view(&self) -> KeysView {
        KeysView(match &self.0 {
            Inner::Fixed(held) => View::Fixed(Arc::clone(held)),
            #[cfg(feature = "discovery")]
            Inner::Remote(remote) => View::Remote(remote.shared()),
        })
    }

    /// Asks for a refresh beside the calls, since a token did not verify with the keys that `held` has for its `kid`,
    /// or for tokens without one: the issuer may have changed a key under its name.
    ///
    /// Does not wait, and causes one fetch a cooldown at most, apart from those that unknown keys cause. Nothing
    /// happens where the keys are fixed, or where none of that name is held: neither a key that is not published nor
    /// one that is published for something else is mended by it.
    #[cfg_attr(not(feature = "discovery"), expect(unused_variables, reason = "what is fixed is not fetched"))]
    pub fn refresh_for_bad_signature(&self, held: &HeldKeys, kid: Option<&str>) {
        match &self.0 {
            Inner::Fixed(_) => {}
            #[cfg(feature = "discovery")]
            Inner::Remote(remote) if held.set.has_usable(kid) => remote.refresh_for_bad_signature(),
            #[cfg(feature = "discovery")]
            Inner::Remote(_) => {}
        }
    }

    /// Whether a token can be verified now: keys are held, and are not too old.
    pub fn is_ready(&self) -> bool {
        match &self.0 {
            Inner::Fixed(_) => true,
            #[cfg(feature = "discovery")]
            Inner::Remote(remote) => remote.is_ready(),
        }
    }

    /// Whether keys were ever held, be they too old by now.
    pub(crate) fn had_keys(&self) -> bool {
        match &self.0 {
            Inner::Fixed(_) => true,
            #[cfg(feature = "discovery")]
            Inner::Remote(remote) => remote.had_keys(),
        }
    }

    /// Waits until [`Keys::is_ready`] no longer is `known`.
    pub async fn readiness_other_than(&self, known: bool) {
        self.view().readiness_other_than(known).await;
    }

    /// Fetches now, whatever the schedule says; fixed keys are as fresh as they get.
    ///
    /// # Errors
    /// [`RefreshFailed`]: what was held is still held.
    #[cfg(feature = "discovery")]
    pub async fn refresh(&self) -> Result<(), RefreshFailed> {
        match &self.0 {
            Inner::Fixed(_) => Ok(()),
            Inner::Remote(remote) => remote.refresh().await,
        }
    }
}

/// Discovery settles the last slash; until it has, both are possible.
fn same_but_for_the_last_slash(one: &str, other: &str) -> bool {
    stem(one) == stem(other)
}

fn stem(issuer: &str) -> &str {
    issuer.strip_suffix('/').unwrap_or(issuer)
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(held) => f.debug_tuple("Held").field(held).finish(),
            Self::NotPublished => f.write_str("NotPublished"),
            Self::NotFound(not_found) => f.debug_tuple("NotFound").field(not_found).finish(),
            Self::Unavailable(unavailable) => f.debug_tuple("Unavailable").field(unavailable).finish(),
            Self::Pending(_) => f.write_str("Pending"),
        }
    }
}

#[cfg(test)]
mod tests;
