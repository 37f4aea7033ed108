//! The grant, as a handler sees it.

use tonic::{Request, Status};

use crate::authorizer::Grant;

/// What the layer adds to a request.
pub trait RequestExt {
    /// The grant that the call was let through with.
    ///
    /// # Errors
    /// `INTERNAL` where no [`AccessLayer`](super::AccessLayer) stands in front of the service. A handler
    /// that passes it on with `?` cannot run unguarded.
    fn grant(&self) -> Result<&Grant, Status>;
}

impl<T> RequestExt for Request<T> {
    fn grant(&self) -> Result<&Grant, Status> {
        self.extensions().get().ok_or_else(|| {
            tracing::error!("a handler was reached with no AccessLayer in front of it; the call is refused");
            Status::internal("The service is not set up to authorize calls")
        })
    }
}
