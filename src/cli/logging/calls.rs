//! Which decisions are logged (`--log-calls`).

use tracing::Metadata;

use crate::config::LogCalls;

/// What the library logs of a call that goes on to its handler.
const ALLOWED: &str = "sekisho::call::allowed";
/// What it logs of one that is refused.
const REFUSED: &str = "sekisho::call::refused";

impl LogCalls {
    /// Whether an event is logged, as far as this says. It depends on the metadata alone, so that tracing asks once.
    pub(super) fn logs(self, target: &str) -> bool {
        match target {
            ALLOWED => self == Self::All,
            REFUSED => self != Self::None,
            _ => true,
        }
    }
}

/// Whether an event is what is logged of a call.
pub(super) fn is_of_a_call(event: &Metadata<'_>) -> bool {
    matches!(event.target(), ALLOWED | REFUSED)
}
