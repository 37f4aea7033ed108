//! TLS of the listener: certificates that change while it serves, both versions of HTTP, clients with
//! certificates of their own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::client::conn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, Issuer, KeyPair};
use sekisho_server::server::{CertificateFiles, ClientCa, ClientCertificate, Limits, Tls, TlsFiles};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::{
    self, ClientConfig, HandshakeKind, RootCertStore, SupportedProtocolVersion, crypto, version,
};
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};

use crate::support::{App, Setup, lines_with};

const OPEN: &str = "/streaming.v1.Streaming/Open";
const MINUTE: Duration = Duration::from_secs(60);

/// Somebody who vouches for others.
struct Root(CertifiedIssuer<'static, KeyPair>);

struct Leaf {
    certificate: CertificateDer<'static>,
    certificate_pem: String,
    key: KeyPair,
}

impl Root {
    fn new() -> Self {
        let mut root = CertificateParams::new(Vec::new()).expect("parameters");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(root, KeyPair::generate().expect("a key")).expect("a root"))
    }

    fn leaf(&self) -> Leaf {
        self.leaf_with(|_| {})
    }

    fn leaf_with(&self, change: impl FnOnce(&mut CertificateParams)) -> Leaf {
        let key = KeyPair::generate().expect("a key");
        let mut leaf = CertificateParams::new(["localhost".to_owned()]).expect("parameters");
        change(&mut leaf);
        let issuer: &Issuer<'_, KeyPair> = &self.0;
        let leaf = leaf.signed_by(&key, issuer).expect("a certificate");
        Leaf { certificate: leaf.der().clone(), certificate_pem: leaf.pem(), key }
    }
}

/// A server's files.
struct Files {
    directory: TempDir,
    client_ca: Option<ClientCertificate>,
}

impl Files {
    fn new(leaf: &Leaf) -> Self {
        let files = Self { directory: tempfile::tempdir().expect("a directory"), client_ca: None };
        files.write(leaf);
        files
    }

    fn with_client_ca(mut self, root: &Root, client: ClientCertificate) -> Self {
        std::fs::write(self.path("ca"), root.0.pem()).expect("written");
        self.client_ca = Some(client);
        self
    }

