//! A connection to the server, in plain text or by TLS.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig};
use tonic::transport::{Channel, Endpoint};
use url::{Host, Url};

use crate::cli::text::with_causes;
use sekisho::jwks::HttpUrl;

/// Connects. A proxy of the environment is not asked: it may not pass HTTP/2 on.
pub(super) async fn connect(target: &HttpUrl, roots: &[u8]) -> Result<Channel, String> {
    let url = target.url();
    let place = Place::of(url).ok_or("it names no host and port")?;
    let is_tls = url.scheme() == "https";
    // tonic opens TLS itself where the endpoint says https; here the connector does. Requests still say https.
    let endpoint = Endpoint::from_shared(format!("http://{}", place.authority()))
        .and_then(|endpoint| endpoint.user_agent(concat!("sekisho/", env!("CARGO_PKG_VERSION"))));
    let endpoint = endpoint.map_err(|error| with_causes(&error))?;
    let connected = if is_tls {
        let origin = format!("https://{}", place.authority()).parse();
        let endpoint = endpoint.origin(origin.map_err(|error: http::uri::InvalidUri| error.to_string())?);
        let connector = TlsConnector::from(Arc::new(config(roots)?));
        let hint = hint(target);
        let connect = tower::service_fn(move |_| {
            let (place, connector, hint) = (place.clone(), connector.clone(), hint.clone());
            async move { handshake(place, connector).await.map_err(|error| with_hint(error, &hint)) }
        });
        endpoint.connect_with_connector(connect).await
    } else {
        endpoint.connect().await
    };
    connected.map_err(|error| with_causes(&error))
}

/// What may be meant where the connection fails at the first words.
pub(super) fn hint(target: &HttpUrl) -> String {
    let (way, scheme) = match target.url().scheme() {
        "https" => ("plain text", "http"),
        _ => ("TLS", "https"),
    };
    let place = Place::of(target.url()).map(|place| place.authority()).unwrap_or_default();
    format!("(does it speak {way}? then {scheme}://{place})")
}

#[derive(Clone)]
struct Place {
    host: Host<String>,
    port: u16,
}

impl Place {
    fn of(url: &Url) -> Option<Self> {
        Some(Self { host: url.host()?.to_owned(), port: url.port_or_known_default()? })
    }

    /// An IPv6 address in brackets.
    fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        match &self.host {
            Host::Domain(name) => TcpStream::connect((name.as_str(), self.port)).await,
            Host::Ipv4(address) => TcpStream::connect((*address, self.port)).await,
            Host::Ipv6(address) => TcpStream::connect((*address, self.port)).await,
        }
    }

    fn server_name(&self) -> io::Result<ServerName<'static>> {
        match &self.host {
            Host::Domain(name) => ServerName::try_from(name.clone()).map_err(io::Error::other),
            Host::Ipv4(address) => Ok(ServerName::from(IpAddr::from(*address))),
            Host::Ipv6(address) => Ok(ServerName::from(IpAddr::from(*address))),
        }
    }
}

async fn handshake(place: Place, connector: TlsConnector) -> io::Result<TokioIo<TlsStream<TcpStream>>> {
    let name = place.server_name()?;
    let stream = place.connect().await?;
    Ok(TokioIo::new(connector.connect(name, stream).await?))
}

/// What begins with no message of TLS is likely no TLS.
fn with_hint(error: io::Error, hint: &str) -> io::Error {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    match cause {
        Some(rustls::Error::InvalidMessage(_)) => io::Error::other(format!("{error} {hint}")),
        _ => error,
    }
}

/// The system's roots and these, as for every other connection of the program.
fn config(roots: &[u8]) -> Result<ClientConfig, String> {
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(roots).collect();
    let roots = roots.map_err(|_| "--ca-file has something that is no certificate in PEM")?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier =
        Verifier::new_with_extra_roots(roots, Arc::clone(&provider)).map_err(|error| with_causes(&error))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| with_causes(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}
