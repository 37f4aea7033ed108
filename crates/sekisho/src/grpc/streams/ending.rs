//! What follows once a stream has ended.

use std::sync::Arc;

use super::End;
use super::open::OpenStream;

/// A stream that has ended. When this is dropped, its readers are woken, by which the status is written, and whoever
/// observes is told of its end. That takes longer than to drop its bodies: of streams that end together, the bodies of all are dropped first, and
/// no handler goes on while the statuses of others are written.
pub(super) struct Ending {
    stream: Arc<OpenStream>,
    /// None where the handler had answered: it is but the rest of a request then, that somebody still has.
    told: Option<End>,
}

impl Ending {
    pub(super) fn new(stream: Arc<OpenStream>, told: Option<End>) -> Self {
        Self { stream, told }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.stream.request.reader.wake();
        self.stream.response.reader.wake();
        if let Some(end) = self.told {
            let stream = Arc::clone(&self.stream);
            self.stream.run(move || stream.tell_of(end));
        }
    }
}
