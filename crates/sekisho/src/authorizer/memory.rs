//! Verified tokens, remembered: what a signature says stays true for as long as its key is held, and costs some hundred
//! times as much to find out as to look up.
//!
//! Nothing else is remembered: a refusal is decided anew each time, and so is all that time and keys may change of a
//! token that was accepted. `quick_cache` holds the tokens: it is bounded by weight, takes a lock of one shard
//! for a lookup alone, and keeps what is asked for again over what came once, as a flood of new tokens does. `moka` does as
//! much, with a task's work beside each access.

use std::fmt;
use std::hash::{Hash, Hasher, RandomState};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{Equivalent, OptionsBuilder, Weighter};

use super::caller::{Caller, Today, Verified};
use super::trusted::Trusted;
use crate::token::Presented;

/// How many tokens are remembered where nothing else is set.
pub(super) const USUAL: usize = 10_000;

/// How much memory there is for each of them, in bytes: 12 MiB for 10,000. A longer token takes the room of several.
const ROOM: usize = 12 * 1024 * 1024 / USUAL;

/// What a shard has besides, in parts of its share: tokens are not spread evenly, and one that is full forgets tokens
/// that come again, while another has room.
const SLACK: usize = 8;

/// No token that takes more than so many is remembered: it would push out as many others.
const MOST: usize = ROOM * 16;

/// How many tokens a shard has room for, at least: of smaller ones, some are full long before others.
const LEAST_OF_A_SHARD: usize = 512;

/// How many issuers have a memory of their own. Of more, some share one.
pub(super) const MEMORIES: usize = 32;

/// What one authorizer remembers, with its settings: another has others. Each issuer has a memory of its own, so that one
/// that signs tokens without end pushes out none of another's. Cheap to clone.
#[derive(Clone)]
pub(super) struct Memories(Arc<[Memory; MEMORIES]>);

impl Memories {
    /// Room for so many tokens of a usual length, of each issuer; with none, nothing is remembered.
    pub(super) fn new(entries: usize) -> Self {
        Self(Arc::new(std::array::from_fn(|_| Memory::new(entries))))
    }

    /// The token, if it was verified before and would be now. Which issuer it is of nobody knows yet.
    #[inline]
    pub(super) fn recall(
        &self,
        presented: Presented<'_>,
        trusted: &Trusted,
        now: SystemTime,
    ) -> Option<Caller> {
        // Most authorizers have one issuer.
        let caller = self.0[0].recall(presented, trusted, now);
        if caller.is_some() { caller } else { self.recall_of_others(presented, trusted, now) }
    }

    #[inline(never)]
    fn recall_of_others(
        &self,
        presented: Presented<'_>,
        trusted: &Trusted,
        now: SystemTime,
    ) -> Option<Caller> {
        let mut others = self.0.iter().take(trusted.memories_in_use()).skip(1);
        others.find_map(|memory| memory.recall(presented, trusted, now))
    }

    /// The caller that a token is of, which is remembered if it is to be.
    pub(super) fn remember(&self, presented: Presented<'_>, verified: Verified, trusted: &Trusted) -> Caller {
        match trusted.now().memory_of(verified.issuer()) {
            Some(index) => self.0[index].remember(presented, verified),
            // It went meanwhile.
            None => Caller::of_this_call(verified),
        }
    }

    /// Forgets what nobody will ask for: tokens of issuers that went.
    pub(super) fn forget_all_but(&self, kept: &[usize]) {
        let all = self.0.iter().enumerate();
        all.filter(|(index, _)| !kept.contains(index)).for_each(|(_, memory)| memory.forget());
    }
}

/// Tokens of one issuer.
pub(super) struct Memory {
    entries: usize,
    /// From the first token on.
    tokens: OnceLock<Tokens>,
}

type Tokens = Cache<Token, Caller, Size, RandomState>;

impl Memory {
    /// Room for so many tokens of a usual length; with none, nothing is remembered.
    pub(super) fn new(entries: usize) -> Self {
        Self { entries, tokens: OnceLock::new() }
    }

    fn forget(&self) {
        self.tokens.get().inspect(|tokens| tokens.clear());
    }

    /// The token, if it was verified before and would be now. One that would be refused is forgotten, and so is one of an
    /// issuer that is not trusted any more, or has other rules now.
    pub(super) fn recall(
        &self,
        presented: Presented<'_>,
        trusted: &Trusted,
        now: SystemTime,
    ) -> Option<Caller> {
        let tokens = self.tokens.get()?;
        let looked = Looked(presented.as_bytes());
        let caller = tokens.get(&looked)?;
        let today = if caller.is_trusted(trusted) { caller.judge(now) } else { Today::Refused };
        match today {
            Today::Accepted => return Some(caller),
            Today::Refused => drop(tokens.remove(&looked)),
            Today::Unknown => {}
        }
        None
    }

    /// The caller that a token is of, which is remembered if it is to be.
    pub(super) fn remember(&self, presented: Presented<'_>, verified: Verified) -> Caller {
        let token = presented.as_bytes();
        if self.entries == 0 || size(token, &verified) > MOST {
            return Caller::of_this_call(verified);
        }
        let caller = Caller::with_token(verified, token);
        let tokens = self.tokens.get_or_init(|| tokens(self.entries));
        tokens.insert(Token(caller.clone()), caller.clone());
        caller
    }
}

fn tokens(entries: usize) -> Tokens {
    let shards = std::thread::available_parallelism().map_or(1, usize::from).saturating_mul(4);
    let shards = shards.min(entries / LEAST_OF_A_SHARD).max(1);
    let room = entries.saturating_mul(ROOM).min(usize::MAX / 2);
    let options = OptionsBuilder::new()
        .estimated_items_capacity(entries)
        .weight_capacity(u64::try_from(room + room / SLACK).unwrap_or(u64::MAX))
        // The cache rounds up to a power of two.
        .shards(1 << shards.ilog2())
        .build();
    match options {
        Ok(options) => Cache::with_options(options, Size, RandomState::new(), DefaultLifecycle::default()),
        // One of the two capacities is missing, which they are not.
        Err(_) => Cache::with(0, 0, Size, RandomState::new(), DefaultLifecycle::default()),
    }
}

/// Tokens are not shown, and neither is how many there are: somebody else's are among them.
impl fmt::Debug for Memories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0[0].entries > 0 { "Memories" } else { "Memories(off)" })
    }
}

/// A whole token, by which its caller is found. It is in the caller's allocation.
struct Token(Caller);

/// One that is looked for.
struct Looked<'a>(&'a [u8]);

impl Equivalent<Token> for Looked<'_> {
    fn equivalent(&self, token: &Token) -> bool {
        token.0.is_of(self.0)
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        Looked(self.0.token()).equivalent(other)
    }
}

impl Eq for Token {}

impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Looked(self.0.token()).hash(state);
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

/// About how much memory a token takes, in bytes.
pub(super) fn size(token: &[u8], verified: &Verified) -> usize {
    /// Its places in the cache.
    const AROUND: usize = 80;
    verified.size_with(token.len()) + AROUND
}

#[derive(Clone)]
struct Size;

impl Weighter<Token, Caller> for Size {
    fn weight(&self, token: &Token, caller: &Caller) -> u64 {
        // A short one counts as a usual one, so that there are not many more than asked for.
        size(token.0.token(), caller).max(ROOM).try_into().unwrap_or(u64::MAX)
    }
}
