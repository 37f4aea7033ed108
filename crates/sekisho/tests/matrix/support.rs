//! A service with every kind of call and every kind of rule, and what can be put in front of it to make it wrong.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};

use http::{Request, Response};
use sekisho::testing::{ManualClock, MatrixFailure, MatrixReport, TestIssuer};
use sekisho::{Protected, RequestExt as _, Services};
use tonic::body::Body;
use tonic::server::Grpc;
use tonic::{Status, Streaming};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

pub const SERVICE: &str = "shop.v1.Shop";

/// How many rows of a method are without a valid token.
pub const WITHOUT_VALID_TOKEN: usize = 16;

/// The rules of [`Shop`].
pub const RULES: [(&str, &str); 6] = [
    ("shop.v1.Shop/List", "public"),
    ("shop.v1.Shop/Price", "authenticated"),
    ("shop.v1.Shop/Get", "shop:read"),
    ("shop.v1.Shop/Watch", "shop:read"),
    ("shop.v1.Shop/Upload", "shop:read shop:write"),
    ("shop.v1.Shop/Talk", "shop:read shop:write | shop:admin"),
];

/// [`RULES`] with another rule for a method.
pub fn rules_with(method: &'static str, rule: &'static str) -> Vec<(&'static str, &'static str)> {
    let others = RULES.into_iter().filter(|(name, _)| *name != method);
    others.chain([(method, rule)]).collect()
}

/// One method for each kind of call.
fn source(talk: &str) -> String {
    let read = r#"option (sekisho.v1.access) = { all_of: "shop:read" };"#;
    let both = r#"option (sekisho.v1.access) = { all_of: ["shop:read", "shop:write"] };"#;
    format!(
        r#"
        syntax = "proto3";
        package shop.v1;
        import "sekisho/v1/access.proto";
        message Item {{}}
        service Shop {{
          rpc List(Item) returns (Item) {{ option (sekisho.v1.access) = {{ public: true }}; }}
          rpc Price(Item) returns (Item) {{ option (sekisho.v1.access) = {{ authenticated: true }}; }}
          rpc Get(Item) returns (Item) {{ {read} }}
          rpc Watch(Item) returns (stream Item) {{ {read} }}
          rpc Upload(stream Item) returns (Item) {{ {both} }}
          rpc Talk(stream Item) returns (stream Item) {{ option (sekisho.v1.access) = {{ {talk} }}; }}
        }}
        "#
    )
}

pub const TALK: &str = r#"any_of: [{ all_of: ["shop:read", "shop:write"] }, { all_of: "shop:admin" }]"#;

/// The handlers, as tonic's generated code calls them.
#[derive(Debug, Clone)]
pub struct Shop;

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl Service<Request<Body>> for Shop {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Answer {
        Box::pin(async move { Ok(answer(request).await) })
    }
}

async fn answer(request: Request<Body>) -> Response<Body> {
    let mut grpc = Grpc::new(ProstCodec::<(), ()>::default());
    let item = service_fn(async |request: tonic::Request<()>| {
        request.grant()?;
        Ok(tonic::Response::new(()))
    });
    let items = service_fn(async |request: tonic::Request<()>| {
        request.grant()?;
        Ok(tonic::Response::new(tokio_stream::empty::<Result<(), Status>>()))
    });
    let upload = service_fn(async |request: tonic::Request<Streaming<()>>| {
        request.grant()?;
        Ok(tonic::Response::new(()))
    });
    let talk = service_fn(async |request: tonic::Request<Streaming<()>>| {
        request.grant()?;
        Ok(tonic::Response::new(tokio_stream::empty::<Result<(), Status>>()))
    });
    match request.uri().path() {
        path if path.ends_with("Watch") => grpc.server_streaming(items, request).await,
        path if path.ends_with("Upload") => grpc.client_streaming(upload, request).await,
        path if path.ends_with("Talk") => grpc.streaming(talk, request).await,
        _ => grpc.unary(item, request).await,
    }
}

/// One for all tests, since a key takes long to make.
pub fn issuer() -> &'static TestIssuer {
    static ISSUER: LazyLock<TestIssuer> =
        LazyLock::new(|| TestIssuer::new("https://tenant.example/", "shop"));
    &ISSUER
}

