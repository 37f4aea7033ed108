//! A service behind the guard is called as tower has it: it is polled ready first, and by the call's own task.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::{Request, Response};
use tonic::body::Body;
use tower::{Service, ServiceExt as _, service_fn};

use super::support::{Ran, World, is_refused};

/// Not ready until it is told so. Panics where it is called without being ready, and no clone of it is.
#[derive(Default)]
struct Gated {
    gate: Arc<Mutex<Gate>>,
    ran: Ran,
    is_ready: bool,
}

#[derive(Default)]
struct Gate {
    is_open: bool,
    /// The last one alone, as tower asks for no more.
    waiting: Option<Waker>,
}

impl Gated {
    fn is_waited_for(&self) -> bool {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner).waiting.is_some()
    }

    fn open(&self) {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        gate.is_open = true;
        gate.waiting.take().into_iter().for_each(Waker::wake);
    }
}

impl Clone for Gated {
    fn clone(&self) -> Self {
        Self { gate: Arc::clone(&self.gate), ran: self.ran.clone(), is_ready: false }
    }
}

impl Service<Request<Body>> for Gated {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        if !gate.is_open {
            gate.waiting = Some(cx.waker().clone());
            return Poll::Pending;
        }
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "called without being ready");
        self.ran.add("ran".to_owned());
        ready(Ok(Response::new(Body::empty())))
    }
}

/// The clock of the runtime stands still, so that a call that nobody wakes is found at once.
#[tokio::test(start_paused = true)]
async fn a_call_waits_until_its_service_is_ready() {
    let service = Gated::default();
    let world = World::of(service.clone());
    // A task of its own is polled again where it is woken alone.
    let call = tokio::spawn(world.protected.clone().oneshot(world.request(Body::empty())));
    tokio::task::yield_now().await;
    assert!(service.is_waited_for(), "it is not polled ready");
    assert_eq!(service.ran.all(), [""; 0]);
    service.open();
    let ended = tokio::time::timeout(Duration::from_secs(60), call).await.expect("it was not woken");
    let Ok(answer) = ended.expect("no panic");
    assert!(!is_refused(&answer), "{answer:?}");
    assert_eq!(service.ran.all(), ["ran"]);
}

#[tokio::test]
async fn the_service_that_was_polled_ready_is_the_one_that_is_called() {
    let service = Gated::default();
    service.open();
    let world = World::of(service.clone());
    for _ in 0..2 {
        let answer = world.answer(world.request(Body::empty())).await;
        assert!(!is_refused(&answer), "{answer:?}");
    }
    assert_eq!(service.ran.all(), ["ran"; 2]);
}

/// What a service does in its `call` is work of the call. The future of a call is made by the task of its connection.
#[tokio::test]
async fn a_service_that_panics_in_call_ends_its_call_alone() {
    for panics in [true, false] {
        let world = World::of(service_fn(move |_: Request<Body>| {
            assert!(!panics, "before there is a future");
            ready(Ok(Response::new(Body::empty())))
        }));
        let answer = world.protected.clone().call(world.request(Body::empty()));
        let ended = tokio::spawn(answer).await;
        assert_eq!(ended.is_err_and(|error| error.is_panic()), panics);
    }
}
