//! A token that was verified, and what each call judges of it anew.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use triomphe::{HeaderSlice, HeaderWithLength, ThinArc};

use super::Issuer;
use super::issuer::Identity;
use super::trusted::Trusted;
use crate::jwks::{HeldKeys, Standing};
use crate::policy::KnownScopes;
use crate::token::{Claims, Signed, allocated};

/// A token that was verified: by which of the issuers, with which of its keys, and what it says.
///
/// In memory, what each call judges stands before the rest: the claims begin with their dates. Of ten thousand tokens
/// none is in the processor's cache when it comes again.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Verified {
    /// The identity of the set that was last seen to have its key.
    keys: AtomicU64,
    /// When its issuer was last seen to be trusted: see [`Trusted::generation`](super::trusted::Trusted::generation).
    trusted_at: AtomicU64,
    known_scopes: KnownScopes,
    claims: Claims,
    /// By whose rules it was verified.
    issuer: Arc<Identity>,
    signed: Signed,
}

/// What a token that was verified before is now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Today {
    Accepted,
    /// Its key is not among its issuer's any more, or its time is over or yet to come.
    Refused,
    /// No key of its issuer may serve now.
    Unknown,
}

impl Verified {
    pub(super) fn new(
        issuer: &Issuer,
        (claims, signed): (Claims, Signed),
        known_scopes: KnownScopes,
        keys: &HeldKeys,
    ) -> Self {
        Self {
            keys: AtomicU64::new(keys.set.id()),
            // Others may be trusted than when it was looked at.
            trusted_at: AtomicU64::new(u64::MAX),
            known_scopes,
            claims,
            issuer: Arc::clone(issuer.identity()),
            signed,
        }
    }

    /// Until when its issuer lets the token be accepted: `exp`, and the leeway.
    pub(super) fn ends_at(&self) -> SystemTime {
        self.claims.ends_at(self.issuer.leeway())
    }

    pub(super) fn issuer(&self) -> &Arc<Identity> {
        &self.issuer
    }

    pub(super) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// What it has of the policy's scopes.
    pub(super) fn known_scopes(&self) -> KnownScopes {
        self.known_scopes
    }

    /// Whether its issuer is trusted at this time, by the same rules.
    #[inline]
    pub(super) fn is_trusted(&self, trusted: &Trusted) -> bool {
        // First: whoever is found afterwards is trusted at that time, or later.
        let generation = trusted.generation();
        if self.trusted_at.load(Ordering::Relaxed) == generation {
            return true;
        }
        let is_trusted = trusted.now().issuer(&self.issuer).is_some();
        if is_trusted {
            self.trusted_at.store(generation, Ordering::Relaxed);
        }
        is_trusted
    }

    /// What it would be found to be if it came for the first time, and its issuer is trusted.
    pub(super) fn judge(&self, now: SystemTime) -> Today {
        match self.issuer.keys().standing_of(self.keys.load(Ordering::Relaxed)) {
            Standing::NoKeys => return Today::Unknown,
            Standing::Replaced(keys) if !self.has_its_key(&keys) => return Today::Refused,
            Standing::Replaced(keys) => self.keys.store(keys.set.id(), Ordering::Relaxed),
            Standing::Held => {}
        }
        if self.claims.are_current(self.issuer.leeway(), now) { Today::Accepted } else { Today::Refused }
    }

    /// Whether an issuer of its name has replaced the key that it was verified with, or its own name. Keys that are too old
    /// to serve are not withdrawn.
    #[cfg(feature = "server")]
    pub(super) fn is_withdrawn(&self, issuer: &Identity) -> bool {
        match issuer.keys().standing_of(self.keys.load(Ordering::Relaxed)) {
            Standing::Replaced(keys) if self.has_its_key(&keys) => {
                self.keys.store(keys.set.id(), Ordering::Relaxed);
                false
            }
            Standing::Replaced(_) => true,
            Standing::Held | Standing::NoKeys => false,
        }
    }

    fn has_its_key(&self, keys: &HeldKeys) -> bool {
        *keys.issuer == *self.claims.issuer() && self.signed.would_verify_with(keys)
    }

    /// About how much memory it takes with a token of so many bytes.
    pub(super) fn size_with(&self, token: usize) -> usize {
        /// Their number and the count of who shares it are before them.
        const COUNT: usize = size_of::<usize>();
        let header = COUNT + size_of::<HeaderSlice<HeaderWithLength<Head>, [u8; 0]>>();
        allocated(header + token) + self.claims.heap_size()
    }
}

/// What was verified, and the bytes of the token behind it where it is remembered: one allocation, so that whoever has
/// found the one need not wait for the other. All clones are one.
#[derive(Clone)]
pub(super) struct Caller(ThinArc<Head, u8>);

#[repr(C)]
struct Head {
    /// The end of the token, beside the count that a clone changes. Whoever compares it has sent for that count too, and
    /// need not wait for it after the token.
    end: End,
    verified: Verified,
}

/// The last bytes of a token, which tell almost any two apart.
type End = [u8; 8];

impl Caller {
    /// Of a token that is not remembered.
    pub(super) fn of_this_call(verified: Verified) -> Self {
        Self::with_token(verified, &[])
    }

    pub(super) fn with_token(verified: Verified, token: &[u8]) -> Self {
        Self(ThinArc::from_header_and_slice(Head { end: end(token), verified }, token))
    }

    /// The whole token, where it is remembered.
    pub(super) fn token(&self) -> &[u8] {
        &self.0.slice
    }

    /// Whether it is of this token, to the last byte.
    pub(super) fn is_of(&self, token: &[u8]) -> bool {
        self.0.header.header.end == end(token) && *self.token() == *token
    }
}

/// Zeros, where there are not so many.
fn end(token: &[u8]) -> End {
    token.last_chunk().copied().unwrap_or_default()
}

impl Deref for Caller {
    type Target = Verified;

    fn deref(&self) -> &Verified {
        &self.0.header.header.verified
    }
}

/// Without the token, which is never shown.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
