//! What strangers write into the program's log, in both of its formats. `tests/api/log_lines.rs` has what the library
//! hands to a subscriber.
#![cfg(unix)]

use std::process::Stdio;

use sekisho::services::proto::api1::GetStatusRequest;
use sekisho::services::proto::api1::api1_client::Api1Client;
use sekisho::testing::TestIssuer;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr};
use tonic::Request;
use tonic::transport::Endpoint;

use crate::support::sekisho;

/// What a subject says, how text shows it, and how JSON does, within its quotes.
const SUBJECTS: [(&str, &str, &str); 7] = [
    ("山田 Zoë|6f2", "山田 Zoë|6f2", "山田 Zoë|6f2"),
    (r#"a" outcome="allowed"#, r#"a\" outcome=\"allowed"#, r#"a\" outcome=\"allowed"#),
    ("b\r\n\u{1b}[2J\u{7}", r"b\r\n\u{1b}[2J\u{7}", r"b\r\n\u001b[2J\u0007"),
    ("c\u{9b}2J\u{7f}", r"c\u{9b}2J\u{7f}", r"c\u009b2J\u007f"),
    ("d\u{200b}\u{e0041}", r"d\u{200b}\u{e0041}", r"d\u200b\udb40\udc41"),
    ("e\u{202e}gpj\u{2028}", r"e\u{202e}gpj\u{2028}", r"e\u202egpj\u2028"),
    // Letters without ink, which Rust does not escape. They are escaped as the line is written.
    ("f\u{3164}\u{2800}", r"f\u{3164}\u{2800}", r"f\u3164\u2800"),
];

struct Server {
    issuer: TestIssuer,
    _directory: tempfile::TempDir,
    _child: Child,
    stderr: Lines<BufReader<ChildStderr>>,
    address: String,
}

impl Server {
    async fn start(format: &str) -> Self {
        let issuer = TestIssuer::new("https://issuer.example/", "api");
        let directory = tempfile::tempdir().unwrap();
        let jwks = directory.path().join("jwks.json");
        std::fs::write(&jwks, issuer.jwks()).unwrap();
        let mut command =
            sekisho("serve --issuer https://issuer.example/ --audience api --grpc-listen 127.0.0.1:0");
        command.arg("--jwks").arg(jwks).args(["--log-format", format]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut server =
            Self { issuer, _directory: directory, _child: child, stderr, address: String::new() };
        let line = server.line_with("listening").await;
        let address = line.split(['=', '"', ' ']).find(|part| part.starts_with("127.0.0.1:"));
        server.address = address.unwrap_or_else(|| panic!("no address: {line}")).to_owned();
        // Whether it had the keys at once or has them now.
        let ready = if format == "json" { r#""ready":true"# } else { "ready=true" };
        server.line_with(ready).await;
        server
    }

    async fn line_with(&mut self, text: &str) -> String {
        while let Some(line) = self.stderr.next_line().await.unwrap() {
            if line.contains(text) {
                return line;
            }
        }
        panic!("no line with {text}")
    }

    async fn call(&self, subject: &str) {
        // The program's clock is the real one. This expires in the year 3000.
        let token = self.issuer.token().without_claim("iat").claim("exp", 32_503_680_000_u64);
        let token = token.claim("sub", subject).scope("api1:read:status").sign();
        let mut request = Request::new(GetStatusRequest {});
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        let channel =
            Endpoint::from_shared(format!("http://{}", self.address)).unwrap().connect().await.unwrap();
        Api1Client::new(channel).get_status(request).await.unwrap();
    }
}

#[tokio::test]
async fn row_42_a_line_of_the_program_hides_nothing() {
    let mut text = Server::start("text").await;
    let mut json = Server::start("json").await;
    for (subject, in_text, in_json) in SUBJECTS {
        text.call(subject).await;
        let line = text.line_with("outcome").await;
        let fields = r#"INFO sekisho::grpc::observe: call method="/api1.v1.Api1/GetStatus" subject="#;
        assert!(
            line.ends_with(&format!(r#"{fields}"{in_text}" client="test-client" outcome="allowed""#)),
            "{line}"
        );

        json.call(subject).await;
        let line = json.line_with("outcome").await;
        assert!(line.contains(&format!(r#""subject":"{in_json}""#)), "{line}");
        let parsed: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&parsed["subject"], &parsed["outcome"]), (&subject.into(), &"allowed".into()), "{line}");
    }
}
