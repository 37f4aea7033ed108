//! Refresh tokens that rotate (RFC 9700 §4.14.2): each is good for one use, and to use one twice is the end of
//! all that came from the same grant, since either the first or the second user has stolen it.

use std::time::{Duration, SystemTime};

use aws_lc_rs::constant_time;
use aws_lc_rs::error::Unspecified;

use super::bounded::Bounded;
use super::grant::Grant;
use super::random::random_id;
use super::scope::Scope;

const MAX_FAMILIES: usize = 1024;

/// The last token of every grant, by the family's name. A token is that name, a dot and a secret, so that
/// those which were replaced are known without being kept.
pub(super) struct Families {
    families: Bounded<Family>,
    lifetime: Duration,
}

struct Family {
    grant: Grant,
    secret: String,
}

/// Why there is no new token for an old one.
pub(super) enum Refused {
    /// It is unknown, expired, revoked, or another client's.
    Invalid,
    /// It was used before. Its family is over, and the grant with it.
    Replayed(Grant),
    /// More is asked for than was granted.
    Scope,
    /// The cryptographic library refused.
    Random,
}

impl From<Unspecified> for Refused {
    fn from(Unspecified: Unspecified) -> Self {
        Self::Random
    }
}

impl Families {
    /// None, of which each lasts for so long.
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { families: Bounded::new(MAX_FAMILIES), lifetime }
    }

    /// The first token of a grant.
    pub(super) fn begin(&mut self, grant: Grant, now: SystemTime) -> Result<String, Unspecified> {
        let (name, secret) = (random_id()?, random_id()?);
        let token = format!("{name}.{secret}");
        self.families.insert(name, Family { grant, secret }, now + self.lifetime, now);
        Ok(token)
    }

    /// The grant, and the token that replaces the one presented. What is asked for in vain uses nothing up.
    pub(super) fn rotate(
        &mut self,
        token: &str,
        client_id: &str,
        scope: Option<&Scope>,
        now: SystemTime,
    ) -> Result<(Grant, String), Refused> {
        let (name, secret) = token.split_once('.').ok_or(Refused::Invalid)?;
        let family = self.families.get_mut(name, now).ok_or(Refused::Invalid)?;
        if !family.ends_with(secret) {
            let ended = self.families.remove(name).ok_or(Refused::Invalid)?;
            return Err(Refused::Replayed(ended.grant));
        }
        if family.grant.client_id != client_id {
            return Err(Refused::Invalid);
        }
        if scope.is_some_and(|scope| !scope.is_subset_of(&family.grant.scope)) {
            return Err(Refused::Scope);
        }
        family.secret = random_id()?;
        Ok((family.grant.clone(), format!("{name}.{}", family.secret)))
    }

    /// Ends a family, by its name.
    pub(super) fn end(&mut self, name: &str) {
        self.families.remove(name);
    }

    /// Ends the family that `token` is of, if it is `client_id`'s, and returns its grant.
    pub(super) fn give_back(&mut self, token: &str, client_id: &str, now: SystemTime) -> Option<Grant> {
        let name = family(token);
        self.families.get_mut(name, now).filter(|family| family.grant.client_id == client_id)?;
        self.families.remove(name).map(|family| family.grant)
    }
}

impl Family {
    fn ends_with(&self, secret: &str) -> bool {
        constant_time::verify_slices_are_equal(self.secret.as_bytes(), secret.as_bytes()).is_ok()
    }
}

/// The name of the family that a token is of.
pub(super) fn family(token: &str) -> &str {
    token.split_once('.').map_or(token, |(name, _secret)| name)
}
