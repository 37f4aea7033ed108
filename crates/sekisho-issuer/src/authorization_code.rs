//! An authorization code (RFC 6749 §4.1.2), and what it is bound to.

use std::mem;
use std::time::{Duration, SystemTime};

use aws_lc_rs::error::Unspecified;

use super::bounded::Bounded;
use super::grant::Grant;
use super::pkce::Challenge;
use super::random::random_id;

/// How long a code that was redeemed is remembered at least, so that a second use tells of a theft.
const SPENT_MEMORY: Duration = Duration::from_secs(60 * 60);

const MAX_CODES: usize = 1024;

/// What is fetched with a code by whoever sent the request that it answers.
pub(super) struct Authorization {
    pub(super) grant: Grant,
    pub(super) redirect_uri: String,
    pub(super) challenge: Challenge,
    pub(super) nonce: Option<String>,
}

/// What a client presents together with its code (RFC 6749 §4.1.3, RFC 7636 §4.5).
pub(super) struct Presented<'a> {
    pub(super) code: &'a str,
    pub(super) client_id: &'a str,
    pub(super) redirect_uri: &'a str,
    pub(super) verifier: &'a str,
}

/// Every code that can be redeemed, or was.
pub(super) struct Codes {
    codes: Bounded<Code>,
    lifetime: Duration,
}

enum Code {
    Fresh(Box<Authorization>),
    /// With what its first use began.
    Spent(Option<Begun>),
}

/// What the first use of a code began.
pub(super) struct Begun {
    /// The name of the grant, and so of its access tokens.
    pub(super) grant: String,
    /// The family of its refresh tokens.
    pub(super) family: Option<String>,
}

/// What comes of presenting a code.
pub(super) enum Redemption {
    Granted(Box<Authorization>),
    Refused,
    /// It was used before: what its first use began is no longer to be trusted (RFC 9700 §4.5).
    Replayed(Option<Begun>),
}

impl Codes {
    /// None, of which each can be redeemed for so long.
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { codes: Bounded::new(MAX_CODES), lifetime }
    }

    pub(super) fn issue(
        &mut self,
        authorization: Authorization,
        now: SystemTime,
    ) -> Result<String, Unspecified> {
        let code = random_id()?;
        let expires_at = now + self.lifetime;
        self.codes.insert(code.clone(), Code::Fresh(Box::new(authorization)), expires_at, now);
        Ok(code)
    }

    /// A code is tried once, well or badly: one that came with anything wrong has been seen by somebody who
    /// should not have it.
    pub(super) fn redeem(&mut self, presented: &Presented<'_>, now: SystemTime) -> Redemption {
        let Some(code) = self.codes.get_mut(presented.code, now) else { return Redemption::Refused };
        match mem::replace(code, Code::Spent(None)) {
            Code::Fresh(authorization) if authorization.is_for(presented) => {
                Redemption::Granted(authorization)
            }
            Code::Fresh(_) => Redemption::Refused,
            Code::Spent(begun) => Redemption::Replayed(begun),
        }
    }

    /// Remembers what the first use of a code began.
    pub(super) fn spent(&mut self, code: &str, begun: Begun, now: SystemTime) {
        let expires_at = now + self.lifetime.max(SPENT_MEMORY);
        self.codes.insert(code.to_owned(), Code::Spent(Some(begun)), expires_at, now);
    }
}

impl Authorization {
    fn is_for(&self, presented: &Presented<'_>) -> bool {
        self.grant.client_id == presented.client_id
            && self.redirect_uri == presented.redirect_uri
            && self.challenge.is_met_by(presented.verifier)
    }
}
