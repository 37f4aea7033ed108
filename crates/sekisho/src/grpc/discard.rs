//! What becomes of a body that nobody reads to its end.
//!
//! HTTP/2 lets a server answer before the request has ended, and a peer that has not seen the answer yet goes
//! on sending. h2 remembers 50 of the streams that it has reset, for a second each. It counts what comes on a
//! stream that it has forgotten as an error, and ends the connection at the 1,024th: behind a proxy, the
//! connection of many callers. So the rest of a body is read and thrown away for a while before its stream is
//! reset, and resets of one connection keep to what h2 remembers. Nothing is kept, decoded or waited for.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::Buf as _;
use http_body::Body;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// How much of an unread body is thrown away, in bytes; then its stream is reset.
pub(super) const LIMIT: usize = 64 * 1024;

/// How long the rest of an unread body is waited for; then its stream is reset.
pub(super) const TIME: Duration = Duration::from_secs(1);

/// How many resets of one connection are remembered at a time. h2 remembers 50, those of its own among them.
pub(super) const REMEMBERED: usize = 40;

/// How long one is. h2 forgets it after a second, when it next has something to do.
pub(super) const MEMORY: Duration = Duration::from_millis(1250);

/// The resets of streams on one connection of HTTP/2, whose bodies did not end in time. Where there are more of
/// them than h2 remembers, the next one waits, and what comes of its body meanwhile is thrown away.
///
/// A limit: a turn is spent when the body is dropped, but h2 resets the stream only once the response has ended too.
/// The reset of a stream whose response goes on for longer than a turn does is not counted when it happens.
#[derive(Debug, Clone)]
pub struct ConnectionResets(Arc<Semaphore>);

impl Default for ConnectionResets {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(REMEMBERED)))
    }
}

impl ConnectionResets {
    /// Waits until one more reset will be remembered, and counts it. For a reset that dropping a [`RequestBody`]
    /// does not bring about.
    ///
    /// [`RequestBody`]: super::RequestBody
    pub async fn turn(&self) {
        // The semaphore is never closed.
        let Ok(turn) = Arc::clone(&self.0).acquire_owned().await else { return };
        tokio::spawn(async move {
            sleep(MEMORY).await;
            drop(turn);
        });
    }

    /// Drops the body, which resets its stream, once that will be remembered.
    async fn reset(self, mut body: impl Body + Unpin) {
        let turn = {
            let mut turn = pin!(self.0.acquire_owned());
            let ended_or_turn = poll_fn(|cx| {
                let mut left = LIMIT;
                match poll_discard(&mut body, &mut left, cx) {
                    Poll::Ready(Rest::Ended) => return Poll::Ready(None),
                    // There is more at once, of which nobody else would tell.
                    Poll::Ready(Rest::Open) => cx.waker().wake_by_ref(),
                    Poll::Pending => {}
                }
                turn.as_mut().poll(cx).map(Result::ok)
            });
            ended_or_turn.await
        };
        drop(body);
        if turn.is_some() {
            sleep(MEMORY).await;
        }
    }
}

/// What is left of a body.
#[derive(Debug, PartialEq, Eq)]
enum Rest {
    Ended,
    /// More may come than is thrown away.
    Open,
}

/// Throws away what has come and, in a task of its own, what is still to come. Without a tokio runtime the body
/// is just dropped.
pub(super) fn discard<B>(mut body: B, resets: Option<ConnectionResets>)
where
    B: Body + Send + Unpin + 'static,
{
    // A panic resets the stream. To wait for the body would only delay that.
    if std::thread::panicking() || body.is_end_stream() {
        return;
    }
    // Before the first poll: a body may need the runtime too, and would panic in the midst of a drop.
    let Ok(runtime) = Handle::try_current() else { return };
    let mut left = LIMIT;
    // Most bodies have come whole. They need no task, and nobody to be woken.
    let come = poll_discard(&mut body, &mut left, &mut Context::from_waker(Waker::noop()));
    match (come, &resets) {
        (Poll::Ready(Rest::Ended), _) | (Poll::Ready(Rest::Open), None) => return,
        (Poll::Ready(Rest::Open), Some(_)) | (Poll::Pending, _) => {}
    }
    runtime.spawn(async move {
        let rest = timeout(TIME, poll_fn(|cx| poll_discard(&mut body, &mut left, cx))).await;
        match (rest, resets) {
            (Ok(Rest::Ended), _) | (_, None) => {}
            (Ok(Rest::Open) | Err(_), Some(resets)) => resets.reset(body).await,
        }
    });
}

/// Ready once the body has ended, or nothing is `left` of what may be thrown away.
fn poll_discard<B>(body: &mut B, left: &mut usize, cx: &mut Context<'_>) -> Poll<Rest>
where
    B: Body + Unpin,
{
    while *left > 0 {
        let frame = ready!(Pin::new(&mut *body).poll_frame(cx));
        let Some(Ok(frame)) = frame else { return Poll::Ready(Rest::Ended) };
        *left = left.saturating_sub(frame.data_ref().map_or(0, B::Data::remaining));
    }
    Poll::Ready(Rest::Open)
}

#[cfg(test)]
mod tests;
