//! Keys that are not there, or come while a call waits for them.

use std::sync::Arc;

use sekisho::authorizer::Issuer;
use sekisho::jwks::Keys;
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::token::Verifier;
use tonic::Code;

use super::{ENFORCED, SCOPES, call, known, told};
use crate::support::{AUDIENCE, App, Document, IssuerServer, Setup};

async fn app(keys: &Keys, clock: &Arc<ManualClock>) -> App {
    let issuer = Issuer::new(keys.clone(), Verifier::new(AUDIENCE));
    App::start_with(Setup { issuer, clock: clock.clone(), ..Setup::default() }).await
}

#[tokio::test]
async fn row_112_without_keys_a_call_goes_on_as_nobodys() {
    let (server, clock) = (IssuerServer::start(Document::default()).await, Arc::default());
    let app = app(&server.keys(&clock), &clock).await;
    let token = TestIssuer::new(server.url(), AUDIENCE).token().scope("kinds:read").sign();
    let entries = [format!("Bearer {token}")];
    let answer = call(&app, SCOPES, &entries).await;
    assert_eq!(told(&answer.headers, &answer.trailers), [vec![], vec!["ISSUER_KEYS_UNAVAILABLE"]]);
    assert!(answer.code() == Code::Ok && known(&answer.body[5..]).anonymous);
    // What is wrong without a key is told even then.
    let junk = call(&app, SCOPES, &["Bearer junk".to_owned()]).await;
    assert_eq!(told(&junk.headers, &junk.trailers), [vec![], vec!["ACCESS_TOKEN_MALFORMED"]]);
    assert_eq!(call(&app, ENFORCED, &entries).await.code(), Code::Unavailable, "the twin");
}

#[tokio::test]
async fn row_112_a_call_waits_for_the_key_that_it_names_and_goes_on_whatever_comes() {
    for is_published in [true, false] {
        let (server, clock) = (IssuerServer::start(Document::default()).await, Arc::default());
        let old = TestIssuer::new(server.url(), AUDIENCE).kid("old");
        let new = TestIssuer::new(server.url(), AUDIENCE).kid("new");
        server.publish(Document::Json(old.jwks()));
        let keys = server.keys(&clock);
        keys.readiness_other_than(false).await;
        let app = app(&keys, &clock).await;
        let published = if is_published { &new } else { &old };
        server.publish(Document::Held(published.jwks()));
        let token = new.token().scope("kinds:read").without_claim("iat").sign();
        let entries = [format!("Bearer {token}")];
        let (answer, ()) = tokio::join!(call(&app, SCOPES, &entries), async {
            server.is_asked().await;
            server.let_go();
        });
        let expected = if is_published { vec![] } else { vec!["ACCESS_TOKEN_INVALID"] };
        assert_eq!(told(&answer.headers, &answer.trailers), [vec![], expected]);
        assert_eq!((answer.code(), known(&answer.body[5..]).anonymous), (Code::Ok, !is_published));
    }
}
