//! A service of two methods, the ways to serve it, and a client.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::response::IntoResponse;
use http::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::{Protected, RequestExt as _, Services};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::Body;
use tonic::metadata::MetadataValue;
use tonic::server::NamedService;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Status};
use tonic_prost::ProstCodec;
use tower::{Service, ServiceExt as _, service_fn};

use super::way;

pub const GET: &str = "/orders.v1.Orders/Get";
pub const DELETE: &str = "/orders.v1.Orders/Delete";
const NAME: &str = "orders.v1.Orders";

/// `Get` asks for a scope, `Delete` for another.
pub fn descriptor_set() -> Vec<u8> {
    let source = r#"
        syntax = "proto3";
        package orders.v1;
        import "sekisho/v1/access.proto";
        message Order {}
        service Orders {
          rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
          rpc Delete(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:write" }; }
        }
    "#;
    sekisho_build::descriptor_set_of(source).expect("a descriptor set")
}

pub fn issuer() -> TestIssuer {
    TestIssuer::new("https://tenant.example/", "orders")
}

/// Which handlers ran, and for whom.
#[derive(Debug, Clone, Default)]
pub struct Ran(Arc<Mutex<Vec<String>>>);

impl Ran {
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn add(&self, what: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }
}

/// As tonic's generated code does it: the method is chosen by the path.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    pub ran: Ran,
}

impl NamedService for Orders {
    const NAME: &'static str = NAME;
}

impl Service<Request<Body>> for Orders {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let ran = self.ran.clone();
        let method = request.uri().path().to_owned();
        let handler = service_fn(move |request: tonic::Request<()>| {
            let answer = request.grant().map(|grant| grant.subject().unwrap_or("anonymous").to_owned());
            let entered = answer.map(|subject| ran.add(format!("{method} for {subject}")));
            std::future::ready(entered.map(tonic::Response::new))
        });
        let codec = ProstCodec::<(), ()>::default();
        Box::pin(async { Ok(tonic::server::Grpc::new(codec).unary(handler, request).await) })
    }
}

/// With the clock of the tokens.
pub fn services(orders: &Orders) -> Services {
    unregistered().add_service(orders.clone())
}

pub fn unregistered() -> Services {
    way(Services::new(&descriptor_set())).clock(Arc::new(ManualClock::new()))
}

/// A server with this service alone.
pub struct World {
    pub protected: Protected,
    token: String,
}

impl World {
    pub fn of<S>(service: S) -> Self
    where
        S: Service<Request<Body>, Response: IntoResponse, Error = Infallible, Future: Send>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let issuer = issuer();
        let protected = unregistered().add_named("orders.v1.Orders", service).protect(issuer.issuer());
        let token = issuer.token().scope("orders:read").sign();
        Self { protected: protected.expect("protected"), token }
    }

    /// A call that is allowed.
    pub fn request<B>(&self, body: B) -> Request<B> {
        let call = Request::post(GET).header("content-type", "application/grpc").header("te", "trailers");
        let call = call.header("authorization", format!("Bearer {}", self.token));
        call.body(body).expect("a request")
    }

    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = bytes::Bytes, Error: std::error::Error + Send + Sync>
            + Send
            + Unpin
            + 'static,
    {
        let Ok(answer) = self.protected.clone().oneshot(request).await;
        answer
    }
}

pub fn is_refused(answer: &Response<Body>) -> bool {
    answer.headers().contains_key("grpc-status")
}

pub async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

pub async fn serve_by_tonic(protected: Protected) -> SocketAddr {
    let (listener, address) = listener().await;
    let server = Server::builder()
        .http2_max_local_error_reset_streams(Some(1024))
        .serve_with_incoming(protected, TcpListenerStream::new(listener));
    tokio::spawn(server);
    address
}

pub async fn serve_by_axum(router: axum::Router) -> SocketAddr {
    let (listener, address) = listener().await;
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

pub async fn serve_by_hyper(protected: Protected) -> SocketAddr {
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(protected.clone());
            tokio::spawn(async move {
                let server = Builder::new(TokioExecutor::new());
                server.serve_connection(TokioIo::new(stream), service).await
            });
        }
    });
    address
}

pub async fn connect(address: SocketAddr) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address");
    endpoint.connect().await.expect("a server that listens")
}

/// The call's status; with a token if there is one.
pub async fn call(channel: &Channel, path: &'static str, token: Option<&str>) -> Status {
    let mut request = tonic::Request::new(());
    if let Some(token) = token {
        let value = MetadataValue::try_from(format!("Bearer {token}")).expect("a value");
        request.metadata_mut().insert("authorization", value);
    }
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.expect("a connection");
    let path = http::uri::PathAndQuery::from_static(path);
    let answer = client.unary::<(), (), _>(request, path, ProstCodec::default()).await;
    answer.err().unwrap_or_else(|| Status::new(Code::Ok, ""))
}
