//! connectrpc's own server of the status, with nothing before it. usage: connect-rust PORT

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use connectrpc::{RequestContext, Response, Router, Server, ServiceRequest, ServiceResult};
use proto::api1::v1::{Api1, GetStatusRequest, GetStatusResponse};

#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, reason = "generated")]
mod proto {
    connectrpc::include_generated!();
}

struct Status;

impl Api1 for Status {
    #[expect(refining_impl_trait, reason = "the trait leaves open what a status is made of")]
    async fn get_status(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, GetStatusRequest>,
    ) -> ServiceResult<GetStatusResponse> {
        Response::ok(GetStatusResponse { name: "api1".to_owned(), ok: true, ..Default::default() })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let port: u16 = std::env::args().nth(1).ok_or("a port is missing")?.parse()?;
    let router = Router::new().add_service(Arc::new(Status));
    Server::new(router).serve(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}
