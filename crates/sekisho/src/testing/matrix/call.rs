//! One call of the service.

use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, TE};
use http::{HeaderValue, Request, Response};
use tokio::time::timeout;
use tonic::body::Body;
use tower_service::Service;

use super::answer;
use super::outcome::{Outcome, WouldDeny};
use super::sent::Sent;

type BoxError = Box<dyn Error + Send + Sync>;

/// Begins a call. What comes of it does not need the service any more, so that many can be under way.
pub(super) async fn begin<S, B>(
    service: &mut S,
    (path, sent): (&str, &Sent),
    patience: Duration,
) -> Pin<Box<dyn Future<Output = Outcome>>>
where
    S: Service<Request<Body>, Response = Response<B>, Error: Into<BoxError> + 'static, Future: 'static>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + 'static,
{
    let request = match request(path, sent) {
        Ok(request) => request,
        Err(error) => return Box::pin(async move { Outcome::Failed(format!("no request: {error}")) }),
    };
    match timeout(patience, poll_fn(|cx| service.poll_ready(cx))).await {
        Ok(Ok(())) => Box::pin(answered(service.call(request), patience)),
        Ok(Err(error)) => {
            let error = Outcome::failed(error);
            Box::pin(async { error })
        }
        Err(_) => {
            Box::pin(async move { Outcome::Failed(format!("the service was not ready within {patience:?}")) })
        }
    }
}

/// Without a message: the request ends at once.
fn request(path: &str, sent: &Sent) -> Result<Request<Body>, http::Error> {
    let mut request = Request::post(format!("{path}{}", sent.suffix))
        .version(http::Version::HTTP_2)
        .header(CONTENT_TYPE, "application/grpc")
        .header(TE, "trailers");
    for entry in &sent.authorization {
        let mut value = HeaderValue::try_from(entry)?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    request.body(Body::empty())
}

async fn answered<E, B>(answer: impl Future<Output = Result<Response<B>, E>>, patience: Duration) -> Outcome
where
    E: Into<BoxError>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>>,
{
    match timeout(patience, answer).await {
        Ok(Ok(response)) => answer::read(response, patience).await,
        Ok(Err(error)) => Outcome::failed(error),
        Err(_) => Outcome::LetIn {
            would_deny: WouldDeny::NoAnswer,
            answer: format!("no answer within {patience:?}"),
        },
    }
}
