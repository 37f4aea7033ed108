//! One call of the service, and what its answer says.

use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, TE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use tokio::time::timeout;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::{ErrorDetail, StatusExt as _};
use tower_service::Service;

use super::outcome::{Outcome, Refusal, WouldDeny};
use super::sent::Sent;
use crate::grpc::DOMAIN;

type BoxError = Box<dyn Error + Send + Sync>;

/// As the contract has it: nothing that is compared is told by the code that is tested.
const WOULD_DENY: &str = "sekisho-would-deny";

/// How an answer is waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    pub(super) patience: Duration,
    /// Whether the trailers say something that has to be known.
    pub(super) reads_trailers: bool,
}

/// Begins a call. What comes of it does not need the service any more, so that many can be under way.
pub(super) async fn begin<S, B>(
    service: &mut S,
    (path, sent): (&str, &Sent),
    waiting: Waiting,
) -> Pin<Box<dyn Future<Output = Outcome>>>
where
    S: Service<Request<Body>, Response = Response<B>, Error: Into<BoxError> + 'static, Future: 'static>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + 'static,
{
    let request = match request(path, sent) {
        Ok(request) => request,
        Err(error) => return Box::pin(async move { Outcome::Failed(format!("no request: {error}")) }),
    };
    match timeout(waiting.patience, poll_fn(|cx| service.poll_ready(cx))).await {
        Ok(Ok(())) => Box::pin(answer(service.call(request), waiting)),
        Ok(Err(error)) => {
            let error = failed(error);
            Box::pin(async { error })
        }
        Err(_) => Box::pin(async move {
            Outcome::Failed(format!("the service was not ready within {:?}", waiting.patience))
        }),
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

async fn answer<E, B>(answer: impl Future<Output = Result<Response<B>, E>>, waiting: Waiting) -> Outcome
where
    E: Into<BoxError>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>>,
{
    match timeout(waiting.patience, answer).await {
        Ok(Ok(response)) => read(response, waiting).await,
        Ok(Err(error)) => failed(error),
        Err(_) => Outcome::LetIn {
            would_deny: WouldDeny::NotSeen,
            answer: format!("no answer within {:?}", waiting.patience),
        },
    }
}

fn failed(error: impl Into<BoxError>) -> Outcome {
    let mut text = "the service failed".to_owned();
    let error = error.into();
    let mut cause: Option<&(dyn Error + 'static)> = Some(&*error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    Outcome::Failed(text)
}

async fn read<B>(response: Response<B>, waiting: Waiting) -> Outcome
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>>,
{
    let (head, body) = response.into_parts();
    let content_type = head.headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if head.status != StatusCode::OK || !content_type.starts_with(b"application/grpc") {
        let content_type = String::from_utf8_lossy(content_type);
        return Outcome::Failed(format!(
            "no answer of a gRPC server: HTTP {}, {content_type:?}",
            head.status
        ));
    }
    match Status::from_header_map(&head.headers) {
        Some(status) => trailers_only(&status, &head.headers),
        None if waiting.reads_trailers => to_its_end(body, waiting.patience).await,
        None => Outcome::LetIn { would_deny: WouldDeny::NotSaid, answer: "a response began".to_owned() },
    }
}

/// A refusal is one, and so may be the answer of a handler.
fn trailers_only(status: &Status, headers: &HeaderMap) -> Outcome {
    if is_refusal(status) {
        return Outcome::Refused(refusal(status, headers));
    }
    let answer = shown(status);
    // What a handler says that was reached around the guard, and the guard where a layer behind it went astray.
    if status.code() == Code::Internal && status.message() == "The service is not set up to authorize calls" {
        return Outcome::Failed(answer);
    }
    Outcome::LetIn { would_deny: would_deny(headers), answer }
}

/// A handler of tonic's that is not written yet says in words of its own that it is unimplemented; for a method that it
/// does not know, generated code has no words.
fn is_refusal(status: &Status) -> bool {
    let is_unknown = || {
        status.code() == Code::Unimplemented
            && matches!(status.message(), "" | "This server has no such method")
    };
    let infos = status.get_error_details_vec();
    let is_ours = infos.iter().any(|it| matches!(it, ErrorDetail::ErrorInfo(info) if info.domain == DOMAIN));
    is_ours || is_unknown()
}

fn refusal(status: &Status, headers: &HeaderMap) -> Refusal {
    let field = |name: &str, value: String| (name.to_owned(), value);
    let mut fields = vec![field("code", code_name(status.code()))];
    for detail in status.get_error_details_vec() {
        match detail {
            ErrorDetail::ErrorInfo(info) => {
                fields.push(field("reason", info.reason));
                let mut metadata: Vec<_> = info.metadata.into_iter().collect();
                metadata.sort();
                fields.extend(metadata);
            }
            other => fields.push(field("another detail", format!("{other:?}"))),
        }
    }
    let challenges = headers.get_all(WWW_AUTHENTICATE).iter();
    fields.extend(
        challenges
            .map(|value| field("www-authenticate", String::from_utf8_lossy(value.as_bytes()).into_owned())),
    );
    Refusal(fields)
}

/// As it is written in `google/rpc/code.proto`: `PERMISSION_DENIED`.
fn code_name(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

fn shown(status: &Status) -> String {
    format!("{}: {}", code_name(status.code()), status.message())
}

fn would_deny(metadata: &HeaderMap) -> WouldDeny {
    let reasons = metadata.get_all(WOULD_DENY).iter().map(|it| String::from_utf8_lossy(it.as_bytes()));
    let reasons: Vec<_> = reasons.collect();
    // There is one; more of them are none that is expected.
    if reasons.is_empty() { WouldDeny::NotSaid } else { WouldDeny::Reason(reasons.join(", ")) }
}

/// Until its trailers.
async fn to_its_end<B>(body: B, patience: Duration) -> Outcome
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>>,
{
    match timeout(patience, trailers(body)).await {
        Ok(Ok(trailers)) => {
            let answer = Status::from_header_map(&trailers).as_ref().map(shown).unwrap_or_default();
            Outcome::LetIn { would_deny: would_deny(&trailers), answer }
        }
        Ok(Err(error)) => failed(error),
        Err(_) => Outcome::LetIn {
            would_deny: WouldDeny::NotSeen,
            answer: format!("the response did not end within {patience:?}"),
        },
    }
}

async fn trailers<B>(body: B) -> Result<HeaderMap, B::Error>
where
    B: http_body::Body,
{
    let mut body = Box::pin(body);
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        if let Ok(trailers) = frame?.into_trailers() {
            return Ok(trailers);
        }
    }
    Ok(HeaderMap::new())
}
