//! A server on a free port, and calls with a token or without.

use std::error::Error;
use std::time::SystemTime;

use sekisho::Services;
pub use sekisho::testing::TestIssuer;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::Request;
use tonic::transport::{Channel, Endpoint, Server};

/// A server behind the guard, and the issuer that it trusts.
pub struct Running {
    issuer: TestIssuer,
    /// Where calls are sent.
    pub channel: Channel,
}

impl Running {
    pub async fn start(services: Services) -> Result<Self, Box<dyn Error>> {
        let issuer = TestIssuer::new("https://tenant.example/", "shop");
        let protected = services.protect(issuer.issuer())?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = Endpoint::try_from(format!("http://{}", listener.local_addr()?))?;
        // tonic sets no bound of its own (RUSTSEC-2024-0003).
        let server = Server::builder().http2_max_local_error_reset_streams(Some(1024));
        tokio::spawn(server.serve_with_incoming(protected, TcpListenerStream::new(listener)));
        Ok(Self { issuer, channel: endpoint.connect().await? })
    }

    /// A message with a token that has these scopes.
    pub fn with_scope<T>(&self, scope: &str, message: T) -> Result<Request<T>, Box<dyn Error>> {
        let token = self.issuer.token().scope(scope).issued_at(SystemTime::now()).sign();
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse()?);
        Ok(request)
    }
}
