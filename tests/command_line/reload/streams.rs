//! Streams that are open while it is changed whose tokens are accepted.

use tonic_types::StatusExt as _;

use super::*;
use crate::support::reflection::Reflection;
use crate::support::serving::in_time;

#[tokio::test]
async fn streams_of_an_issuer_that_went_are_ended_and_no_others() {
    let [a, b] = ["a", "b"].map(issuer);
    let (of_a, of_b) = (token(&a).sign(), token(&b).sign());
    let with = |more: &str| format!("reflection = 'authenticated'\n{}{}", table("a", ""), more);
    let two = with(&table("b", ""));
    let mut server = Serving::start(&two, &[&a, &b]).await;
    let mut stays = Reflection::open(server.channel.clone(), &of_a).await;
    let mut goes = [
        Reflection::open(server.channel.clone(), &of_b).await,
        Reflection::open(server.channel.clone(), &of_b).await,
    ];
    stays.ask().await.unwrap();
    goes[0].ask().await.unwrap();
    // Other rules end no stream: it was let in by those of then.
    let changed = server.reload(&with(&table("b", "scope-claim = ['permissions']"))).await;
    assert_eq!(changed, "changed: issuer b");
    goes[0].ask().await.unwrap();
    assert_eq!(server.reload(&with("")).await, "changed: removed issuer b");
    for stream in &mut goes {
        // It ends by itself, be it idle or not.
        let ended = in_time(stream.next()).await.expect_err("an end");
        assert_eq!(ended.code(), Code::Unauthenticated, "{ended}");
        let details = ended.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, "ACCESS_TOKEN_INVALID");
    }
    stays.ask().await.unwrap();
    assert_eq!(server.reload(&two).await, "changed: new issuer b");
    let mut again = Reflection::open(server.channel.clone(), &of_b).await;
    again.ask().await.unwrap();
    stays.ask().await.unwrap();
}

/// A stream that no token lets in is nobody's.
#[tokio::test]
async fn a_watch_of_health_goes_on_and_is_told_of_readiness() {
    use tonic_health::pb::HealthCheckRequest;
    use tonic_health::pb::health_check_response::ServingStatus;
    use tonic_health::pb::health_client::HealthClient;
    let a = issuer("a");
    let mut server = Serving::start(&table("a", ""), &[&a]).await;
    let mut client = HealthClient::new(server.channel.clone());
    let mut watch = client.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    while in_time(watch.message()).await.unwrap().unwrap().status() != ServingStatus::Serving {}
    // Nobody answers at the one; of the other, the key of the file is for RS256 alone, and none is for ES256.
    let nowhere = "[[issuers]]\nname = 'a'\nissuer = 'http://127.0.0.1:1/'\naudience = 'api'\n".to_owned();
    for no_keys in [nowhere, table("a", "algorithm = ['ES256']")] {
        assert_eq!(server.reload(&no_keys).await, "changed: issuer a");
        assert_eq!(in_time(watch.message()).await.unwrap().unwrap().status(), ServingStatus::NotServing);
        assert_eq!(server.reload(&table("a", "")).await, "changed: issuer a");
        assert_eq!(in_time(watch.message()).await.unwrap().unwrap().status(), ServingStatus::Serving);
    }
}
