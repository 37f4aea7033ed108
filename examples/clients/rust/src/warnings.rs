//! A layer around a channel: it tells of each call that would be refused if the rule of its method were enforced.

use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::Map;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use http_body_util::combinators::MapFrame;
use tower_service::Service;

// snippet: begin
/// A channel whose answers are looked at.
#[derive(Clone)]
pub struct Warned<S>(pub S);

fn warn(path: &str, metadata: &HeaderMap) {
    for reason in metadata.get_all("sekisho-would-deny") {
        eprintln!("warning: {path} would be refused: {}", reason.to_str().unwrap_or_default());
    }
}

impl<S, B, R> Service<Request<B>> for Warned<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    type Response = Response<Watched<R>>;
    type Error = S::Error;
    type Future = Map<S::Future, Watch<R, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let path = request.uri().path().to_owned();
        self.0.call(request).map(Box::new(move |answer| {
            let answer = answer?;
            warn(&path, answer.headers()); // all that there is of an answer without a message
            Ok(answer.map(|body| watched(body, path)))
        }))
    }
}

fn watched<R: Body>(body: R, path: String) -> Watched<R> {
    body.map_frame(Box::new(move |frame| {
        frame.trailers_ref().inspect(|trailers| warn(&path, trailers));
        frame
    }))
}
// snippet: end

/// A body whose trailers are looked at.
pub type Watched<R> = MapFrame<R, Look<<R as Body>::Data>>;

type Look<D> = Box<dyn FnMut(Frame<D>) -> Frame<D> + Send>;

type Watch<R, E> = Box<dyn FnOnce(Result<Response<R>, E>) -> Result<Response<Watched<R>>, E> + Send>;
