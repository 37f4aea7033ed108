//! Where the page is told that gRPC is. A listener on every address of its machine is at the host by which the page
//! was asked for, and nowhere else.

use hyper::client::conn::http2;
use hyper_util::rt::TokioExecutor;

use super::*;

const EVERYWHERE: &str = "https://0.0.0.0:443";

fn connect_source(answer: &Answer) -> &str {
    let policy = answer.header("content-security-policy");
    let sources = policy.split("connect-src ").nth(1).expect("the directive");
    sources.split(';').next().expect("its end")
}

fn grpc_url(answer: &Answer) -> Value {
    serde_json::from_slice::<Value>(&answer.body).expect("JSON")["grpcUrl"].clone()
}

#[tokio::test]
async fn a_listener_on_every_address_is_at_the_host_of_the_page() {
    let (_app, address) = app_at(EVERYWHERE, Limits::default()).await;
    let cases = [
        ("app.example:8443", "https://app.example"),
        ("APP.example", "https://app.example"),
        ("192.0.2.1:8443", "https://192.0.2.1"),
        ("[2001:db8::1]:8443", "https://[2001:db8::1]"),
        ("localhost:8443", "https://localhost"),
    ];
    for (host, expected) in cases {
        for path in ["/", "/no/such/file", "/auth_config.json"] {
            let answer = send(address, Request::get(path).header("host", host)).await;
            let sources = format!("'self' {expected} https://tenant.example");
            assert_eq!(connect_source(&answer), sources, "{host}");
            if path == "/auth_config.json" {
                assert_eq!(grpc_url(&answer), expected, "{host}");
            }
        }
    }
}

#[tokio::test]
async fn without_a_host_nothing_is_told() {
    let (_app, address) = app_at(EVERYWHERE, Limits::default()).await;
    let none: [&[&str]; 8] = [
        &[],
        &[""],
        &["*"],
        &["*.example"],
        &["a;script-src"],
        &["app.example@other.example"],
        &["app.example", "app.example"],
        &["app.example:eighty"],
    ];
    for hosts in none {
        for path in ["/", "/auth_config.json", "/licenses.txt"] {
            let request =
                hosts.iter().fold(Request::get(path), |request, host| request.header("host", *host));
            let answer = send(address, request).await;
            assert_eq!(answer.status, 400, "{hosts:?}");
            assert_eq!(connect_source(&answer), "'self' https://tenant.example", "{hosts:?}");
        }
    }
}

/// Over HTTP/2 the name comes by `:authority`, and there need be no `host`.
#[tokio::test]
async fn over_http_2_the_host_is_the_authority() {
    let (_app, address) = app_at(EVERYWHERE, Limits::default()).await;
    let io = TokioIo::new(TcpStream::connect(address).await.expect("a server that listens"));
    let (mut client, connection) = http2::handshake(TokioExecutor::new(), io).await.expect("HTTP/2");
    tokio::spawn(connection);
    let mut ask = async |host: Option<&str>| {
        let mut request = Request::get("http://app.example:8443/auth_config.json");
        request = host.into_iter().fold(request, |request, host| request.header("host", host));
        let request = request.body(Body::empty()).expect("a request");
        let (head, body) = client.send_request(request).await.expect("an answer").into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    };
    let answer = ask(None).await;
    assert_eq!((answer.status, grpc_url(&answer)), (200, json!("https://app.example")));
    assert_eq!(connect_source(&answer), "'self' https://app.example https://tenant.example");
    assert_eq!(ask(Some("app.example:8443")).await.status, 200);
    assert_eq!(ask(Some("other.example")).await.status, 400);
}

#[tokio::test]
async fn an_address_that_is_one_is_told_whatever_the_host() {
    let (_app, address) = app().await;
    for host in ["app.example", "*", "a;script-src"] {
        let answer = send(address, Request::get("/auth_config.json").header("host", host)).await;
        assert_eq!((answer.status, grpc_url(&answer)), (200, json!("http://127.0.0.1:50051")), "{host}");
    }
}
