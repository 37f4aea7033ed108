//! What may change while a server runs.

use std::fmt;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use tower_http::cors::CorsLayer;

use super::SetupError;
use super::door::{self, AllowedHeader, AllowedOrigins};
use super::limits::Limits;
use super::slots::Slots;
use sekisho::authorizer::Authorizer;

/// Changes a server while it runs. Calls in flight are not touched. Cheap to clone.
#[derive(Clone)]
pub struct Control(Arc<Inner>);

struct Inner {
    authorizer: Authorizer,
    limits: ArcSwap<Limits>,
    /// None where native gRPC alone is spoken.
    web: ArcSwapOption<CorsLayer>,
    slots: Slots,
}

impl Control {
    pub(super) fn new(authorizer: Authorizer, limits: Limits, web: Option<CorsLayer>) -> Self {
        let slots = Slots::new(limits.connections);
        let (limits, web) = (ArcSwap::from_pointee(limits), ArcSwapOption::from_pointee(web));
        Self(Arc::new(Inner { authorizer, limits, web, slots }))
    }

    /// What decides. Its issuers can be replaced, and so can the size that tokens may have.
    pub fn authorizer(&self) -> &Authorizer {
        &self.0.authorizer
    }

    /// Bounds connections that come from now on by these limits; those that are open keep theirs. Where more are open than
    /// may be now, further ones wait until enough of them have ended. The size of messages is the services' own, and that
    /// of health and reflection is as it was at the start.
    ///
    /// # Errors
    /// [`SetupError`]: one of them is no limit. Nothing has changed then.
    pub fn set_limits(&self, limits: Limits) -> Result<(), SetupError> {
        limits.check()?;
        self.0.slots.resize(limits.connections);
        self.0.limits.store(Arc::new(limits));
        Ok(())
    }

    /// Lets pages of these origins call from now on, with these headers besides the usual ones, and no others: on
    /// connections that are open, too. A browser remembers for up to two hours what it was told before. Nothing happens
    /// where native gRPC alone is spoken.
    pub fn set_origins(&self, origins: &AllowedOrigins, headers: &[AllowedHeader]) {
        if self.0.web.load().is_some() {
            self.0.web.store(Some(Arc::new(door::cors(origins, headers))));
        }
    }

    /// The limits of connections that come now.
    pub fn limits(&self) -> Arc<Limits> {
        self.0.limits.load_full()
    }

    pub(super) fn web(&self) -> Option<Arc<CorsLayer>> {
        self.0.web.load_full()
    }

    pub(super) fn slots(&self) -> &Slots {
        &self.0.slots
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").field("limits", &self.0.limits.load()).finish_non_exhaustive()
    }
}
