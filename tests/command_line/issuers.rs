//! A server that trusts several issuers, with the keys of each in a file.
#![cfg(unix)]

use std::path::PathBuf;
use std::process::Stdio;
use std::time::SystemTime;

use sekisho::testing::{TestIssuer, TokenBuilder};
use sekisho_server::services::proto::api1::GetStatusRequest;
use sekisho_server::services::proto::api1::api1_client::Api1Client;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request};

use crate::support::sekisho;

const CONFIG: &str = r#"
    grpc-listen = "127.0.0.1:0"
    log-calls = "all"
    log-claim = ["tenant"]

    [[issuers]]
    name = "people"
    issuer = "https://people.example/"
    audience = "api"
    jwks = "people"

    [[issuers]]
    name = "machines"
    issuer = "urn:machines"
    audience = "machines"
    jwks = "machines"
    client-claim = ["cid"]

    [issuers.scopes_of]
    "job:nightly" = ["api1:read:status"]
"#;

struct Server {
    _folder: tempfile::TempDir,
    _process: Child,
    stderr: Lines<BufReader<ChildStderr>>,
    channel: Channel,
}

impl Server {
    async fn start(issuers: [&Keyed; 2]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| -> PathBuf { folder.path().join(name) };
        std::fs::write(path("sekisho.toml"), CONFIG).unwrap();
        for issuer in issuers {
            std::fs::write(path(issuer.name), issuer.issuer.jwks()).unwrap();
        }
        let mut command = sekisho("serve --config sekisho.toml");
        command.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut stderr = BufReader::new(process.stderr.take().unwrap()).lines();
        let line = line_with(&mut stderr, "listening listener=\"grpc\"").await;
        let (_, address) = line.split_once("addr=").unwrap();
        let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        Self { _folder: folder, _process: process, stderr, channel }
    }

    /// The answer to a call with this token, and what is logged of it.
    async fn call(&mut self, token: &TokenBuilder<'_>) -> (Code, String) {
        let mut request = Request::new(GetStatusRequest {});
        request.metadata_mut().insert("authorization", format!("Bearer {}", token.sign()).parse().unwrap());
        let answer = Api1Client::new(self.channel.clone()).get_status(request).await;
        let line = line_with(&mut self.stderr, "sekisho::call::").await;
        (answer.map_or_else(|status| status.code(), |_| Code::Ok), line)
    }
}

async fn line_with(lines: &mut Lines<BufReader<ChildStderr>>, text: &str) -> String {
    loop {
        let line = lines.next_line().await.unwrap().unwrap();
        if line.contains(text) {
            return line;
        }
    }
}

struct Keyed {
    name: &'static str,
    issuer: TestIssuer,
}

/// Their keys have the same `kid`, and are not the same.
fn issuers() -> [Keyed; 2] {
    [("people", "https://people.example/", "api"), ("machines", "urn:machines", "machines")]
        .map(|(name, iss, audience)| Keyed { name, issuer: TestIssuer::new(iss, audience) })
}

impl Keyed {
    #[expect(clippy::disallowed_methods, reason = "the program's clock is the real one")]
    fn token(&self) -> TokenBuilder<'_> {
        self.issuer.token().issued_at(SystemTime::now())
    }
}

#[tokio::test]
async fn a_token_of_each_passes_by_the_rules_of_its_own() {
    let [people, machines] = issuers();
    let mut server = Server::start([&people, &machines]).await;
    let (code, line) = server.call(&people.token().scope("api1:read:status").claim("tenant", "acme")).await;
    assert_eq!(code, Code::Ok, "{line}");
    let shown =
        r#"issuer="people" subject="alice" client="test-client" claims="tenant=\"acme\"" outcome="allowed""#;
    assert!(line.contains(shown), "{line}");
    // Its scopes are in no claim, and its client is in another one.
    let nightly = machines.token().subject("job:nightly").claim("cid", "nightly");
    let (code, line) = server.call(&nightly).await;
    assert_eq!(code, Code::Ok, "{line}");
    assert!(line.contains(r#"issuer="machines" subject="job:nightly" client="nightly""#), "{line}");
    // Neither counts for the other, nor for anybody else.
    let same_subject = people.token().subject("job:nightly");
    assert_eq!(server.call(&same_subject).await.0, Code::PermissionDenied);
    assert_eq!(server.call(&machines.token().subject("job:nightly2")).await.0, Code::PermissionDenied);
}

#[tokio::test]
async fn no_key_and_no_audience_of_one_counts_for_the_other() {
    let [people, machines] = issuers();
    let mut server = Server::start([&people, &machines]).await;
    let scope = "api1:read:status";
    let forged = [
        people.token().scope(scope).claim("iss", "urn:machines").claim("aud", "machines"),
        machines.token().scope(scope).claim("iss", "https://people.example/").claim("aud", "api"),
        people.token().scope(scope).claim("aud", "machines"),
        machines.token().scope(scope).claim("aud", "api"),
    ];
    for token in &forged {
        let (code, line) = server.call(token).await;
        assert_eq!(code, Code::Unauthenticated, "{line}");
    }
    for token in [people.token().scope(scope), machines.token().scope(scope)] {
        assert_eq!(server.call(&token).await.0, Code::Ok);
    }
}
