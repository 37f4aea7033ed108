//! What has become of keys that a token was verified with.

use std::sync::Arc;

use super::HeldKeys;

/// What has become of keys that were held once.
#[derive(Debug)]
pub(crate) enum Standing {
    /// They are held, and may serve.
    Held,
    /// Others are held in their place.
    Replaced(Arc<HeldKeys>),
    /// None may serve now. Fixed keys always may.
    #[cfg_attr(not(feature = "discovery"), expect(dead_code, reason = "fixed keys do not age"))]
    NoKeys,
}

impl Standing {
    pub(super) fn of(seen: u64, held: &Arc<HeldKeys>) -> Self {
        if held.set.id() == seen { Self::Held } else { Self::Replaced(Arc::clone(held)) }
    }
}
