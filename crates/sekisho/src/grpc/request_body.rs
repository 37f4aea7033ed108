//! The request's body, as what stands behind the guard gets it: without trailers, and with an end that does
//! not hurt the connection.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Request;
use http_body::{Body, Frame, SizeHint};

use super::discard::{ConnectionResets, discard};

/// The body of a request. Trailers are dropped, since gRPC has none in requests and tonic would merge them
/// into the metadata that a handler sees, after the guard has judged it.
///
/// Where it is dropped before its end, a task reads on and throws away what comes, until the body ends, or
/// for 64 KiB or a second. Without a tokio runtime, it is just dropped.
pub struct RequestBody<B> {
    /// None once nothing more will come of it.
    inner: Option<B>,
    /// Takes what is dropped before its end.
    leave: fn(B, Option<ConnectionResets>),
    resets: Option<ConnectionResets>,
}

/// In the extensions of a request whose body discards itself.
#[derive(Debug, Clone, Copy)]
struct Discarded;

impl<B> RequestBody<B>
where
    B: Body + Send + Unpin + 'static,
{
    /// The request with its body wrapped. The guard does it to every request.
    pub fn wrap(request: Request<B>) -> Request<Self> {
        Self::wrap_with(request, None)
    }

    /// The same for a server that knows its connections, next to the socket: it then holds for what never reaches
    /// the guard as well, and of a body that is decoded on its way (gRPC-Web), what is thrown away is not decoded.
    /// The guard's own wrapper then leaves the rest of the body to this one.
    pub fn wrap_on(request: Request<B>, connection: &ConnectionResets) -> Request<Self> {
        Self::wrap_with(request, Some(connection.clone()))
    }

    /// Around a body that discards itself.
    #[cfg(feature = "server")]
    pub(super) fn around(body: B) -> Self {
        Self { inner: Some(body), leave: |body, _| drop(body), resets: None }
    }

    fn wrap_with(mut request: Request<B>, resets: Option<ConnectionResets>) -> Request<Self> {
        let is_wrapped = request.extensions().get::<Discarded>().is_some();
        if !is_wrapped {
            request.extensions_mut().insert(Discarded);
        }
        let leave = if is_wrapped { |body, _| drop(body) } else { discard };
        request.map(|body| Self { inner: Some(body), leave, resets })
    }
}

impl<B> Body for RequestBody<B>
where
    B: Body + Unpin,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let Some(inner) = &mut self.inner else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(inner).poll_frame(cx));
        match frame {
            Some(Ok(frame)) if frame.is_data() => Poll::Ready(Some(Ok(frame))),
            // Trailers are the end, and so is an error.
            Some(Ok(_)) | None => {
                self.inner = None;
                Poll::Ready(None)
            }
            Some(Err(error)) => {
                self.inner = None;
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl<B> Drop for RequestBody<B> {
    fn drop(&mut self) {
        if let Some(body) = self.inner.take() {
            (self.leave)(body, self.resets.take());
        }
    }
}

impl<B> std::fmt::Debug for RequestBody<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestBody")
    }
}
