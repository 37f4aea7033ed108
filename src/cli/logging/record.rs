//! An event as it was logged, to be made a line elsewhere: its values are copied, and written out later.

use std::array;
use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::time::SystemTime;

use tracing::field::{Field, Value, Visit, display};
use tracing::{Event, Metadata};

use super::queue::LONGEST;

/// The most fields that an event may have to be recorded. A call has 10.
const FIELDS: usize = 12;

/// When it was logged, by what, and with which values. Their texts stand beside it, in one piece: to record an event
/// takes no memory but the queue's.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) at: SystemTime,
    metadata: &'static Metadata<'static>,
    values: [Option<Recorded>; FIELDS],
}

/// A value, by the method of [`Visit`] that it came by.
#[derive(Debug, Clone, Copy)]
enum Recorded {
    Text(Part),
    /// What its `Debug` writes.
    Shown(Part),
    Unsigned(u64),
    Signed(i64),
    Bool(bool),
}

/// Where a text begins, and where it ends.
#[derive(Debug, Clone, Copy)]
struct Part(usize, usize);

/// An event is not recorded, since it has more than [`FIELDS`] fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooManyFields;

thread_local! {
    /// The memory for the texts of an event, kept for the next one.
    static TEXTS: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Record {
    /// Hands the event's record and its texts to `take`; nothing where its line would be longer than [`LONGEST`].
    pub(super) fn of(
        event: &Event<'_>,
        at: SystemTime,
        take: impl FnOnce(Option<(Self, &str)>),
    ) -> Result<(), TooManyFields> {
        if event.metadata().fields().len() > FIELDS {
            return Err(TooManyFields);
        }
        // Taken out: a value that logs or panics while it is shown finds an empty one, as does a thread at its end.
        let texts = TEXTS.try_with(RefCell::take).unwrap_or_default();
        let mut recorder = Recorder { texts, values: [None; FIELDS], is_too_long: false };
        event.record(&mut recorder);
        let Recorder { mut texts, values, is_too_long } = recorder;
        let record = Self { at, metadata: event.metadata(), values };
        take((!is_too_long).then_some((record, &*texts)));
        texts.clear();
        let _ = TEXTS.try_with(|kept| kept.replace(texts));
        Ok(())
    }

    /// Hands the event once more to `then`, with the texts that stood beside the record.
    pub(super) fn replay(&self, texts: &str, then: impl FnOnce(&Event<'_>)) {
        let values = self.values.map(|value| value.map(|value| value.in_texts(texts)));
        with_event(self.metadata, &values.each_ref().map(Option::as_deref), then);
    }
}

/// Hands an event of these values, in the order of its fields, to `then`. It is in no span.
pub(super) fn with_event<const N: usize>(
    metadata: &'static Metadata<'static>,
    values: &[Option<&dyn Value>; N],
    then: impl FnOnce(&Event<'_>),
) {
    let fields: Vec<Field> = metadata.fields().iter().collect();
    let Some(first) = fields.first() else { return };
    // What the macros of tracing make of their arguments. A field without a value is passed over.
    let set = array::from_fn::<_, N, _>(|index| match fields.get(index) {
        Some(field) => (field, values[index]),
        None => (first, None),
    });
    then(&Event::new_child_of(None, metadata, &metadata.fields().value_set(&set)));
}

impl Recorded {
    fn in_texts<'a>(self, texts: &'a str) -> Box<dyn Value + 'a> {
        let part = |Part(start, end)| texts.get(start..end).unwrap_or_default();
        match self {
            Self::Text(text) => Box::new(part(text)),
            Self::Shown(text) => Box::new(display(part(text))),
            Self::Unsigned(number) => Box::new(number),
            Self::Signed(number) => Box::new(number),
            Self::Bool(value) => Box::new(value),
        }
    }
}

struct Recorder {
    texts: String,
    values: [Option<Recorded>; FIELDS],
    is_too_long: bool,
}

impl Recorder {
    fn keep(&mut self, field: &Field, value: Recorded) {
        if let Some(place) = self.values.get_mut(field.index()) {
            *place = Some(value);
        }
    }
}

impl fmt::Write for Recorder {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        self.is_too_long |= self.texts.len() + more.len() > LONGEST;
        if self.is_too_long {
            return Err(fmt::Error);
        }
        self.texts.push_str(more);
        Ok(())
    }
}

impl Visit for Recorder {
    fn record_str(&mut self, field: &Field, text: &str) {
        let start = self.texts.len();
        let _ = self.write_str(text);
        self.keep(field, Recorded::Text(Part(start, self.texts.len())));
    }

    fn record_u64(&mut self, field: &Field, number: u64) {
        self.keep(field, Recorded::Unsigned(number));
    }

    fn record_i64(&mut self, field: &Field, number: i64) {
        self.keep(field, Recorded::Signed(number));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, Recorded::Bool(value));
    }

    /// A message, and values of other types.
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let start = self.texts.len();
        let _ = write!(self, "{value:?}");
        self.keep(field, Recorded::Shown(Part(start, self.texts.len())));
    }
}

#[cfg(test)]
mod tests;
