//! How long what is issued lasts.

use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Tokens are dated in whole seconds.
const LEAST: Duration = Duration::from_secs(1);

/// Far from what the system's clock cannot show.
const MOST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// One lifetime for each kind.
#[derive(Clone, Debug)]
pub(super) struct Lifetimes {
    /// Unless a client has its own, or a machine asks for another.
    pub(super) access_token: Duration,
    pub(super) id_token: Duration,
    /// How long a code may be redeemed: a redirect and a request take no longer.
    pub(super) code: Duration,
    /// Counted from the grant: a rotation does not lengthen it (RFC 10017, on refresh tokens).
    pub(super) refresh_token: Duration,
    /// A working day, whatever is done meanwhile.
    pub(super) session: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self { access_token: HOUR, id_token: HOUR, code: MINUTE, refresh_token: DAY, session: 8 * HOUR }
    }
}

impl Lifetimes {
    /// Each with its name.
    pub(super) fn all(&self) -> [(&'static str, Duration); 5] {
        let Self { access_token, id_token, code, refresh_token, session } = *self;
        [
            ("access tokens", access_token),
            ("ID tokens", id_token),
            ("codes", code),
            ("refresh tokens", refresh_token),
            ("sessions", session),
        ]
    }
}

/// Whether it can be told apart from nothing, and from for ever.
pub(super) fn is_lifetime(duration: Duration) -> bool {
    (LEAST..=MOST).contains(&duration)
}
