//! Access tokens that are over before they expire: to this server alone, since nobody else asks.

use std::time::{Duration, SystemTime};

use super::bounded::Bounded;

const MAX_REVOKED: usize = 1024;

/// A token whose grant was revoked may be about to be signed. It expires by so much later.
const MARGIN: Duration = Duration::from_secs(60);

/// The names of grants and of single tokens, each until the last token of that name has expired. A token's `jti` is
/// the name of its grant, a dot and one of its own, so that all of a grant are known without being kept.
pub(super) struct Revoked {
    names: Bounded<()>,
    /// How long a token of a grant may last at most.
    lifetime: Duration,
}

impl Revoked {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { names: Bounded::new(MAX_REVOKED), lifetime }
    }

    /// Ends every token of a grant.
    pub(super) fn grant(&mut self, id: String, now: SystemTime) {
        self.names.insert(id, (), now + self.lifetime + MARGIN, now);
    }

    /// Ends one token, which expires then.
    pub(super) fn token(&mut self, jti: String, expires_at: SystemTime, now: SystemTime) {
        self.names.insert(jti, (), expires_at, now);
    }

    pub(super) fn contains(&mut self, jti: &str, now: SystemTime) -> bool {
        let grant = jti.split_once('.').map_or(jti, |(grant, _own)| grant);
        [grant, jti].iter().any(|name| self.names.get_mut(name, now).is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_grant_ends_with_its_tokens_and_a_token_alone() {
        let mut revoked = Revoked::new(Duration::from_secs(600));
        revoked.grant("a".to_owned(), at(0));
        revoked.token("b.1".to_owned(), at(600), at(0));
        for (jti, expected) in [
            ("a.1", true),
            ("a.2", true),
            ("a", true),
            ("b.1", true),
            ("b.2", false),
            ("b", false),
            ("aa.1", false),
        ] {
            assert_eq!(revoked.contains(jti, at(599)), expected, "{jti}");
        }
        assert!(revoked.contains("a.1", at(659)) && !revoked.contains("a.1", at(660)));
        assert!(!revoked.contains("b.1", at(600)));
    }

    #[test]
    fn there_are_so_many_and_the_oldest_goes() {
        let mut revoked = Revoked::new(Duration::from_secs(600));
        for id in 0..=MAX_REVOKED {
            revoked.grant(id.to_string(), at(0));
        }
        let held = ["0", "1", "1024"].map(|id| revoked.contains(id, at(0)));
        assert_eq!(held, [false, true, true]);
    }
}
