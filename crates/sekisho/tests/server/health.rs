//! Health and reflection, each in one call.

use std::sync::Arc;

use sekisho::jwks::{FetchError, Fetched, KeySet, KeySource, Keys, Schedule};
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::token::Verifier;
use sekisho::{AccessRule, Issuer, Protected, StreamEnd};
use tokio::sync::watch;
use tokio_stream::StreamExt as _;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use super::support::{Orders, connect, issuer, serve_by_tonic, services};

const SERVING: i32 = ServingStatus::Serving as i32;
const NOT_SERVING: i32 = ServingStatus::NotServing as i32;
const NAMES: [&str; 5] = [
    "",
    "orders.v1.Orders",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
];

/// Has keys once it is told so.
struct Later {
    issuer: TestIssuer,
    has_keys: watch::Receiver<bool>,
}

impl KeySource for Later {
    fn issuer(&self) -> Arc<str> {
        "https://tenant.example/".into()
    }

    async fn fetch(&self) -> Result<Fetched, FetchError> {
        if !*self.has_keys.borrow() {
            return Err(FetchError::Panicked);
        }
        let (set, left_out) = KeySet::parse(self.issuer.jwks().as_bytes()).expect("a set");
        Ok(Fetched { issuer: self.issuer(), set, left_out })
    }
}

fn protected(issuer: Issuer) -> Protected {
    let all = services(&Orders::default()).health(AccessRule::Public).reflection(AccessRule::Authenticated);
    all.protect(issuer).expect("protected")
}

fn of(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

async fn check(channel: &Channel, service: &str) -> Result<i32, Code> {
    let answer = HealthClient::new(channel.clone()).check(of(service)).await;
    answer.map(|answer| answer.into_inner().status).map_err(|status| status.code())
}

async fn watch(channel: &Channel, service: &str) -> tonic::Streaming<tonic_health::pb::HealthCheckResponse> {
    HealthClient::new(channel.clone()).watch(of(service)).await.expect("a watch").into_inner()
}

#[tokio::test]
async fn health_follows_the_keys() {
    let (has, has_keys) = watch::channel(false);
    let source = Later { issuer: issuer(), has_keys };
    let keys = Keys::remote(source, Schedule::default(), Arc::new(ManualClock::new()));
    let protected = protected(Issuer::new(keys.clone(), Verifier::new("orders")));
    let channel = connect(serve_by_tonic(protected).await).await;
    let mut watched = watch(&channel, "orders.v1.Orders").await;
    assert_eq!(watched.message().await.expect("told").expect("told").status, NOT_SERVING);
    for name in NAMES {
        assert_eq!(check(&channel, name).await, Ok(NOT_SERVING), "{name}");
    }
    has.send_replace(true);
    keys.refresh().await.expect("keys");
    assert_eq!(watched.message().await.expect("told").expect("told").status, SERVING);
    for name in NAMES {
        assert_eq!(check(&channel, name).await, Ok(SERVING), "{name}");
    }
    assert_eq!(check(&channel, "orders.v2.Orders").await, Err(Code::NotFound));
    let unknown = HealthClient::new(channel).watch(of("orders.v2.Orders")).await;
    assert_eq!(unknown.expect_err("unknown").code(), Code::NotFound);
}

#[tokio::test]
async fn a_shutdown_is_told_and_ends_what_is_watched() {
    let protected = protected(issuer().issuer());
    let health = protected.health_handle();
    let channel = connect(serve_by_tonic(protected).await).await;
    let mut before = watch(&channel, "").await;
    assert_eq!(before.message().await.expect("told").expect("told").status, SERVING);
    health.shutdown();
    let after = watch(&channel, "orders.v1.Orders").await;
    for mut watched in [before, after] {
        assert_eq!(watched.message().await.expect("told").expect("told").status, NOT_SERVING);
        assert!(watched.message().await.expect("no error").is_none(), "that is its end");
    }
    for name in NAMES {
        assert_eq!(check(&channel, name).await, Ok(NOT_SERVING), "{name}");
    }
}

#[tokio::test]
async fn a_rule_in_code_says_when_these_streams_end() {
    let issuer = issuer();
    let bearer = format!("Bearer {}", issuer.token().sign());
    for (end, expected) in [(StreamEnd::AtExpiry, Some("3605")), (StreamEnd::Never, None)] {
        let rule = AccessRule::Authenticated.with_stream_end(end);
        let all = services(&Orders::default()).health(rule.clone()).reflection(rule);
        let protected = all.protect(issuer.issuer()).expect("protected");
        let channel = connect(serve_by_tonic(protected).await).await;

        let mut request = Request::new(of(""));
        request.metadata_mut().insert("authorization", bearer.parse().expect("a value"));
        let watched = HealthClient::new(channel.clone()).watch(request).await.expect("a watch");
        let told = |head: &tonic::metadata::MetadataMap| {
            head.get("sekisho-expires-in").map(|seconds| seconds.to_str().expect("a number").to_owned())
        };
        assert_eq!(told(watched.metadata()).as_deref(), expected, "health");

        let mut request = Request::new(tokio_stream::pending::<v1::ServerReflectionRequest>());
        request.metadata_mut().insert("authorization", bearer.parse().expect("a value"));
        let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel);
        let answers = client.server_reflection_info(request).await.expect("let in");
        assert_eq!(told(answers.metadata()).as_deref(), expected, "reflection");
    }
}

