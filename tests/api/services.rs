//! What is served besides: the three APIs' answers, health, reflection.

use sekisho_server::server::Reflection;
use sekisho_server::services::proto::{api1, api2, api3};
use tokio_stream::StreamExt as _;
use tonic::Code;
use tonic::metadata::MetadataValue;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServiceResponse};

use crate::support::{App, Setup, connect, issuer, lines_with};

fn request<T>(message: T, scope: &str) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    let value = format!("Bearer {}", issuer().token().scope(scope).sign());
    request.metadata_mut().insert("authorization", MetadataValue::try_from(value).expect("a value"));
    request
}

#[tokio::test]
async fn one_token_three_apis() {
    let app = App::start().await;
    let channel = connect(app.address).await;
    let scope = "api1:read:status api2:read:status";
    let one = api1::api1_client::Api1Client::new(channel.clone())
        .get_status(request(api1::GetStatusRequest {}, scope))
        .await;
    assert_eq!(
        one.expect("allowed").into_inner(),
        api1::GetStatusResponse { name: "api1".to_owned(), ok: true }
    );
    let two = api2::api2_client::Api2Client::new(channel.clone())
        .get_status(request(api2::GetStatusRequest {}, scope))
        .await;
    assert_eq!(
        two.expect("allowed").into_inner(),
        api2::GetStatusResponse { name: "api2".to_owned(), ok: true }
    );
    let mut api3 = api3::api3_client::Api3Client::new(channel);
    let three = api3.get_status(request(api3::GetStatusRequest {}, scope)).await.expect_err("refused");
    assert_eq!((three.code(), three.message()), (Code::PermissionDenied, "Insufficient scope"));
    let three =
        api3.get_status(request(api3::GetStatusRequest {}, "api3:read:status")).await.expect("allowed");
    assert_eq!(three.into_inner(), api3::GetStatusResponse { name: "api3".to_owned(), ok: true });
}

#[tokio::test]
async fn one_line_is_logged_of_each_decision() {
    let app = App::start().await;
    let token = |subject: &str, scope: &str| issuer().token().claim("sub", subject).scope(scope).sign();
    app.call("/api1.v1.Api1/GetStatus").bearer(&token("logged-allowed", "api1:read:status")).send().await;
    app.call("/api1.v1.Api1/GetStatus").bearer(&token("logged-refused", "x")).send().await;
    let [allowed, refused] = [lines_with("logged-allowed"), lines_with("logged-refused")];
    assert_eq!((allowed.len(), refused.len()), (1, 1), "{allowed:?} {refused:?}");
    for part in [r#"method="/api1.v1.Api1/GetStatus""#, r#"client="test-client""#, r#"outcome="allowed""#] {
        assert!(allowed[0].contains(part), "{part}: {allowed:?}");
    }
    for part in [r#"outcome="refused""#, r#"reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT""#] {
        assert!(refused[0].contains(part), "{part}: {refused:?}");
    }
}

#[tokio::test]
async fn health_is_told_by_service_and_overall() {
    let app = App::start().await;
    app.ready_is(true).await;
    for service in ["", "api1.v1.Api1", "api2.v1.Api2", "api3.v1.Api3", "grpc.health.v1.Health"] {
        assert_eq!(app.health(service).await.expect("known"), 1, "{service:?}");
    }
    let unknown = app.health("api9.v1.Api9").await.expect_err("unknown");
    assert_eq!(unknown.code(), Code::NotFound);
}

async fn reflected(app: &App, question: MessageRequest) -> Result<MessageResponse, tonic::Status> {
    let ask = ServerReflectionRequest { host: String::new(), message_request: Some(question) };
    let mut client = ServerReflectionClient::new(connect(app.address).await);
    let mut answers = client.server_reflection_info(tokio_stream::once(ask)).await?.into_inner();
    Ok(answers.next().await.expect("an answer")?.message_response.expect("a message"))
}

async fn listed(app: &App) -> Result<Vec<String>, tonic::Status> {
    let answer = reflected(app, MessageRequest::ListServices(String::new())).await?;
    let MessageResponse::ListServicesResponse(list) = answer else { panic!("{answer:?}") };
    Ok(list.service.into_iter().map(|ServiceResponse { name }| name).collect())
}

#[tokio::test]
async fn reflection_describes_the_option_and_what_a_refusal_carries() {
    let app = App::start().await;
    for (symbol, is_there) in [
        ("sekisho.v1.access", true),
        ("sekisho.v1.default_access", true),
        ("google.rpc.ErrorInfo", true),
        ("google.rpc.Status", true),
        ("sekisho.v1.nowhere", false),
    ] {
        let question = MessageRequest::FileContainingSymbol(symbol.to_owned());
        let answer = reflected(&app, question).await.expect("public");
        let is_file = matches!(answer, MessageResponse::FileDescriptorResponse(_));
        assert_eq!(is_file, is_there, "{symbol}: {answer:?}");
    }
}

