//! What is observed of each decision: by the log, and by whatever else is told of it, such as metrics or an audit.
//!
//! [`CallLog`] writes the log line of each call, and is always there. An [`Observer`] of yours is added by
//! `Services::observed_by`. It is told of each [`Decision`]: method, rule, caller, issuer, what came of it and why, whether
//! the token was remembered, and the time taken. It is told of each [`EndedStream`], too. The token is not among it.
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! use sekisho::Services;
//! use sekisho::observe::{Decision, Observer, Outcome};
//!
//! /// Counts what is refused, and what would be.
//! #[derive(Debug, Default)]
//! struct Refusals(AtomicU64);
//!
//! impl Observer for Refusals {
//!     fn decided(&self, decision: &Decision<'_>) {
//!         if decision.outcome() != Outcome::Allowed {
//!             self.0.fetch_add(1, Ordering::Relaxed);
//!         }
//!     }
//! }
//!
//! # #[cfg(feature = "server")]
//! fn counting(services: Services, refusals: Arc<Refusals>) -> Services {
//!     services.observed_by(refusals)
//! }
//! ```

mod call_log;
mod decision;
#[cfg(feature = "server")]
mod observers;

use std::sync::Arc;

pub use call_log::CallLog;
#[cfg(feature = "server")]
pub(crate) use call_log::shown_path;
pub use decision::{Decision, EndedStream, Outcome};
#[cfg(feature = "server")]
pub(crate) use observers::Observers;

/// Is told of each decision, once it is made and before anything comes of it. What it is given is borrowed and costs
/// nothing until it is asked for; the token is not among it.
///
/// It is asked where the call is served, so it must not wait: whoever has much to do with a decision hands it on, by a
/// channel that drops what finds no room. It cannot change what was decided. Where it panics, the call goes on as if it
/// had not, and the other observers are told all the same.
pub trait Observer: Send + Sync + 'static {
    /// A call was allowed or refused.
    fn decided(&self, decision: &Decision<'_>);

    /// A stream that was allowed has ended, since the right to it has.
    fn ended(&self, stream: &EndedStream<'_>) {
        let _ = stream;
    }
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn decided(&self, decision: &Decision<'_>) {
        (**self).decided(decision);
    }

    fn ended(&self, stream: &EndedStream<'_>) {
        (**self).ended(stream);
    }
}