    fn write(&self, leaf: &Leaf) {
        std::fs::write(self.path("certificate"), &leaf.certificate_pem).expect("written");
        std::fs::write(self.path("key"), leaf.key.serialize_pem()).expect("written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn load(&self, reload: Duration) -> Tls {
        let client_ca = self.client_ca.map(|client| ClientCa { file: self.path("ca"), client });
        let server = CertificateFiles { certificate: self.path("certificate"), key: self.path("key") };
        Tls::load(TlsFiles { server, client_ca }, reload).expect("files that fit")
    }
}

async fn serving(tls: Tls) -> App {
    App::start_with(Setup { tls: Some(tls), ..Setup::default() }).await
}

/// A client that trusts a root, and has a certificate or none.
fn client(root: &Root, leaf: Option<&Leaf>, alpn: &[&[u8]]) -> TlsConnector {
    client_of(rustls::ALL_VERSIONS, root, leaf, alpn)
}

fn client_of(
    versions: &[&'static SupportedProtocolVersion],
    root: &Root,
    leaf: Option<&Leaf>,
    alpn: &[&[u8]],
) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(root.0.der().clone()).expect("a root");
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("versions")
        .with_root_certificates(roots);
    let mut config = match leaf {
        None => builder.with_no_client_auth(),
        Some(leaf) => {
            let key = PrivatePkcs8KeyDer::from(leaf.key.serialize_der()).into();
            builder.with_client_auth_cert(vec![leaf.certificate.clone()], key).expect("a key that fits")
        }
    };
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn handshake(app: &App, client: &TlsConnector) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(app.address).await?;
    stream.set_nodelay(true)?;
    client.connect(ServerName::try_from("localhost").expect("a name"), stream).await
}

/// A server, and a channel of tonic's to it.
pub async fn over_tls() -> (Arc<App>, Channel) {
    let root = Root::new();
    let app = Arc::new(serving(Files::new(&root.leaf()).load(MINUTE)).await);
    let (connected, client) = (Arc::clone(&app), client(&root, None, &[b"h2"]));
    let connector = tower::service_fn(move |_| {
        let (app, client) = (Arc::clone(&connected), client.clone());
        async move { handshake(&app, &client).await.map(TokioIo::new) }
    });
    let channel = Endpoint::from_static("http://localhost").connect_with_connector(connector).await;
    (app, channel.expect("a server that listens"))
}

/// The HTTP status of a call that needs no token, in the version that was agreed upon.
async fn call(stream: TlsStream<TcpStream>) -> Result<u16, hyper::Error> {
    let is_http_2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let io = TokioIo::new(stream);
    let request = Request::post(format!("https://localhost{OPEN}"))
        .header("host", "localhost")
        .header("content-type", "application/grpc-web+proto")
        .body(Body::new(http_body_util::Full::from(vec![0_u8; 5])))
        .expect("a request");
    let answer = if is_http_2 {
        let (mut client, connection) = conn::http2::handshake(TokioExecutor::new(), io).await?;
        tokio::spawn(connection);
        client.send_request(request).await?
    } else {
        let (mut client, connection) = conn::http1::handshake(io).await?;
        tokio::spawn(connection);
        client.send_request(request).await?
    };
    Ok(answer.status().as_u16())
}

/// Reads the files again, which are in order, and tells whether they have changed.
fn reloaded(tls: &Tls) -> bool {
    let reloaded = tls.reload();
    assert!(reloaded.errors.is_empty(), "{reloaded:?}");
    reloaded.changed
}

/// The certificate that is shown now.
async fn shown(app: &App, client: &TlsConnector) -> Option<CertificateDer<'static>> {
    let stream = handshake(app, client).await.ok()?;
    stream.get_ref().1.peer_certificates()?.first().cloned().map(CertificateDer::into_owned)
}

/// Waits until another certificate is shown.
async fn until_shown(app: &App, client: &TlsConnector, expected: &CertificateDer<'static>) {
    let shown = async { while shown(app, client).await.as_ref() != Some(expected) {} };
    tokio::time::timeout(Duration::from_secs(20), shown).await.expect("it is shown");
}

#[tokio::test]
async fn both_versions_of_http_are_agreed_upon() {
    let root = Root::new();
    let app = serving(Files::new(&root.leaf()).load(MINUTE)).await;
    for (offered, agreed) in [("h2 http/1.1", "h2"), ("h2", "h2"), ("http/1.1", "http/1.1"), ("", "")] {
        let offered: Vec<&[u8]> = offered.split_whitespace().map(str::as_bytes).collect();
        let stream = handshake(&app, &client(&root, None, &offered)).await.expect("a handshake");
        assert_eq!(stream.get_ref().1.alpn_protocol().unwrap_or_default(), agreed.as_bytes());
        assert_eq!(call(stream).await.expect("an answer"), 200);
    }
    let other = handshake(&app, &client(&root, None, &[b"spdy/3"])).await;
    assert!(other.is_err(), "no other protocol is spoken");
    assert!(handshake(&app, &client(&Root::new(), None, &[])).await.is_err(), "a root of somebody else");
}

