//! Whoever observes is told of streams that are ended.

use sekisho::observe::{Decision, EndedStream, Observer};
use tokio::sync::mpsc;

use super::{SECOND, TO_THE_END, World, in_time, issuer_of_all};

struct Panics;

impl Observer for Panics {
    fn decided(&self, _: &Decision<'_>) {
        panic!("an observer's own");
    }

    fn ended(&self, _: &EndedStream<'_>) {
        panic!("an observer's own");
    }
}

struct Recorder(mpsc::UnboundedSender<String>);

impl Observer for Recorder {
    fn decided(&self, _: &Decision<'_>) {}

    fn ended(&self, stream: &EndedStream<'_>) {
        let (grant, denial) = (stream.grant(), stream.denial());
        let told = [grant.issuer_name(), grant.subject(), denial.reason()].map(|text| text.unwrap_or("-"));
        let shown = format!("{stream:?}");
        let token = issuer_of_all().token().scope("feeds:read").sign();
        for part in token.split('.') {
            assert!(!shown.contains(part), "{shown}");
        }
        self.0.send(format!("{} {}", grant.method().name(), told.join(" "))).expect("a test that goes on");
    }
}

#[tokio::test]
async fn row_115_the_end_of_a_stream_is_told_beside_an_observer_that_panics() {
    let (told, mut ends) = mpsc::unbounded_channel();
    let mut world = World::new(|services| {
        services
            .enforce_deadlines()
            .observed_by(Panics)
            .observed_by(Recorder(told.clone()))
            .observed_by(Panics)
    });
    // Neither of a deadline, nor of streams that go on, nor of those that have ended by themselves.
    let (past, _, _answer) = world.answered("Exchange", Some("1S")).await;
    world.clock.advance(SECOND);
    past.dropped().await;
    let _reports = world.answered("Report", None).await;
    let (done, _, answer) = world.answered("Exchange", None).await;
    drop((done, answer));

    let expires = world.answered("Exchange", None).await;
    let uploads = tokio::spawn(world.answer_to("Upload", None));
    let _entered = world.entered().await;
    world.clock.advance(TO_THE_END);
    expires.0.dropped().await;
    in_time(uploads).await.expect("no panic");
    let mut all = [in_time(ends.recv()).await, in_time(ends.recv()).await].map(Option::unwrap_or_default);
    all.sort();
    assert_eq!(all, ["Exchange", "Upload"].map(|method| format!("{method} - alice ACCESS_TOKEN_EXPIRED")));
    assert!(ends.try_recv().is_err());
}

#[tokio::test]
async fn the_end_of_a_stream_whose_issuer_went_is_told_by_the_name_that_it_had() {
    let (told, mut ends) = mpsc::unbounded_channel();
    let mut world = World::new(|services| services.observed_by(Recorder(told)));
    let authorizer = world.protected.authorizer();
    authorizer.replace_issuers([issuer_of_all().issuer().named("before")]).expect("one issuer");
    let _stream = world.answered("Exchange", None).await;
    let another = sekisho::testing::TestIssuer::new("https://another.example/", "orders");
    world.protected.authorizer().replace_issuers([another.issuer().named("after")]).expect("one issuer");
    assert_eq!(in_time(ends.recv()).await.as_deref(), Some("Exchange before alice ACCESS_TOKEN_INVALID"));
}
