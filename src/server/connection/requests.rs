//! What holds for every request of a connection, whatever listener it came to and whoever answers it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::header::CONTENT_LENGTH;
use http::{Method, Request, Response, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::service::TowerToHyperService;
use tokio::sync::Notify;
use tonic::body::Body;

use super::last_byte::LastByte;
use super::progress::Stuck;
use super::{HttpService, resettable};
use sekisho::grpc::{ConnectionResets, RequestBody, ResetDue};

/// What is known of a connection's requests. hyper tells nobody of them, so they are noted on their way to
/// the service.
#[derive(Debug, Default)]
pub(super) struct Requests {
    have_come: AtomicBool,
    no_more: AtomicBool,
    /// Of the call over HTTP/1.1 that began last, if it is a stream; and which call that is.
    last: Mutex<(u64, Option<ResetDue>)>,
    last_changed: Notify,
    /// Whether the peer takes nothing of what is written.
    pub(super) stuck: Stuck,
}

impl Requests {
    /// Whether there was one.
    pub(super) fn have_come(&self) -> bool {
        self.have_come.load(Ordering::Relaxed)
    }

    /// From now on, those over HTTP/2 reach nobody. Over HTTP/1.1 the one that is being read is the last one.
    pub(super) fn take_no_more(&self) {
        self.no_more.store(true, Ordering::Relaxed);
    }

    /// Waits until a stream over HTTP/1.1 has ended whose peer does not read: its connection is its only way to tell.
    pub(super) async fn reset_due(&self) {
        loop {
            let (call, due) = self.last().clone();
            let Some(due) = due else {
                self.last_changed.notified().await;
                continue;
            };
            tokio::select! {
                () = due => {
                    // hyper may have taken all of the response before there was room for it.
                    let mut last = self.last();
                    if last.0 == call {
                        if self.stuck.get() {
                            return;
                        }
                        last.1 = None;
                    }
                }
                () = self.last_changed.notified() => {}
            }
        }
    }

    /// Has what resets a stream known to whoever can.
    fn note_reset(&self, version: Version, due: ResetDue) {
        if version == Version::HTTP_2 {
            resettable::note(due);
        } else {
            self.last().1 = Some(due);
            self.last_changed.notify_one();
        }
    }

    /// Over HTTP/1.1, the answer to the call before is over: what is not read from now on may be this one's.
    fn begin(&self, version: Version) {
        self.have_come.store(true, Ordering::Relaxed);
        if version == Version::HTTP_2 {
            return;
        }
        let mut last = self.last();
        last.0 += 1;
        if last.1.take().is_some() {
            self.last_changed.notify_one();
        }
    }

    fn last(&self) -> MutexGuard<'_, (u64, Option<ResetDue>)> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn takes(&self, version: Version) -> bool {
        version != Version::HTTP_2 || !self.no_more.load(Ordering::Relaxed)
    }
}

/// The service of one connection. Bodies are wrapped here, next to the socket, so that what is left of one is
/// discarded whoever answers early, and before anything has decoded it.
pub(super) fn service(
    service: impl HttpService,
    requests: Arc<Requests>,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = Response<Body>,
    Error = h2::Error,
    Future: Send + 'static,
> {
    let service = TowerToHyperService::new(service);
    let resets = ConnectionResets::default();
    service_fn(move |request: Request<Incoming>| {
        requests.begin(request.version());
        let is_head = request.method() == Method::HEAD;
        let is_reset = is_reset_by_hyper(&request);
        let version = request.version();
        let is_taken = requests.takes(version);
        let request = RequestBody::wrap_on(request, &resets);
        // The body of a call that is not taken is dropped here, and so discarded until the stream is reset.
        let answer = is_taken.then(|| service.call(request));
        let (resets, requests) = (resets.clone(), Arc::clone(&requests));
        async move {
            let Some(answer) = answer else {
                resets.turn().await;
                // hyper resets the stream with the reason of the error. By this one a client knows that no handler
                // has seen the call, and makes it elsewhere (RFC 9113 §8.7).
                return Err(h2::Reason::REFUSED_STREAM.into());
            };
            let Ok(mut response) = answer.await;
            if let Some(due) = response.extensions_mut().remove() {
                requests.note_reset(version, due);
                if version == Version::HTTP_2 {
                    response = response.map(LastByte::held_back);
                }
            }
            if is_reset {
                resets.turn().await;
            }
            Ok(if is_head { without_body(response) } else { response })
        }
    })
}

/// Whether hyper resets the stream with the answer: it keeps the body of CONNECT over HTTP/2 to itself, for a
/// tunnel, and drops it where there is to be none.
fn is_reset_by_hyper<B>(request: &Request<B>) -> bool {
    request.version() == Version::HTTP_2 && request.method() == Method::CONNECT
}

/// The answer to HEAD (RFC 9110 §9.3.2). Over HTTP/1.1 hyper leaves the body out, over HTTP/2 it does not, and
/// clients call that an error of the protocol.
fn without_body(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    if let Some(length @ 1..) = body.size_hint().exact() {
        head.headers.entry(CONTENT_LENGTH).or_insert_with(|| length.into());
    }
    Response::from_parts(head, Body::empty())
}
