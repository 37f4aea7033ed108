//! What is logged of an end, whoever is first to notice it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::task::Wake;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::open::OpenStream;
use super::{End, Streams};
use crate::authorizer::{Authorization, Authorizer, Grant};
use crate::observe::Observers;
use crate::policy::Policy;
use crate::testing::{ManualClock, TestIssuer};

const PATH: &str = "/feeds.v1.Feeds/Follow";

fn granted() -> (Streams, Grant) {
    let source = r#"
        syntax = "proto3";
        package feeds.v1;
        import "sekisho/v1/access.proto";
        message Item {}
        service Feeds {
          rpc Follow(Item) returns (stream Item) { option (sekisho.v1.access) = { authenticated: true }; }
        }
    "#;
    let set = sekisho_build::descriptor_set_of(source).expect("a set");
    let policy = Policy::from_descriptor_set(&set).expect("a policy");
    let issuer = TestIssuer::new("https://i.example/", "api");
    let authorizer = Arc::new(Authorizer::new(policy, issuer.issuer()).clock(Arc::new(ManualClock::new())));
    let mut head = HeaderMap::new();
    head.insert(AUTHORIZATION, format!("Bearer {}", issuer.token().sign()).parse().expect("a value"));
    let Authorization::Decided(verdict) = authorizer.authorize(PATH, &head) else { panic!("it waits") };
    let grant = verdict.into_result().expect("a grant");
    (Streams::new(authorizer, Observers::default()), grant)
}

/// Counts events.
struct Log(Arc<AtomicUsize>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Reads the response to its end as soon as it is woken.
#[derive(Default)]
struct Reader(OnceLock<Weak<OpenStream>>);

impl Wake for Reader {
    fn wake(self: Arc<Self>) {
        self.0.get().and_then(Weak::upgrade).expect("a stream").response.leave();
    }
}

#[test]
fn an_end_is_logged_though_its_reader_is_done_with_it_at_once_but_not_after_the_response() {
    let (streams, grant) = granted();
    for (is_answered, expected) in [(false, 1), (true, 0)] {
        let stream = Arc::new(OpenStream::new(1, grant.clone(), None, streams.clone()));
        let reader = Arc::new(Reader::default());
        reader.0.set(Arc::downgrade(&stream)).expect("it is not set yet");
        stream.response.reader.register(&reader.into());
        if is_answered {
            stream.response.leave();
        }
        let events = Arc::new(AtomicUsize::new(0));
        tracing::subscriber::with_default(Log(Arc::clone(&events)), || {
            // Readers are woken, and the end is logged, once it is dropped.
            drop(stream.end(End::Expired));
        });
        assert_eq!(events.load(Ordering::SeqCst), expected, "answered: {is_answered}");
    }
}
