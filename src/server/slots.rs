//! The right to have a connection open: of all listeners together, as descriptors are the process's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many connections at a time. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Slots(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    free: Arc<Semaphore>,
    size: Mutex<Size>,
}

#[derive(Debug)]
struct Size {
    connections: usize,
    /// How many are open beyond that, since there were more slots before.
    beyond: usize,
}

/// One connection's, until it is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    permit: Option<OwnedSemaphorePermit>,
    slots: Slots,
}

impl Slots {
    pub(super) fn new(connections: usize) -> Self {
        let connections = bounded(connections);
        let size = Mutex::new(Size { connections, beyond: 0 });
        Self(Arc::new(Inner { free: Arc::new(Semaphore::new(connections)), size }))
    }

    pub(super) fn are_taken(&self) -> bool {
        self.0.free.available_permits() == 0
    }

    /// Waits for a free one. Nothing is lost if this is dropped midway.
    pub(super) async fn take(&self) -> Option<Slot> {
        loop {
            let permit = Arc::clone(&self.0.free).acquire_owned().await.ok()?;
            let mut size = self.size();
            if size.beyond == 0 {
                return Some(Slot { permit: Some(permit), slots: self.clone() });
            }
            // It was on its way here when there became fewer, and was counted as one that is open.
            size.beyond -= 1;
            permit.forget();
        }
    }

    /// As many from now on. Connections that are open stay, and count.
    pub(super) fn resize(&self, connections: usize) {
        let connections = bounded(connections);
        let mut size = self.size();
        if connections >= size.connections {
            let more = connections - size.connections;
            let kept = more.min(size.beyond);
            size.beyond -= kept;
            self.0.free.add_permits(more - kept);
        } else {
            let fewer = size.connections - connections;
            size.beyond += fewer - self.0.free.forget_permits(fewer);
        }
        size.connections = connections;
    }

    fn size(&self) -> MutexGuard<'_, Size> {
        self.0.size.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// More than a semaphore holds is no bound.
fn bounded(connections: usize) -> usize {
    connections.min(Semaphore::MAX_PERMITS)
}

/// It is free again, or is given up where there are too many.
impl Drop for Slot {
    fn drop(&mut self) {
        let mut size = self.slots.size();
        if let Some(permit) = self.permit.take_if(|_| size.beyond > 0) {
            size.beyond -= 1;
            permit.forget();
        }
        // Still within the lock, so that nobody counts it twice.
        drop(self.permit.take());
    }
}

#[cfg(test)]
mod tests;
