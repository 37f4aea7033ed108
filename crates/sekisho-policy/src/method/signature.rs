//! What a method is, whoever may call it.

use super::Position;

/// A gRPC method as its service declares it, without what is said of who may call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodSignature {
    pub(crate) path: String,
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) request: String,
    pub(crate) response: String,
    pub(crate) client_streaming: bool,
    pub(crate) server_streaming: bool,
    pub(crate) position: Option<Position>,
}

impl MethodSignature {
    /// The HTTP path: `/package.Service/Method`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The service's full name: `package.Service`.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The method's own name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The full name of the request's type: `package.Message`.
    pub fn request(&self) -> &str {
        &self.request
    }

    /// The full name of the response's type: `package.Message`.
    pub fn response(&self) -> &str {
        &self.response
    }

    /// Whether the caller sends a stream.
    pub fn client_streaming(&self) -> bool {
        self.client_streaming
    }

    /// Whether the answer is a stream.
    pub fn server_streaming(&self) -> bool {
        self.server_streaming
    }

    /// Whether the caller sends a stream, the answer is one, or both.
    pub fn is_streaming(&self) -> bool {
        self.client_streaming || self.server_streaming
    }

    /// Where the method stands in its source, if the descriptor set says so.
    pub fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }
}
