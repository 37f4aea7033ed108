//! By which names the issuer is asked. One that somebody made resolve to loopback (DNS rebinding) is none of its
//! own: a page of that name would be of the same origin, and could read what is answered.

use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Answer, CLI, TestIssuer};

const ENDPOINTS: [(&str, &str); 16] = [
    ("GET", ".well-known/openid-configuration"),
    ("GET", ".well-known/oauth-authorization-server"),
    ("GET", ".well-known/jwks.json"),
    ("POST", "oauth/token"),
    ("OPTIONS", "oauth/token"),
    ("POST", "oauth/revoke"),
    ("GET", "userinfo"),
    ("POST", "authorize"),
    ("POST", "authorize/login"),
    ("POST", "authorize/consent"),
    ("GET", "oidc/logout"),
    ("POST", "oidc/logout"),
    ("POST", "oidc/logout/confirm"),
    ("GET", "issuer.css"),
    ("GET", "issuer.svg"),
    ("GET", "nothing-here"),
];

#[tokio::test]
async fn nothing_is_answered_under_another_name() {
    let issuer = TestIssuer::start().await;
    let port = issuer.address.port();
    let others = [
        format!("elsewhere.example:{port}"),
        format!("localhost.elsewhere.example:{port}"),
        format!("127.0.0.1.elsewhere.example:{port}"),
        format!("0.0.0.0:{port}"),
        format!("192.0.2.1:{port}"),
        format!("[::]:{port}"),
        "localhost:1".to_owned(),
        "127.0.0.1".to_owned(),
        "elsewhere.example".to_owned(),
        "\u{e9}".to_owned(),
        String::new(),
    ];
    for (method, path) in ENDPOINTS {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let own = Answer::of(issuer.request(method.clone(), path)).await;
        assert_ne!(own.status, 421, "{path}");
        for host in &others {
            let request = issuer.request(method.clone(), path).header("host", host);
            let answer = Answer::of(request.header("origin", format!("http://{host}"))).await;
            assert_eq!(answer.status, 421, "{path} {host}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{path} {host}");
            assert!(answer.text.contains("This issuer goes by another address"), "{path} {host}");
        }
    }
}

#[tokio::test]
async fn a_token_is_had_by_names_of_loopback_alone() {
    let issuer = TestIssuer::start().await;
    let port = issuer.address.port();
    for (host, expected) in [
        (format!("127.0.0.1:{port}"), 200),
        (format!("127.0.0.2:{port}"), 200),
        (format!("[::1]:{port}"), 200),
        (format!("localhost:{port}"), 200),
        (format!("LocalHost:{port}"), 200),
        (format!("elsewhere.example:{port}"), 421),
    ] {
        let answer = Answer::of(issuer.form(&CLI).header("host", &host)).await;
        assert_eq!(answer.status.as_u16(), expected, "{host}");
        assert_eq!(answer.text.contains("access_token"), expected == 200, "{host}");
    }
}

/// RFC 9112 §3.2.
#[tokio::test]
async fn a_name_is_told_once() {
    let issuer = TestIssuer::start().await;
    let own = format!("host: {}\r\n", issuer.address);
    for (hosts, expected) in [
        (own.clone(), "200"),
        (String::new(), "421"),
        (format!("{own}host: elsewhere.example\r\n"), "421"),
        (format!("{own}{own}"), "421"),
    ] {
        let mut stream = TcpStream::connect(issuer.address).await.unwrap();
        let head = format!("GET /.well-known/jwks.json HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer.get(9..12), Some(expected), "{hosts}");
    }
}