#[tokio::test]
async fn what_health_is_asked_is_bounded() {
    let channel = connect(serve_by_tonic(protected(issuer().issuer())).await).await;
    assert_eq!(check(&channel, &"x".repeat(4000)).await, Err(Code::NotFound));
    assert_eq!(check(&channel, &"x".repeat(5000)).await, Err(Code::OutOfRange));
}

fn with_token<T>(message: T, token: Option<&str>) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().expect("a value");
        request.metadata_mut().insert("authorization", value);
    }
    request
}

#[tokio::test]
async fn reflection_is_served_in_both_versions_by_its_rule() {
    use v1alpha::server_reflection_response::MessageResponse::ErrorResponse;
    let issuer = issuer();
    let channel = connect(serve_by_tonic(protected(issuer.issuer())).await).await;
    let token = issuer.token().sign();
    let current = async |token: Option<&str>| -> Result<Vec<String>, Status> {
        use v1::server_reflection_request::MessageRequest::ListServices;
        use v1::server_reflection_response::MessageResponse::ListServicesResponse;
        let ask = v1::ServerReflectionRequest {
            message_request: Some(ListServices(String::new())),
            ..Default::default()
        };
        let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel.clone());
        let asked = with_token(tokio_stream::once(ask), token);
        let answer = client.server_reflection_info(asked).await?.into_inner().next().await.expect("one")?;
        let Some(ListServicesResponse(list)) = answer.message_response else { panic!("{answer:?}") };
        Ok(list.service.into_iter().map(|service| service.name).collect())
    };
    assert_eq!(current(None).await.expect_err("no token").code(), Code::Unauthenticated);
    let mut listed = current(Some(&token)).await.expect("allowed");
    listed.push(String::new());
    listed.sort();
    let mut names = NAMES;
    names.sort_unstable();
    assert_eq!(listed, names);

    let mut alpha = v1alpha::server_reflection_client::ServerReflectionClient::new(channel);
    let mut ask = async |token: Option<&str>| {
        let ask = v1alpha::ServerReflectionRequest::default();
        let answer = alpha.server_reflection_info(with_token(tokio_stream::once(ask), token)).await?;
        answer.into_inner().next().await.expect("one")
    };
    assert_eq!(ask(None).await.expect_err("no token").code(), Code::Unauthenticated);
    // The handler's own answer, to what asks for nothing.
    let answer = ask(Some(&token)).await.expect("an answer").message_response;
    assert!(
        matches!(&answer, Some(ErrorResponse(error)) if error.error_code == Code::InvalidArgument as i32),
        "{answer:?}"
    );
}

/// Whoever asks nothing more keeps no server from its end.
#[tokio::test]
async fn a_shutdown_ends_streams_of_reflection() {
    let issuer = issuer();
    let protected = protected(issuer.issuer());
    let health = protected.health_handle();
    let channel = connect(serve_by_tonic(protected).await).await;
    let (questions, asked) = tokio::sync::mpsc::channel(1);
    let asked = with_token(tokio_stream::wrappers::ReceiverStream::new(asked), Some(&issuer.token().sign()));
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel);
    let mut answers = client.server_reflection_info(asked).await.expect("allowed").into_inner();
    questions.send(v1::ServerReflectionRequest::default()).await.expect("a stream");
    assert!(answers.message().await.expect("an answer").is_some());
    health.shutdown();
    assert!(answers.message().await.expect("no error").is_none(), "that is its end");
}
