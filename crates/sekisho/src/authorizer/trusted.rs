//! Whose tokens are accepted, which may change while calls are decided.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::Issuer;
use super::issuer::Identity;
use super::memory::MEMORIES;
use crate::excerpt;

/// The issuers that are trusted at one time. Never empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Trust {
    pub(super) issuers: Vec<Issuer>,
    /// Where the tokens of each are remembered.
    memories: Vec<usize>,
}

impl Trust {
    pub(super) fn of(issuers: Vec<Issuer>) -> Self {
        Self::default().followed_by(issuers)
    }

    /// These, of which those that are trusted here keep their memories. Others get those that are free.
    pub(super) fn followed_by(&self, issuers: Vec<Issuer>) -> Self {
        let kept: Vec<_> = issuers.iter().map(|issuer| self.memory_of(issuer.identity())).collect();
        let mut free = (0..MEMORIES).filter(|index| !kept.contains(&Some(*index)));
        let memory =
            |(index, kept): (usize, &Option<usize>)| kept.or_else(|| free.next()).unwrap_or(index % MEMORIES);
        let memories = kept.iter().enumerate().map(memory).collect();
        Self { issuers, memories }
    }

    /// Where the tokens of an issuer are remembered, if it is trusted.
    pub(super) fn memory_of(&self, identity: &Arc<Identity>) -> Option<usize> {
        let index = self.issuers.iter().position(|issuer| Arc::ptr_eq(issuer.identity(), identity))?;
        self.memories.get(index).copied()
    }

    /// One more than the last that is in use.
    fn memories_in_use(&self) -> usize {
        self.memories.iter().max().map_or(0, |last| last + 1)
    }

    /// Whoever has no token, or one of nobody, is told to ask the first issuer. That one has not judged anybody for it, unless
    /// it is the only one.
    pub(super) fn words_of_first(&self) -> Words<'_> {
        let asked = self.issuers.first();
        Words { asked, judge: asked.filter(|_| self.issuers.len() == 1) }
    }

    /// The issuer by whose rules a token was verified, if those still hold.
    pub(super) fn issuer(&self, identity: &Arc<Identity>) -> Option<&Issuer> {
        self.issuers.iter().find(|issuer| Arc::ptr_eq(issuer.identity(), identity))
    }

    /// The issuer of tokens that name it so.
    pub(super) fn issuer_of(&self, iss: &str) -> Option<&Issuer> {
        self.issuers.iter().find(|issuer| issuer.keys().may_be_of(iss))
    }

    /// Whether there is anybody, and each token is of one issuer at most.
    pub(super) fn check(&self) -> Result<(), UntrustedIssuers> {
        if self.issuers.is_empty() {
            return Err(UntrustedIssuers::None);
        }
        let is_alone = |name: &str| self.issuers.iter().filter(|it| it.keys().may_be_of(name)).count() == 1;
        match self.issuers.iter().map(|issuer| issuer.keys().issuer()).find(|name| !is_alone(name)) {
            Some(name) => Err(UntrustedIssuers::Alike { issuer: excerpt::name(name).into_owned() }),
            None => Ok(()),
        }
    }

    fn can_verify(&self) -> bool {
        self.issuers.iter().any(|issuer| issuer.keys().is_ready())
    }

    fn had_all_keys(&self) -> bool {
        self.issuers.iter().filter(|issuer| issuer.is_required()).all(|issuer| issuer.keys().had_keys())
    }
}

/// In whose words a call is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'t> {
    /// Whom the caller is to ask for a token.
    pub(super) asked: Option<&'t Issuer>,
    /// Whose rules the call was refused by; none where its token names nobody.
    pub(super) judge: Option<&'t Issuer>,
}

impl<'t> From<&'t Issuer> for Words<'t> {
    fn from(issuer: &'t Issuer) -> Self {
        Self { asked: Some(issuer), judge: Some(issuer) }
    }
}

/// What is trusted now. All clones are the one.
#[derive(Clone)]
pub(super) struct Trusted(Arc<Shared>);

struct Shared {
    trust: ArcSwap<Trust>,
    /// How often it was replaced.
    generation: AtomicU64,
    replacing: Mutex<()>,
    memories_in_use: AtomicUsize,
    max_token_size: AtomicUsize,
    replaced: watch::Sender<()>,
    /// Once every required issuer had keys, it takes more to be not ready.
    was_ready: AtomicBool,
}

impl Trusted {
    pub(super) fn new(trust: Trust, max_token_size: usize) -> Self {
        Self(Arc::new(Shared {
            memories_in_use: AtomicUsize::new(trust.memories_in_use()),
            trust: ArcSwap::from_pointee(trust),
            generation: AtomicU64::new(0),
            replacing: Mutex::new(()),
            max_token_size: AtomicUsize::new(max_token_size),
            replaced: watch::Sender::new(()),
            was_ready: AtomicBool::new(false),
        }))
    }

    /// Takes no lock.
    pub(super) fn now(&self) -> arc_swap::Guard<Arc<Trust>> {
        self.0.trust.load()
    }

    /// Other than before where others may be trusted. Whoever asks this first and looks afterwards sees those of this time,
    /// or of a later one: so a remembered token is spared to look, which takes a tenth of all that is done with it.
    #[inline]
    pub(super) fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    /// The memories of those issuers that stay. Who replaces at the same time has to wait.
    pub(super) fn replace(&self, issuers: Vec<Issuer>) -> Vec<usize> {
        let _alone = self.0.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody may have asked yet whether it was ready.
        self.is_ready();
        let before = self.now();
        let trust = before.followed_by(issuers);
        let stay = trust.issuers.iter().filter_map(|issuer| before.memory_of(issuer.identity())).collect();
        // Where tokens are looked for that nobody has remembered yet, none is found.
        self.0.memories_in_use.store(trust.memories_in_use(), Ordering::Relaxed);
        self.0.trust.store(Arc::new(trust));
        self.0.generation.fetch_add(1, Ordering::Release);
        self.0.replaced.send_replace(());
        stay
    }

    /// How many memories have to be looked into.
    #[inline]
    pub(super) fn memories_in_use(&self) -> usize {
        self.0.memories_in_use.load(Ordering::Relaxed)
    }

    /// How long the `authorization` entry may be, in bytes.
    #[inline]
    pub(super) fn max_token_size(&self) -> usize {
        self.0.max_token_size.load(Ordering::Relaxed)
    }

    pub(super) fn set_max_token_size(&self, bytes: usize) {
        self.0.max_token_size.store(bytes, Ordering::Relaxed);
    }

    /// By which it is told of replacements from now on.
    pub(super) fn replacements(&self) -> watch::Receiver<()> {
        self.0.replaced.subscribe()
    }

    /// Ready once each required issuer had keys; from then on, as long as a token of any can be verified.
    pub(super) fn is_ready(&self) -> bool {
        let trust = self.now();
        if !self.0.was_ready.load(Ordering::Relaxed) && trust.had_all_keys() && trust.can_verify() {
            self.0.was_ready.store(true, Ordering::Relaxed);
        }
        self.0.was_ready.load(Ordering::Relaxed) && trust.can_verify()
    }
}

impl fmt::Debug for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self.now(), f)
    }
}

/// Why issuers cannot be trusted together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UntrustedIssuers {
    /// There is none: every token would be refused.
    #[error("there is no issuer; at least one has to be trusted")]
    None,
    /// Two have one name, but for a last slash, so that a token of theirs names both.
    #[error(
        "two issuers are called {issuer:?}, but for a last slash at most; a token has to name one of them alone"
    )]
    Alike {
        /// Their name.
        issuer: String,
    },
}
