//! The layer around a channel: each request goes out with the access token of that moment.
//!
//! tonic's `Interceptor` would be shorter, but it is synchronous: it cannot wait for a token that is being fetched.

use std::mem;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, HeaderValue, InvalidHeaderValue};
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use http_body_util::combinators::MapFrame;
use tonic::{Code, Status};
use tower_layer::Layer;
use tower_service::Service;

use crate::issuer::FetchError;
use crate::tokens::Tokens;

/// What calls are authorized with.
#[derive(Clone)]
pub enum Credentials {
    /// Nothing is sent.
    Nothing,
    /// `authorization` as it is, for as long as it is accepted.
    Fixed(HeaderValue),
    /// A token that is renewed.
    Renewed(Tokens),
}

impl Credentials {
    /// # Errors
    /// A token with characters that no header may have.
    pub fn token(token: &str) -> Result<Self, InvalidHeaderValue> {
        bearer(token).map(Self::Fixed)
    }

    async fn authorization(&self) -> Result<Option<HeaderValue>, Status> {
        match self {
            Self::Nothing => Ok(None),
            Self::Fixed(value) => Ok(Some(value.clone())),
            // The server would be told nothing by a call without token, and the caller the wrong thing by its
            // answer: it is the issuer that has to come back.
            Self::Renewed(tokens) => tokens.authorization().await.map(Some).map_err(|error| no_token(&error)),
        }
    }

    /// Looks whether it is the token with which something is wrong, in head or trailers of an answer.
    fn look_at(&self, answer: &HeaderMap, sent: &HeaderValue) {
        let refused = Status::from_header_map(answer).is_some_and(|s| s.code() == Code::Unauthenticated);
        if let (Self::Renewed(tokens), true) = (self, refused) {
            tokens.discard(sent);
        }
    }
}

/// What a call ends with that has no token to be sent.
pub(crate) fn no_token(error: &FetchError) -> Status {
    let message = format!("No access token could be fetched: {error}");
    match error {
        // Another try would be refused like this one.
        FetchError::Refused(_) => Status::unauthenticated(message),
        _ => Status::unavailable(message),
    }
}

/// `Bearer TOKEN`, to be kept out of debug output and of HPACK's tables.
pub(crate) fn bearer(token: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {token}"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Puts credentials on each request of a channel, also where that speaks plain text: it is for whoever makes the
/// channel to see that nobody on the way reads them, as a [`SecureUrl`](crate::secure_url::SecureUrl) does.
#[derive(Clone)]
pub struct Authorize(pub Credentials);

impl<S> Layer<S> for Authorize {
    type Service = Authorized<S>;

    fn layer(&self, channel: S) -> Authorized<S> {
        Authorized { channel, credentials: self.0.clone() }
    }
}

/// A channel whose requests have credentials.
#[derive(Clone)]
pub struct Authorized<S> {
    channel: S,
    credentials: Credentials,
}

/// A body whose trailers are looked at: a stream that had begun ends by them, once its token is no longer good.
pub type Watched<R> = MapFrame<R, Look<<R as Body>::Data>>;

type Look<D> = Box<dyn FnMut(Frame<D>) -> Frame<D> + Send>;

impl<S, B, R> Service<Request<B>> for Authorized<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: Body + Default,
{
    type Response = Response<Watched<R>>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.channel.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The one that said that it was ready takes the request, and not its clone, which has not been asked.
        let unasked = self.channel.clone();
        let mut channel = mem::replace(&mut self.channel, unasked);
        let credentials = self.credentials.clone();
        Box::pin(async move {
            let authorization = match credentials.authorization().await {
                Ok(authorization) => authorization,
                Err(status) => return Ok(status.into_http().map(unwatched)),
            };
            let Some(sent) = authorization else { return Ok(channel.call(request).await?.map(unwatched)) };
            request.headers_mut().insert(AUTHORIZATION, sent.clone());
            let response = channel.call(request).await?;
            // A call that is turned away at the door is answered by its head alone. It is not made again: what
            // follows on it is the caller's to say.
            credentials.look_at(response.headers(), &sent);
            Ok(response.map(|body| watched(body, credentials, sent)))
        })
    }
}

fn watched<R: Body>(body: R, credentials: Credentials, sent: HeaderValue) -> Watched<R> {
    body.map_frame(Box::new(move |frame| {
        if let Some(trailers) = frame.trailers_ref() {
            credentials.look_at(trailers, &sent);
        }
        frame
    }))
}

fn unwatched<R: Body>(body: R) -> Watched<R> {
    body.map_frame(Box::new(|frame| frame))
}
