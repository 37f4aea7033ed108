//! The deadline of a call: `grpc-timeout` (gRPC over HTTP/2, "Timeout").

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::{HeaderMap, Response};
use tonic::Status;
use tonic::body::Body;

use crate::clock::{Clock, Wait};

const HEADER: &str = "grpc-timeout";

/// How long the caller waits. One that cannot be read counts as none, as it does in tonic.
fn timeout(metadata: &HeaderMap) -> Option<Duration> {
    let text = metadata.get(HEADER)?.to_str().ok()?;
    let (value, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let is_value = (1..=8).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
    let value: u64 = value.parse().ok().filter(|_| is_value)?;
    Some(match unit {
        "H" => Duration::from_secs(value * 60 * 60),
        "M" => Duration::from_secs(value * 60),
        "S" => Duration::from_secs(value),
        "m" => Duration::from_millis(value),
        "u" => Duration::from_micros(value),
        "n" => Duration::from_nanos(value),
        _ => return None,
    })
}

/// When a call has to have been answered.
pub(super) struct Deadline {
    at: Duration,
    clock: Arc<dyn Clock>,
    /// From when it first has to be waited for: most calls do not wait at all.
    wait: Option<Wait>,
}

impl Deadline {
    /// That of a call which comes now, where its caller has set one.
    pub(super) fn of(metadata: &HeaderMap, clock: &Arc<dyn Clock>) -> Option<Self> {
        let at = clock.elapsed().saturating_add(timeout(metadata)?);
        Some(Self { at, clock: Arc::clone(clock), wait: None })
    }

    /// By the clock's steady time.
    pub(super) fn at(&self) -> Duration {
        self.at
    }

    pub(super) fn has_passed(&self) -> bool {
        self.clock.elapsed() >= self.at
    }

    /// Answers as `response` does, or once it has passed.
    pub(super) async fn keep<F>(mut self: Box<Self>, response: F) -> Result<Response<Body>, Infallible>
    where
        F: Future<Output = Result<Response<Body>, Infallible>>,
    {
        let mut response = pin!(response);
        poll_fn(|cx| {
            let answer = response.as_mut().poll(cx);
            if answer.is_ready() {
                return answer;
            }
            ready!(self.poll_passed(cx));
            Poll::Ready(Ok(exceeded().into_http()))
        })
        .await
    }

    /// Ready once it has passed.
    pub(super) fn poll_passed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.has_passed() {
            return Poll::Ready(());
        }
        let wait = self.wait.get_or_insert_with(|| self.clock.wait_until(self.at));
        ready!(wait.as_mut().poll(cx));
        self.wait = None;
        if self.has_passed() {
            return Poll::Ready(());
        }
        // The wait has ended too early.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// What the caller of any call is told.
pub(super) fn exceeded() -> Status {
    Status::deadline_exceeded("The deadline of the call has passed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_up_to_eight_digits_and_a_unit() {
        let cases = [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("3S", Some(Duration::from_secs(3))),
            ("4m", Some(Duration::from_millis(4))),
            ("5u", Some(Duration::from_micros(5))),
            ("6n", Some(Duration::from_nanos(6))),
            ("0S", Some(Duration::ZERO)),
            ("99999999H", Some(Duration::from_secs(99_999_999 * 3600))),
            ("100000000S", None),
            ("", None),
            ("S", None),
            ("1", None),
            ("1s", None),
            ("+1S", None),
            ("-1S", None),
            (" 1S", None),
            ("1.5S", None),
            ("1é", None),
        ];
        for (text, expected) in cases {
            let value = http::HeaderValue::from_bytes(text.as_bytes()).expect("a value");
            let metadata = HeaderMap::from_iter([(http::HeaderName::from_static(HEADER), value)]);
            assert_eq!(timeout(&metadata), expected, "{text}");
        }
        assert_eq!(timeout(&HeaderMap::new()), None);
    }
}