#[tokio::test]
async fn what_was_agreed_upon_is_spoken() {
    let root = Root::new();
    let app = serving(Files::new(&root.leaf()).load(MINUTE)).await;
    let mut stream = handshake(&app, &client(&root, None, &[b"h2"])).await.expect("a handshake");
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut answer = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer));
    let _ = end.await.expect("it is closed");
    assert!(!answer.starts_with(b"HTTP/1.1"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn new_certificates_are_shown_without_a_restart() {
    let root = Root::new();
    let (first, second) = (root.leaf(), root.leaf());
    let files = Files::new(&first);
    let app = serving(files.load(Duration::from_millis(20))).await;
    let client = client(&root, None, &[b"h2"]);
    let before = handshake(&app, &client).await.expect("a handshake");
    assert_eq!(shown(&app, &client).await.as_ref(), Some(&first.certificate));
    files.write(&second);
    until_shown(&app, &client, &second.certificate).await;
    assert_eq!(call(before).await.expect("a connection that was there stays"), 200);
}

#[tokio::test]
async fn files_that_do_not_fit_change_nothing() {
    let root = Root::new();
    let (first, second) = (root.leaf(), root.leaf());
    let files = Files::new(&first);
    let tls = files.load(MINUTE);
    let app = serving(tls.clone()).await;
    let client = client(&root, None, &[b"h2"]);
    assert!(!reloaded(&tls), "nothing has changed");
    for text in [second.certificate_pem.as_str(), "", "nonsense"] {
        std::fs::write(files.path("certificate"), text).expect("written");
        let reloaded = tls.reload();
        assert_eq!((reloaded.changed, reloaded.errors.len()), (false, 1), "no certificate for this key");
        assert_eq!(shown(&app, &client).await.as_ref(), Some(&first.certificate), "{text:?}");
    }
    std::fs::remove_file(files.path("key")).expect("removed");
    // The certificate is nonsense, and the key is gone.
    assert_eq!(tls.reload().errors.len(), 2);
    assert_eq!(shown(&app, &client).await.as_ref(), Some(&first.certificate));
    files.write(&second);
    assert!(reloaded(&tls));
    assert_eq!(shown(&app, &client).await.as_ref(), Some(&second.certificate));
}

#[tokio::test]
async fn files_that_do_not_fit_are_told_of_and_read_again() {
    let root = Root::new();
    let (first, second) = (root.leaf(), root.leaf());
    let files = Files::new(&first);
    let app = serving(files.load(Duration::from_millis(20))).await;
    std::fs::write(files.path("certificate"), "nonsense").expect("written");
    let path = files.path("certificate").display().to_string();
    let told = async {
        while lines_with(&path).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("a line in the log");
    files.write(&second);
    let client = client(&root, None, &[b"h2"]);
    until_shown(&app, &client, &second.certificate).await;
}

#[tokio::test]
async fn clients_have_to_have_a_certificate_where_it_is_required() {
    let (root, clients) = (Root::new(), Root::new());
    let files = Files::new(&root.leaf()).with_client_ca(&clients, ClientCertificate::Required);
    let app = serving(files.load(MINUTE)).await;
    let (known, unknown) = (clients.leaf(), Root::new().leaf());
    for alpn in [b"h2".as_slice(), b"http/1.1"] {
        let status = async |leaf: Option<&Leaf>| {
            // In TLS 1.3 the client is done before the server has looked at its certificate.
            call(handshake(&app, &client(&root, leaf, &[alpn])).await.ok()?).await.ok()
        };
        assert_eq!(status(Some(&known)).await, Some(200));
        assert_eq!(status(Some(&unknown)).await, None);
        assert_eq!(status(None).await, None);
    }
    assert_eq!(app.handlers.ran(), 2);
}

#[tokio::test]
async fn a_certificate_that_is_shown_is_in_order_even_where_none_is_required() {
    let (root, clients) = (Root::new(), Root::new());
    let files = Files::new(&root.leaf()).with_client_ca(&clients, ClientCertificate::Optional);
    let app = serving(files.load(MINUTE)).await;
    let (known, unknown) = (clients.leaf(), Root::new().leaf());
    let status = async |leaf: Option<&Leaf>| {
        call(handshake(&app, &client(&root, leaf, &[b"h2"])).await.ok()?).await.ok()
    };
    assert_eq!(status(Some(&known)).await, Some(200));
    assert_eq!(status(None).await, Some(200));
    assert_eq!(status(Some(&unknown)).await, None);
}

/// How a client that remembers its sessions comes in, and comes in again.
async fn kinds(app: &App, client: &TlsConnector) -> [HandshakeKind; 2] {
    let mut kinds = [HandshakeKind::Full; 2];
    for kind in &mut kinds {
        let stream = handshake(app, client).await.expect("a handshake");
        *kind = stream.get_ref().1.handshake_kind().expect("a handshake that is done");
        assert_eq!(call(stream).await.ok(), Some(200));
    }
    kinds
}

/// A session that is resumed shows no certificate: by it one that has expired would come in.
#[tokio::test]
async fn row_108_no_session_is_resumed_where_certificates_of_clients_are_asked_for() {
    let (root, clients) = (Root::new(), Root::new());
    let (server, known) = (root.leaf(), clients.leaf());
    for version in [&version::TLS12, &version::TLS13] {
        for asked in [ClientCertificate::Required, ClientCertificate::Optional] {
            let app = serving(Files::new(&server).with_client_ca(&clients, asked).load(MINUTE)).await;
            let client = client_of(&[version], &root, Some(&known), &[b"h2"]);
            assert_eq!(kinds(&app, &client).await, [HandshakeKind::Full; 2], "{version:?} {asked:?}");
        }
        let app = serving(Files::new(&server).load(MINUTE)).await;
        let client = client_of(&[version], &root, None, &[b"h2"]);
        let resumed = [HandshakeKind::Full, HandshakeKind::Resumed];
        assert_eq!(kinds(&app, &client).await, resumed, "{version:?}: nobody's certificate is passed over");
    }
}

#[tokio::test]
async fn row_108_an_expired_certificate_of_a_client_is_refused() {
    let (root, clients) = (Root::new(), Root::new());
    let expired = clients.leaf_with(|leaf| leaf.not_after = rcgen::date_time_ymd(2020, 1, 1));
    for asked in [ClientCertificate::Required, ClientCertificate::Optional] {
        let app = serving(Files::new(&root.leaf()).with_client_ca(&clients, asked).load(MINUTE)).await;
        for version in [&version::TLS12, &version::TLS13] {
            let status = async |leaf: &Leaf| {
                let client = client_of(&[version], &root, Some(leaf), &[b"h2"]);
                call(handshake(&app, &client).await.ok()?).await.ok()
            };
            assert_eq!(status(&expired).await, None, "{version:?} {asked:?}");
            assert_eq!(status(&clients.leaf()).await, Some(200), "{version:?} {asked:?}");
        }
    }
}

#[tokio::test]
async fn a_root_that_is_taken_away_lets_nobody_in_by_a_session_of_before() {
    let (root, clients) = (Root::new(), Root::new());
    let files = Files::new(&root.leaf()).with_client_ca(&clients, ClientCertificate::Required);
    let tls = files.load(MINUTE);
    let app = serving(tls.clone()).await;
    let leaf = clients.leaf();
    // One client, which remembers its sessions.
    let client = client(&root, Some(&leaf), &[b"h2"]);
    assert_eq!(kinds(&app, &client).await, [HandshakeKind::Full; 2]);
    // A certificate that does not fit its key does not keep the root.
    std::fs::write(files.path("certificate"), "nonsense").expect("written");
    std::fs::write(files.path("ca"), Root::new().0.pem()).expect("written");
    let reloaded = tls.reload();
    assert_eq!((reloaded.changed, reloaded.errors.len()), (true, 1), "{reloaded:?}");
    let later = match handshake(&app, &client).await {
        Ok(stream) => call(stream).await.ok(),
        Err(_) => None,
    };
    assert_eq!(later, None);
}

#[tokio::test]
async fn a_handshake_has_its_time() {
    let root = Root::new();
    let limits = Limits { first_head: Duration::from_millis(200), ..Limits::default() };
    let tls = Some(Files::new(&root.leaf()).load(MINUTE));
    let app = App::start_with(Setup { limits, tls, ..Setup::default() }).await;
    let mut silent = TcpStream::connect(app.address).await.expect("a server that listens");
    // The head of a record, and no more.
    silent.write_all(&[22, 3, 1, 2, 0]).await.expect("sent");
    let mut rest = Vec::new();
    let closed = silent.read_to_end(&mut rest);
    let _ = tokio::time::timeout(Duration::from_secs(20), closed).await.expect("it is closed");
    assert!(rest.is_empty());
}
