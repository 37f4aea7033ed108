//! What a service of any type answers, as tonic's own servers do, and without a box that is not needed.

use std::any::Any;
use std::convert::Infallible;
use std::pin::Pin;

use axum::response::IntoResponse;
use http::Response;
use tonic::body::Body;

/// The type of a future in tonic's generated code.
pub(super) type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// As it is where a server that tonic generates gives it: it is boxed already.
pub(super) fn boxed<F, R>(future: F) -> Answer
where
    F: Future<Output = Result<R, Infallible>> + Send + 'static,
    R: IntoResponse + 'static,
{
    match same::<F, Answer>(future) {
        Ok(answer) => answer,
        Err(future) => Box::pin(async { future.await.map(into_tonic) }),
    }
}

/// axum's body is another box around tonic's, so that an answer of tonic's own does not become one of axum's first.
pub(super) fn into_tonic<R: IntoResponse + 'static>(response: R) -> Response<Body> {
    match same::<R, Response<Body>>(response) {
        Ok(response) => response,
        Err(other) => other.into_response().map(Body::new),
    }
}

/// A value of a type that only the caller knows, where it is this one.
fn same<T: 'static, U: 'static>(value: T) -> Result<U, T> {
    let mut value = Some(value);
    match <dyn Any>::downcast_mut::<Option<U>>(&mut value).and_then(Option::take) {
        Some(same) => Ok(same),
        None => Err(not_taken(value)),
    }
}

#[expect(clippy::expect_used, reason = "it was `Some`, and is taken out where the type is another one alone")]
fn not_taken<T>(value: Option<T>) -> T {
    value.expect("a value of another type is left where it is")
}
