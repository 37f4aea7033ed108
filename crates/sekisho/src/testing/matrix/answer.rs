//! What an answer says, from its head to its end.

use std::error::Error;
use std::future::poll_fn;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use tokio::task::coop::consume_budget;
use tokio::time::timeout;
use tonic::{Code, Status};
use tonic_types::{ErrorDetail, StatusExt as _};

use super::outcome::{Outcome, Refusal, WouldDeny};

/// As the contract has it: nothing that is compared is told by the code that is tested.
const WOULD_DENY: &str = "sekisho-would-deny";
const DOMAIN: &str = "sekisho";
const GRPC_STATUS: &str = "grpc-status";

/// The end of a response.
enum End {
    Trailers(HeaderMap),
    WithoutTrailers,
    NotInTime,
}

/// Where a status stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is the whole answer (*Trailers-Only*).
    Head,
    Trailers,
}

/// Reads an answer to its end. Whether a call was let in is not known before: a response may begin, and then be cut.
pub(super) async fn read<B>(response: Response<B>, patience: Duration) -> Outcome
where
    B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>>,
{
    let (mut head, body) = response.into_parts();
    if let Some(failure) = not_grpc(head.status, &head.headers) {
        return failure;
    }
    let has_status = head.headers.contains_key(GRPC_STATUS);
    let end = match timeout(patience, end(body)).await {
        Ok(Ok(end)) => end,
        // Whoever has the status has the answer.
        Ok(Err(_)) if has_status => End::WithoutTrailers,
        Ok(Err(error)) => return Outcome::failed(error),
        Err(_) => End::NotInTime,
    };
    match (has_status, end) {
        (true, End::Trailers(trailers)) if trailers.contains_key(GRPC_STATUS) => Outcome::Failed(
            "a status in the head of the response, and another one in its trailers".to_owned(),
        ),
        (true, End::Trailers(trailers)) => {
            head.headers.extend(trailers);
            judged(&head.headers, Place::Head)
        }
        (true, End::WithoutTrailers | End::NotInTime) => judged(&head.headers, Place::Head),
        (false, End::Trailers(trailers)) => judged(&trailers, Place::Trailers),
        (false, End::WithoutTrailers) => judged(&HeaderMap::new(), Place::Trailers),
        (false, End::NotInTime) => Outcome::LetIn {
            would_deny: WouldDeny::NoEnd,
            answer: format!("the response did not end within {patience:?}"),
        },
    }
}

fn not_grpc(status: StatusCode, headers: &HeaderMap) -> Option<Outcome> {
    let content_type = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if status == StatusCode::OK && content_type.starts_with(b"application/grpc") {
        return None;
    }
    let content_type = String::from_utf8_lossy(content_type);
    Some(Outcome::Failed(format!("no answer of a gRPC server: HTTP {status}, {content_type:?}")))
}

async fn end<B>(body: B) -> Result<End, B::Error>
where
    B: http_body::Body,
{
    let mut body = Box::pin(body);
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        if let Ok(trailers) = frame?.into_trailers() {
            return Ok(End::Trailers(trailers));
        }
        // A body that always has a next message would leave no turn to the timeout.
        consume_budget().await;
    }
    Ok(End::WithoutTrailers)
}

/// A refusal is one wherever it stands, and so may be the answer of a handler.
fn judged(metadata: &HeaderMap, place: Place) -> Outcome {
    let Some(status) = Status::from_header_map(metadata) else {
        return Outcome::Failed("the response ended without a status".to_owned());
    };
    if is_refusal(&status) {
        return Outcome::Refused(refusal(&status, metadata, place));
    }
    let answer = shown(&status);
    // What a handler says that was reached around the guard, and the guard where a layer behind it went astray.
    if status.code() == Code::Internal && status.message() == "The service is not set up to authorize calls" {
        return Outcome::Failed(answer);
    }
    Outcome::LetIn { would_deny: would_deny(metadata), answer }
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

fn refusal(status: &Status, metadata: &HeaderMap, place: Place) -> Refusal {
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
    let challenges = metadata.get_all(WWW_AUTHENTICATE).iter();
    fields.extend(
        challenges
            .map(|value| field("www-authenticate", String::from_utf8_lossy(value.as_bytes()).into_owned())),
    );
    // Then a handler may have run. No refusal is expected to say so.
    if place == Place::Trailers {
        fields.push(field("told", "in the trailers of a response that had begun".to_owned()));
    }
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
