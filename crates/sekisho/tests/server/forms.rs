//! Each form of a server: a call allowed, calls refused, and what is no call.

use std::net::SocketAddr;

use axum::routing::get;
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use sekisho::testing::TestIssuer;
use tonic::Code;
use tower::ServiceExt as _;

use super::support::{
    DELETE, GET, Orders, call, connect, issuer, serve_by_axum, serve_by_hyper, serve_by_tonic, services,
};

/// By what a client sees; nothing runs but what is granted.
async fn assert_guarded(address: SocketAddr, issuer: &TestIssuer, orders: &Orders) {
    let channel = connect(address).await;
    let read = issuer.token().scope("orders:read").sign();
    assert_eq!(call(&channel, GET, Some(&read)).await.code(), Code::Ok);
    assert_eq!(orders.ran.all(), ["/orders.v1.Orders/Get for alice"]);

    assert_eq!(call(&channel, GET, None).await.code(), Code::Unauthenticated);
    assert_eq!(call(&channel, DELETE, Some(&read)).await.code(), Code::PermissionDenied);
    for unknown in [
        "/orders.v1.Orders/Drop",
        "/orders.v1.Orders/get",
        "/orders.v1.Orders/Get/",
        "/orders.v1.Orders/%47et",
        "/orders.v1.Orders/Get?all",
    ] {
        assert_eq!(call(&channel, unknown, Some(&read)).await.code(), Code::Unimplemented, "{unknown}");
    }
    assert_eq!(orders.ran.all().len(), 1, "no refused call reached a handler");

    let no_call = [
        ("GET", GET, "application/grpc", 405),
        ("HEAD", GET, "application/grpc", 405),
        ("OPTIONS", GET, "application/grpc", 405),
        ("POST", GET, "text/plain", 415),
        ("POST", GET, "application/grpc-web", 415),
        ("POST", "/orders.v1.Orders/Drop", "text/plain", 415),
    ];
    for (method, path, content_type, status) in no_call {
        let answer = http_1(address, method, path, content_type).await;
        assert_eq!(answer.status(), status, "{method} {path} {content_type}");
        let allowed = answer.headers().get("allow").map(http::HeaderValue::as_bytes);
        assert_eq!(allowed, (status == 405).then_some(&b"POST"[..]), "{method} {path}");
    }
    assert_eq!(orders.ran.all().len(), 1, "what is no call reached no handler");
}

async fn http_1(address: SocketAddr, method: &str, path: &str, content_type: &str) -> http::Response<String> {
    let stream = tokio::net::TcpStream::connect(address).await.expect("a server that listens");
    let (mut client, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("a connection");
    tokio::spawn(connection);
    let request = http::Request::builder().method(method).uri(path).header("host", "127.0.0.1");
    let request = request.header("content-type", content_type).body(String::new()).expect("a request");
    let (head, body) = client.send_request(request).await.expect("an answer").into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    http::Response::from_parts(head, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn in_tonics_server() {
    let (issuer, orders) = (issuer(), Orders::default());
    let protected = services(&orders).protect(issuer.issuer()).expect("protected");
    let address = serve_by_hyper(protected.clone()).await;
    assert_guarded(address, &issuer, &orders).await;
    // Here every path is the guard's.
    for (method, path, status) in [("GET", "/", 405), ("POST", "/other.v1.Other/Get", 200)] {
        let answer = http_1(address, method, path, "application/grpc").await;
        assert_eq!(answer.status(), status, "{method} {path}");
        let told = answer.headers().get("grpc-status").map(http::HeaderValue::as_bytes);
        assert_eq!(told, (status == 200).then_some(&b"12"[..]), "{method} {path}");
    }

    // tonic's own server speaks HTTP/2 alone, unless it is told otherwise.
    let channel = connect(serve_by_tonic(protected).await).await;
    let read = issuer.token().scope("orders:read").sign();
    assert_eq!(call(&channel, GET, Some(&read)).await.code(), Code::Ok);
    assert_eq!(call(&channel, DELETE, Some(&read)).await.code(), Code::PermissionDenied);
    assert_eq!(call(&channel, "/other.v1.Other/Get", Some(&read)).await.code(), Code::Unimplemented);
    assert_eq!(orders.ran.all().len(), 2);
}

#[tokio::test]
async fn beside_the_routes_of_an_axum_router() {
    let (issuer, orders) = (issuer(), Orders::default());
    let protected = services(&orders).protect(issuer.issuer()).expect("protected");
    // Both routers may have a fallback but one; ours has none.
    let others =
        axum::Router::new().route("/healthz", get(|| async { "well" })).fallback(|| async { "not here" });
    let app = others.merge(protected.into_axum_router());
    let address = serve_by_axum(app).await;
    assert_guarded(address, &issuer, &orders).await;
    for (path, body) in [("/healthz", "well"), ("/orders.v1.Orders", "not here")] {
        let answer = http_1(address, "GET", path, "text/plain").await;
        assert_eq!((answer.status().as_u16(), answer.body().as_str()), (200, body), "{path}");
    }
}

#[tokio::test]
async fn as_a_service_of_a_bare_hyper_server() {
    let (issuer, orders) = (issuer(), Orders::default());
    let protected = services(&orders).protect(issuer.issuer()).expect("protected");
    assert_guarded(serve_by_hyper(protected).await, &issuer, &orders).await;
}

/// A page's call, as the module's documentation has it.
#[tokio::test]
async fn behind_cors_and_grpc_web() {
    let (issuer, orders) = (issuer(), Orders::default());
    let protected = services(&orders).protect(issuer.issuer()).expect("protected");
    let page = http::HeaderValue::from_static("https://app.example");
    let cors = tower_http::cors::CorsLayer::new()
        .allow_origin(page)
        .expose_headers([http::HeaderName::from_static("grpc-status")]);
    let calls = protected.into_axum_router().route_layer(tonic_web::GrpcWebLayer::new()).route_layer(cors);
    let app = axum::Router::new().route("/healthz", get(|| async { "well" })).merge(calls);
    for (scope, ran) in [("orders:write", 0), ("orders:read", 1)] {
        let token = issuer.token().scope(scope).sign();
        let request = http::Request::post(GET)
            .header("content-type", "application/grpc-web")
            .header("origin", "https://app.example")
            .header("authorization", format!("Bearer {token}"));
        let request = request.body(axum::body::Body::from("\0\0\0\0\0")).expect("a request");
        let answer = app.clone().oneshot(request).await.expect("an answer");
        let headers = answer.headers();
        assert_eq!(headers["access-control-allow-origin"], "https://app.example", "{scope}");
        assert_eq!(headers["access-control-expose-headers"], "grpc-status", "{scope}");
        assert_eq!(headers["content-type"], "application/grpc-web+proto", "{scope}");
        assert_eq!(headers.get("grpc-status").is_some(), ran == 0, "a refusal has its status in the head");
        assert_eq!(orders.ran.all().len(), ran, "{scope}");
    }

    let ask_first = http::Request::options(GET)
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .body(axum::body::Body::empty());
    let answer = app.clone().oneshot(ask_first.expect("a request")).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://app.example");

    // What is no path of a service stays the affair of the other routes.
    let unknown = http::Request::get("/favicon.ico").body(axum::body::Body::empty()).expect("a request");
    let answer = app.oneshot(unknown).await.expect("an answer");
    assert_eq!(answer.status(), 404);
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
}