/// The shop as it should be, by the clock of a test.
pub fn shop(issuer: &TestIssuer) -> Protected {
    shop_with(issuer, TALK, Shop)
}

/// With another rule for `Talk`, and other handlers.
pub fn shop_with<S>(issuer: &TestIssuer, talk: &str, handlers: S) -> Protected
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
{
    services(talk).add_named(SERVICE, handlers).protect(issuer.issuer()).expect("services")
}

pub fn services(talk: &str) -> Services {
    let set = sekisho_build::descriptor_set_of(&source(talk)).expect("a descriptor set");
    Services::new(&set).clock(Arc::new(ManualClock::new()))
}

/// How a rule is written in a `.proto`, and in a list.
const KINDS: [(&str, &str, &str); 10] = [
    ("Public", "public: true", "public"),
    ("Authenticated", "authenticated: true", "authenticated"),
    ("Optional", "optional: true", "optional"),
    ("Scope", r#"all_of: "a""#, "a"),
    ("Alternatives", r#"any_of: [{ all_of: ["a", "b"] }, { all_of: "c" }]"#, "a b | c"),
    ("PublicReported", "public: true mode: REPORT_ONLY", "report-only: public"),
    ("AuthenticatedReported", "authenticated: true mode: REPORT_ONLY", "report-only: authenticated"),
    ("OptionalReported", "optional: true mode: REPORT_ONLY", "report-only: optional"),
    ("ScopeReported", r#"all_of: "a" mode: REPORT_ONLY"#, "report-only: a"),
    (
        "AlternativesReported",
        r#"any_of: [{ all_of: ["a", "b"] }, { all_of: "c" }] mode: REPORT_ONLY"#,
        "report-only: a b | c",
    ),
];

/// Each kind of rule for each kind of call.
pub fn every_kind() -> (Services, Vec<(String, &'static str)>) {
    let calls = [
        ("Get", "", ""),
        ("Watch", "", "stream "),
        ("Upload", "stream ", ""),
        ("Talk", "stream ", "stream "),
    ];
    let (mut methods, mut rules) = (Vec::new(), Vec::new());
    for ((kind, declared, expected), (call, sent, answered)) in
        KINDS.iter().flat_map(|kind| calls.iter().map(move |call| (kind, call)))
    {
        let option = format!("option (sekisho.v1.access) = {{ {declared} }};");
        methods.push(format!("rpc {kind}{call}({sent}Item) returns ({answered}Item) {{ {option} }}"));
        rules.push((format!("{SERVICE}/{kind}{call}"), *expected));
    }
    let methods = methods.join("\n");
    let source = format!(
        r#"
        syntax = "proto3";
        package shop.v1;
        import "sekisho/v1/access.proto";
        message Item {{}}
        service Shop {{ {methods} }}
        "#
    );
    let set = sekisho_build::descriptor_set_of(&source).expect("a descriptor set");
    (Services::new(&set).clock(Arc::new(ManualClock::new())).add_named(SERVICE, Shop), rules)
}

/// The rows that failed, as `Method: what was sent`.
pub fn failed(result: Result<MatrixReport, MatrixFailure>) -> Vec<String> {
    let Err(failure) = result else { return Vec::new() };
    let name = |method: &str| method.split_once('/').map_or(method, |(_, name)| name).to_owned();
    failure.report().failed().map(|(method, row)| format!("{}: {}", name(method), row.sent())).collect()
}

/// A service that changes requests and responses of [`shop`], which is wrong thereby.
#[derive(Clone)]
pub struct Changed<Before, After> {
    pub protected: Protected,
    pub before: Before,
    pub after: After,
}

impl<Before, After> Service<Request<Body>> for Changed<Before, After>
where
    Before: FnMut(Request<Body>) -> Request<Body>,
    After: Fn(Response<Body>) -> Response<Body> + Clone + Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Answer {
        let answer = self.protected.call((self.before)(request));
        let after = self.after.clone();
        Box::pin(async move { answer.await.map(after) })
    }
}
