//! The grant, as a handler sees it.

use tonic::{Request, Status};

use super::ForwardedToken;
use crate::authorizer::Grant;

/// What the guard adds to a request.
pub trait RequestExt {
    /// The grant that the call was let through with.
    ///
    /// # Errors
    /// `INTERNAL` where no guard stands in front of the service. A handler that passes it on with `?` cannot run
    /// unguarded.
    fn grant(&self) -> Result<&Grant, Status>;

    /// The token that was verified, where `Services::dangerous_forward_token` hands it on. None where the caller is
    /// [anonymous](Grant::is_anonymous): a token that was sent is not handed on then, since nobody has verified it.
    ///
    /// ```
    /// use sekisho::grpc::RequestExt as _;
    /// use tonic::{Request, Status, metadata::{Ascii, MetadataValue}};
    ///
    /// /// The `authorization` of a call onwards.
    /// fn onwards<T>(request: &Request<T>) -> Result<MetadataValue<Ascii>, Status> {
    ///     let token = request.dangerous_forwarded_token().ok_or_else(|| Status::internal("no token"))?;
    ///     format!("Bearer {}", token.as_str()).parse().map_err(|_| Status::internal("no metadata value"))
    /// }
    /// ```
    fn dangerous_forwarded_token(&self) -> Option<&ForwardedToken>;
}

impl<T> RequestExt for Request<T> {
    fn grant(&self) -> Result<&Grant, Status> {
        self.extensions().get().ok_or_else(|| {
            tracing::error!("a handler was reached with no guard in front of it, and the call is refused; see sekisho::Services");
            Status::internal("The service is not set up to authorize calls")
        })
    }

    fn dangerous_forwarded_token(&self) -> Option<&ForwardedToken> {
        self.extensions().get()
    }
}
