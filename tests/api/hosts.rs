//! By which names a server of development is asked. A page whose own name was made to resolve to loopback (DNS
//! rebinding) is of the same origin as what it asks, and has a token of its own making or needs none.

use http::{Method, Request};
use sekisho_server::server::Hosts;
use tonic::Code;

use crate::page;
use crate::support::{App, Call, ORIGIN, Setup, WebCall, issuer};

const UNARY: &str = "/streaming.v1.Streaming/Unary";
const HEALTH: &str = "/grpc.health.v1.Health/Check";
const OTHERS: [&str; 7] = [
    "rebound.example",
    "rebound.example:50051",
    "localhost.rebound.example",
    "127.0.0.1.rebound.example:50051",
    "0.0.0.0:50051",
    "192.0.2.1:50051",
    "localhost.",
];
const OWN: [&str; 6] =
    ["localhost", "LOCALHOST:50051", "127.0.0.1:50051", "127.1.2.3", "[::1]:50051", "[::1]"];

async fn app(hosts: Hosts) -> App {
    let page = Some(page::page_at("http://127.0.0.1:50051"));
    App::start_with(Setup { hosts, page, ..Setup::default() }).await
}

fn token() -> String {
    issuer().token().scope("items:read items:list admin").sign()
}

fn assert_turned_away(status: &tonic::Status) {
    assert_eq!(status.code(), Code::Unimplemented);
    assert!(status.message().contains("names of loopback alone"), "{}", status.message());
}

#[tokio::test]
async fn a_call_by_another_name_reaches_no_handler() {
    let app = app(Hosts::LoopbackOnly).await;
    for host in OTHERS {
        for path in [UNARY, HEALTH, "/no.such.Service/Method"] {
            let answer = app.call(path).authority(host).bearer(&token()).send().await;
            assert_eq!((answer.http, answer.trailers_only), (200, true), "{host}");
            assert_turned_away(&answer.status());
        }
        for kind in ["application/grpc-web+proto", "application/grpc-web-text", "APPLICATION/grpc-web; a=b"] {
            let call = app.web(UNARY).header("host", host).header("content-type", kind);
            let answer = call.bearer(&token()).send().await;
            assert_eq!(answer.http, 200, "{host}");
            let answered = answer.header("content-type").expect("a type");
            assert!(answered.starts_with("application/grpc-web"), "{answered}");
            assert_turned_away(&answer.status());
            assert_eq!(answer.header("access-control-allow-origin"), None, "{host}");
        }
    }
    assert_eq!(app.handlers.ran(), 0);
}

#[tokio::test]
async fn what_is_no_call_is_misdirected() {
    let app = app(Hosts::LoopbackOnly).await;
    let web = app.web_address.expect("a page");
    for host in OTHERS {
        let preflight = app.web(UNARY).method(Method::OPTIONS).header("host", host).without("content-type");
        let preflight = preflight.header("access-control-request-method", "POST");
        let others = [
            preflight,
            app.web(UNARY).method(Method::GET).header("host", host),
            app.web(UNARY).header("host", host).header("content-type", "text/plain"),
            WebCall::new(web, "/").method(Method::GET).header("host", host).without("content-type"),
        ];
        for call in others {
            let answer = call.body("").send().await;
            assert_eq!(answer.http, 421, "{host}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{host}");
        }
        for path in ["/", "/auth_config.json", "/licenses.txt"] {
            let answer = page::send(web, Request::get(path).header("host", host)).await;
            assert_eq!((answer.status, answer.header("etag")), (421, ""), "{host}");
        }
    }
    assert_eq!(app.handlers.ran(), 0);
}

#[tokio::test]
async fn a_name_that_is_missing_or_not_the_only_one_is_none() {
    let app = app(Hosts::LoopbackOnly).await;
    let web = app.web_address.expect("a page");
    let none: [&[&str]; 4] = [&[], &[""], &["localhost", "localhost"], &["rebound.example", "localhost"]];
    for hosts in none {
        let request = hosts.iter().fold(Request::get("/"), |request, host| request.header("host", *host));
        assert_eq!(page::send(web, request).await.status, 421, "{hosts:?}");
    }
    assert_turned_away(&app.web(UNARY).without("host").bearer(&token()).send().await.status());
    // Over HTTP/2 both may be there, and have to agree (RFC 9113 §8.3.1).
    let call = |host: &str| app.call(UNARY).authority("localhost").header("host", host).bearer(&token());
    assert_turned_away(&call("rebound.example").send().await.status());
    assert_eq!(call("localhost").send().await.code(), Code::Ok);
}

#[tokio::test]
async fn names_of_loopback_are_answered_at_any_port() {
    let app = app(Hosts::LoopbackOnly).await;
    let web = app.web_address.expect("a page");
    for host in OWN {
        assert_eq!(app.call(UNARY).authority(host).bearer(&token()).send().await.code(), Code::Ok, "{host}");
        let answer = app.web(UNARY).header("host", host).bearer(&token()).send().await;
        assert_eq!((answer.code(), answer.header("access-control-allow-origin")), (Code::Ok, Some(ORIGIN)));
        let config = page::send(web, Request::get("/auth_config.json").header("host", host)).await;
        assert_eq!(config.status, 200, "{host}");
    }
    assert_eq!(app.handlers.ran(), 2 * OWN.len());
}

#[tokio::test]
async fn elsewhere_every_name_is_answered() {
    let app = app(Hosts::Any).await;
    let web = app.web_address.expect("a page");
    for host in OTHERS {
        let call = Call::new(app.address, UNARY).authority(host).bearer(&token());
        assert_eq!(call.send().await.code(), Code::Ok, "{host}");
        let answer = page::send(web, Request::get("/").header("host", host)).await;
        assert_eq!(answer.status, 200, "{host}");
    }
    assert_eq!(app.web(UNARY).without("host").bearer(&token()).send().await.code(), Code::Ok);
}