#[tokio::test]
async fn reflection_lists_what_is_served() {
    let app = App::start().await;
    let listed = listed(&app).await.expect("public");
    let expected = [
        "api1.v1.Api1",
        "api2.v1.Api2",
        "api3.v1.Api3",
        "endless.v1.Endless",
        "endless.v1.Raw",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
        "kinds.v1.Kinds",
        "streaming.v1.Defaulted",
        "streaming.v1.Streaming",
    ];
    let mut sorted = listed.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
}

#[tokio::test]
async fn row_67_reflection_without_a_token() {
    let paths = [
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ];
    // A message that asks for nothing is answered on the stream, which ends well.
    let let_in = Code::Ok;
    for (reflection, without, with) in [
        (Reflection::Off, Code::Unimplemented, Code::Unimplemented),
        (Reflection::Authenticated, Code::Unauthenticated, let_in),
        (Reflection::Public, let_in, let_in),
    ] {
        let app = App::start_with(Setup { reflection, ..Setup::default() }).await;
        for path in paths {
            assert_eq!(app.call(path).send().await.code(), without, "{reflection:?} {path}");
            assert_eq!(
                app.call(path).bearer(&issuer().token().sign()).send().await.code(),
                with,
                "{reflection:?} {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_server_whose_services_are_not_what_is_declared_does_not_start() {
    use sekisho::{AccessRule, Services};
    use sekisho_server::server::{self, Config, Hosts, Limits, Listeners};
    use sekisho_server::services;

    let three_apis = || services::three_apis(1024);
    let run = async |services: Services| {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let config = Config {
            services,
            issuers: vec![crate::support::trusting(|verifier| verifier)],
            report_only: false,
            clock: std::sync::Arc::new(sekisho::testing::ManualClock::new()),
            max_token_size: 8192,
            remembered_tokens: 10_000,
            reflection: Reflection::Public,
            grpc_web: None,
            allowed_headers: Vec::new(),
            hosts: Hosts::Any,
            tls: None,
            limits: Limits::default(),
            shutdown_grace: std::time::Duration::ZERO,
        };
        server::run(config, Listeners { grpc: listener, web: None }, std::future::ready(()))
            .await
            .map_err(|error| error.to_string())
    };
    assert_eq!(run(three_apis()).await, Ok(()));
    let declared_alone =
        run(three_apis().descriptor_set(crate::support::STREAMING)).await.expect_err("not registered");
    assert!(
        declared_alone.contains("streaming.v1.Streaming: in the policy, but not registered"),
        "{declared_alone}"
    );
    let registered_alone = three_apis().add_service(
        crate::support::proto::streaming_server::StreamingServer::new(crate::support::Handlers::default()),
    );
    let registered_alone = run(registered_alone).await.expect_err("not declared");
    assert!(
        registered_alone.contains("streaming.v1.Streaming: registered with the server"),
        "{registered_alone}"
    );
    let no_such_method =
        run(three_apis().rule("api1.v1.Api1/Drop", AccessRule::Public)).await.expect_err("no method");
    assert!(no_such_method.contains("api1.v1.Api1/Drop"), "{no_such_method}");
}

/// As an error, since only whoever assembled the server can mend it.
#[tokio::test]
async fn a_layer_that_changes_the_path_of_a_call_is_logged_once() {
    const OPEN: &str = "/streaming.v1.Streaming/Open";
    const UNARY: &str = "/streaming.v1.Streaming/Unary";
    let app = App::start().await;
    let rewrite = |mut request: http::Request<axum::body::Body>| {
        *request.uri_mut() = http::Uri::from_static(UNARY);
        request
    };
    let services = app.handlers.register(sekisho::Services::new(crate::support::STREAMING));
    let protected = services
        .layer(tower::util::MapRequestLayer::new(rewrite))
        .protect(crate::support::trusting(|verifier| verifier));
    let request = http::Request::post(OPEN).header("content-type", "application/grpc");
    let request = request.body(tonic::body::Body::empty()).expect("a request");
    let answer = tower::ServiceExt::oneshot(protected.expect("protected"), request).await.expect("an answer");
    assert_eq!(answer.headers()["grpc-status"], "13");
    assert_eq!(app.handlers.ran(), 0);
    let lines = lines_with("changed the path of a call");
    assert_eq!(lines.len(), 1, "{lines:?}");
    for part in ["ERROR", &format!(r#"granted="{OPEN}""#), &format!(r#"called="{UNARY}""#)] {
        assert!(lines[0].contains(part), "{part}: {lines:?}");
    }
}

#[test]
fn the_three_apis_have_the_rules_that_are_published() {
    let policy = sekisho::policy::Policy::from_descriptor_set(sekisho_server::services::DESCRIPTOR_SET);
    let policy = policy.expect("a policy");
    let rules: Vec<(&str, String)> = policy
        .methods()
        .map(|method| (method.path(), method.rule().required().map(ToString::to_string).unwrap_or_default()))
        .collect();
    let expected = [
        ("/api1.v1.Api1/GetStatus", "api1:read:status".to_owned()),
        ("/api2.v1.Api2/GetStatus", "api2:read:status".to_owned()),
        ("/api3.v1.Api3/GetStatus", "api3:read:status".to_owned()),
    ];
    assert_eq!(rules, expected);
}
