//! All who are told.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::{CallLog, Decision, EndedStream, Observer};
use crate::authorizer::{Authorizer, Denial, Grant, Verdict};

/// The log, and whoever was named besides. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Observers(Arc<[Box<dyn Observer>]>);

impl Observers {
    pub(crate) fn new(besides: Vec<Box<dyn Observer>>) -> Self {
        Self(besides.into())
    }

    /// When a decision begins, if anybody wants to know how long it takes. The log does not.
    #[inline]
    pub(crate) fn begin(&self, authorizer: &Authorizer) -> Option<Duration> {
        if self.0.is_empty() { None } else { Some(authorizer.elapsed()) }
    }

    #[inline]
    pub(crate) fn decided(
        &self,
        verdict: &Verdict,
        path: &str,
        (authorizer, begin): (&Authorizer, Option<Duration>),
    ) {
        let time_taken = begin.map(|begin| authorizer.elapsed().saturating_sub(begin)).unwrap_or_default();
        let decision = Decision::new(verdict, path, time_taken);
        CallLog.decided(&decision);
        if !self.0.is_empty() {
            self.tell_others(|observer| observer.decided(&decision));
        }
    }

    pub(crate) fn ended(&self, grant: &Grant, denial: &Denial) {
        let stream = EndedStream::new(grant, denial);
        CallLog.ended(&stream);
        self.tell_others(|observer| observer.ended(&stream));
    }

    fn tell_others(&self, tell: impl Fn(&dyn Observer)) {
        for observer in &*self.0 {
            // The process's hook tells of a panic. The call is none of its business.
            let told = catch_unwind(AssertUnwindSafe(|| tell(&**observer)));
            // What it panicked with may panic once more when it is dropped.
            if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(told))) {
                std::mem::forget(again);
            }
        }
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Observers({} besides the log)", self.0.len())
    }
}
