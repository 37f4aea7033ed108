//! As tonic-layer, with a policy of so many methods. usage: methods PORT JWKS NUMBER
//!
//! The last one is that of API 1, which is called.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::future::Ready;
use std::task::{Context, Poll};

use http::{Request, Response};
use sekisho::Services;
use service::Api1;
use service::proto::api1::api1_server::Api1Server;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::transport::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = service::address(arguments.next())?;
    let issuer = ours::issuer(arguments.next())?;
    let number: usize = arguments.next().ok_or("a number of methods is missing")?.parse()?;
    let set = sekisho_build::descriptor_set_of(&source(number.saturating_sub(1)))?;
    let protected = Services::selected(&set, ["many.v1.Many"])
        .descriptor_set_services(service::DESCRIPTOR_SET, ["api1.v1.Api1"])
        .add_named("many.v1.Many", NotCalled)
        .add_service(Api1Server::new(Api1))
        .protect(issuer)?;
    Server::builder().http2_max_local_error_reset_streams(Some(1024)).serve(address, protected).await?;
    Ok(())
}

/// A proto of so many methods, each with a scope of its own.
fn source(methods: usize) -> String {
    let mut source = "syntax = \"proto3\"; package many.v1; import \"sekisho/v1/access.proto\"; \
                      message Empty {} service Many {\n"
        .to_owned();
    for method in 0..methods {
        let _ = writeln!(
            source,
            "rpc Method{method}(Empty) returns (Empty) {{ option (sekisho.v1.access) = {{all_of: \"many:{method}\"}}; }}"
        );
    }
    source + "}"
}

/// What is declared has to be served.
#[derive(Debug, Clone)]
struct NotCalled;

impl Service<Request<Body>> for NotCalled {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        std::future::ready(Ok(tonic::Status::unimplemented("not called").into_http()))
    }
}
