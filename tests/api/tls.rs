//! An issuer that speaks TLS, with a certificate of a root of its own.

use std::sync::Arc;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use sekisho::authorizer::Issuer;
use sekisho::jwks::{Discovery, HttpClient, HttpUrl, Keys, PlainHttp, Schedule};
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::token::Verifier;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::{ServerConfig, crypto};
use tonic::Code;

use crate::support::{AUDIENCE, App, Setup};

struct TlsIssuer {
    url: String,
    root: String,
    issuer: TestIssuer,
}

impl TlsIssuer {
    async fn start() -> Self {
        let mut root = CertificateParams::new(Vec::new()).expect("parameters");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = CertifiedIssuer::self_signed(root, KeyPair::generate().expect("a key")).expect("a root");
        let key = KeyPair::generate().expect("a key");
        let leaf = CertificateParams::new(["localhost".to_owned()]).expect("parameters");
        let leaf = leaf.signed_by(&key, &root).expect("a certificate");
        let provider = Arc::new(crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_no_client_auth();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        let config =
            config.with_single_cert(vec![leaf.der().clone()], key).expect("a certificate and its key");

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("https://localhost:{}/", listener.local_addr().expect("an address").port());
        let issuer = TestIssuer::new(url.as_str(), AUDIENCE);
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), url.clone(), issuer.jwks()));
        Self { url, root: root.pem(), issuer }
    }

    fn keys(&self, roots: &str, clock: &Arc<ManualClock>) -> Keys {
        let url = HttpUrl::parse(&self.url, PlainHttp::LoopbackOnly).expect("a URL");
        let client = HttpClient::new(roots.as_bytes()).expect("roots");
        Keys::remote(Discovery::new(url, PlainHttp::LoopbackOnly, client), Schedule::default(), clock.clone())
    }
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, url: String, jwks: String) {
    let metadata = format!(r#"{{"issuer":"{url}","jwks_uri":"{url}jwks"}}"#);
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(stream) = tls.accept(stream).await else { continue };
        let (metadata, jwks) = (metadata.clone(), jwks.clone());
        let answer = service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let body = if request.uri().path() == "/jwks" { jwks.clone() } else { metadata.clone() };
            async move { Ok::<_, std::convert::Infallible>(http::Response::new(axum::body::Body::from(body))) }
        });
        tokio::spawn(async move {
            let _ =
                auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

#[tokio::test]
async fn an_issuer_is_trusted_by_the_root_that_was_given() {
    let tls = TlsIssuer::start().await;
    let clock = Arc::new(ManualClock::new());
    let keys = tls.keys(&tls.root, &clock);
    keys.refresh().await.expect("keys over TLS");
    let issuer = Issuer::new(keys, Verifier::new(AUDIENCE));
    let app = App::start_with(Setup { issuer, clock, ..Setup::default() }).await;
    let token = tls.issuer.token().scope("api1:read:status").sign();
    assert_eq!(app.call("/api1.v1.Api1/GetStatus").bearer(&token).send().await.code(), Code::Ok);
}

#[tokio::test]
async fn an_issuer_with_a_certificate_of_a_stranger_is_not_asked() {
    let (tls, other) = (TlsIssuer::start().await, TlsIssuer::start().await);
    let clock = Arc::new(ManualClock::new());
    for roots in ["", &other.root] {
        let error = tls.keys(roots, &clock).refresh().await.expect_err("nobody vouches for it").to_string();
        assert!(error.contains("certificate"), "{error}");
    }
}
