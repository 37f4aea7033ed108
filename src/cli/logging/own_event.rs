//! Events of the logging itself. No filter of `RUST_LOG` is asked about them, since they tell what the log lacks.

use tracing::callsite::{Callsite, Identifier};
use tracing::field::{FieldSet, Value};
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata};

use super::record;

/// What is the same for each event of its kind. Its callsite is not registered, so that no subscriber hears of it.
pub(super) struct OwnEvent {
    metadata: Metadata<'static>,
}

impl OwnEvent {
    /// `identity` is the static that this is put into.
    pub(super) const fn new(
        level: Level,
        target: &'static str,
        fields: &'static [&'static str],
        identity: &'static dyn Callsite,
    ) -> Self {
        let fields = FieldSet::new(fields, Identifier(identity));
        Self {
            metadata: Metadata::new("event of the log", target, level, None, None, None, fields, Kind::EVENT),
        }
    }

    /// Hands the event of these values to `then`, in the order of the fields.
    pub(super) fn with<const N: usize>(
        &'static self,
        values: &[Option<&dyn Value>; N],
        then: impl FnOnce(&Event<'_>),
    ) {
        record::with_event(&self.metadata, values, then);
    }
}

impl Callsite for OwnEvent {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &self.metadata
    }
}
