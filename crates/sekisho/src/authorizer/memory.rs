//! Verified tokens, remembered: what a signature says stays true for as long as its key is held, and costs some hundred
//! times as much to find out as to look up.
//!
//! Nothing else is remembered: a refusal is decided anew each time, and so is all that time and keys may change of a
//! token that was accepted. `quick_cache` holds the tokens: it is bounded by weight, takes a lock of one shard
//! for a lookup alone, and keeps what is asked for again over what came once, as a flood of new tokens does. `moka` does as
//! much, with a task's work beside each access.

use std::fmt;
use std::hash::{Hash, Hasher, RandomState};
use std::mem::size_of;
use std::sync::{Arc, Weak};
use std::time::SystemTime;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{Equivalent, OptionsBuilder, Weighter};

use super::Issuer;
use crate::jwks::{HeldKeys, Standing};
use crate::token::{Claims, Presented, Signed};

/// How many tokens are remembered where nothing else is set.
pub(super) const USUAL: usize = 10_000;

/// How much memory is set aside for each of them, in bytes: 12 MiB for 10,000. A longer token takes the room of several.
const ROOM: usize = 12 * 1024 * 1024 / USUAL;

/// What a shorter token counts for, so that there are not many more than asked for. The rest of [`ROOM`] is for the
/// shards, which fill unevenly.
const LEAST: usize = ROOM * 9 / 10;

/// How many tokens a shard has room for, at least: of smaller ones, some are full long before others.
const LEAST_OF_A_SHARD: usize = 512;

/// A token that was verified: by which of the issuers, with which of its keys, and what it says.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) claims: Claims,
    /// Where its issuer stands among those that are trusted.
    pub(super) issuer: usize,
    signed: Signed,
    /// The keys that were held then. What they were is not kept with the token, once they are replaced.
    keys: Weak<HeldKeys>,
}

impl Verified {
    pub(super) fn new(issuer: usize, (claims, signed): (Claims, Signed), keys: &Arc<HeldKeys>) -> Self {
        Self { claims, issuer, signed, keys: Arc::downgrade(keys) }
    }

    /// Whether it would be verified now, as it was then.
    fn is_current(&self, issuer: &Issuer, now: SystemTime) -> bool {
        let has_key = match issuer.keys().standing_of(&self.keys) {
            Standing::Held => true,
            Standing::Replaced(keys) => {
                *keys.issuer == *self.claims.issuer() && self.signed.would_verify_with(&keys)
            }
            Standing::NoKeys => false,
        };
        has_key && issuer.verifier().accepts_now(&self.claims, now)
    }
}

/// The tokens of one authorizer, with its settings: another has others.
#[derive(Clone, Default)]
pub(super) struct Memory(Option<Arc<Tokens>>);

type Tokens = Cache<Token, Arc<Verified>, Size, RandomState>;

impl Memory {
    /// Room for so many tokens of a usual length; with none, nothing is remembered.
    pub(super) fn new(entries: usize) -> Self {
        if entries == 0 {
            return Self(None);
        }
        let room = u64::try_from(entries.saturating_mul(ROOM)).unwrap_or(u64::MAX);
        let shards = std::thread::available_parallelism().map_or(1, usize::from).saturating_mul(4);
        let options = OptionsBuilder::new()
            .estimated_items_capacity(entries)
            .weight_capacity(room)
            .shards(shards.min(entries / LEAST_OF_A_SHARD).max(1))
            .build();
        // It fails where one of the two is missing.
        Self(options.ok().map(|options| {
            Arc::new(Cache::with_options(options, Size, RandomState::new(), DefaultLifecycle::default()))
        }))
    }

    /// The token, if it was verified before and would be now.
    pub(super) fn recall(
        &self,
        presented: Presented<'_>,
        issuers: &[Issuer],
        now: SystemTime,
    ) -> Option<Arc<Verified>> {
        let verified = self.0.as_ref()?.get(&Looked(presented.as_bytes()))?;
        let issuer = issuers.get(verified.issuer)?;
        verified.is_current(issuer, now).then_some(verified)
    }

    pub(super) fn remember(&self, presented: Presented<'_>, verified: &Arc<Verified>) {
        if let Some(tokens) = &self.0 {
            tokens.insert(Token(presented.as_bytes().into()), Arc::clone(verified));
        }
    }
}

/// Tokens are not shown, and neither is how many there are: somebody else's are among them.
impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Memory" } else { "Memory(off)" })
    }
}

/// A whole token.
#[derive(PartialEq, Eq)]
struct Token(Box<[u8]>);

/// One that is looked for.
struct Looked<'a>(&'a [u8]);

impl Equivalent<Token> for Looked<'_> {
    fn equivalent(&self, token: &Token) -> bool {
        *self.0 == *token.0
    }
}

impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Looked(&self.0).hash(state);
    }
}

/// By the end of the signature alone, which is as good as random and differs between any two tokens; to hash a whole
/// token takes longer than all else that is done with it. Which tokens hash alike is not for a stranger to choose: the
/// seed is random, and no token is in here that was not signed by an issuer.
impl Hash for Looked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        const END: usize = 32;
        state.write(&self.0[self.0.len().saturating_sub(END)..]);
    }
}

/// In bytes, about.
#[derive(Clone)]
struct Size;

impl Weighter<Token, Arc<Verified>> for Size {
    fn weight(&self, token: &Token, verified: &Arc<Verified>) -> u64 {
        /// What two allocations are rounded up by, the counters of one, and the places in the cache.
        const AROUND: usize = 96;
        let size = token.0.len() + size_of::<Verified>() + verified.claims.heap_size() + AROUND;
        size.max(LEAST).try_into().unwrap_or(u64::MAX)
    }
}
