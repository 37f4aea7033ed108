//! What strangers write into the program's log, in both of its formats. `tests/api/log_lines.rs` has what the library
//! hands to a subscriber.
#![cfg(unix)]

use std::process::Stdio;

use sekisho::testing::TestIssuer;
use sekisho_server::services::proto::api1::GetStatusRequest;
use sekisho_server::services::proto::api1::api1_client::Api1Client;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, Command};
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

const ALL_CALLS: [&str; 2] = ["--log-calls", "all"];

fn serve() -> Command {
    sekisho("serve --issuer https://issuer.example/ --audience api --grpc-listen 127.0.0.1:0")
}

struct Server {
    issuer: TestIssuer,
    stderr: Lines<BufReader<ChildStderr>>,
    address: String,
    kept: (tempfile::TempDir, Child),
}

impl Server {
    async fn start(format: &str, log_calls: &[&str]) -> Self {
        Self::start_with(format, log_calls, "").await
    }

    async fn start_with(format: &str, log_calls: &[&str], levels: &str) -> Self {
        let issuer = TestIssuer::new("https://issuer.example/", "api");
        let directory = tempfile::tempdir().unwrap();
        let jwks = directory.path().join("jwks.json");
        std::fs::write(&jwks, issuer.jwks()).unwrap();
        let mut command = serve();
        command
            .arg("--jwks")
            .arg(jwks)
            .args(["--log-format", format])
            .args(log_calls)
            .env("RUST_LOG", levels);
        let mut server = Self::run(command, issuer, directory).await;
        // Whether it had the keys at once or has them now.
        let ready = if format == "json" { r#""ready":true"# } else { "ready=true" };
        server.line_with(ready).await;
        server
    }

    /// One that speaks TLS, logs all it can, and has no keys.
    async fn over_tls() -> Self {
        let issuer = TestIssuer::new("https://issuer.example/", "api");
        let directory = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let mut command = serve();
        command.args(["--jwks", "http://127.0.0.1:1/"]).env("RUST_LOG", "trace,rustls=trace");
        for (flag, pem) in [("certificate", made.cert.pem()), ("key", made.signing_key.serialize_pem())] {
            let path = directory.path().join(flag);
            std::fs::write(&path, pem).unwrap();
            command.arg(format!("--tls-{flag}")).arg(path);
        }
        Self::run(command, issuer, directory).await
    }

    async fn run(mut command: Command, issuer: TestIssuer, directory: tempfile::TempDir) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut server = Self { issuer, stderr, address: String::new(), kept: (directory, child) };
        let line = server.line_with("listening").await;
        let address = line.split(['=', '"', ' ']).find(|part| part.starts_with("127.0.0.1:"));
        address.unwrap_or_else(|| panic!("no address: {line}")).clone_into(&mut server.address);
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
        self.try_call(subject, "api1:read:status").await.unwrap();
    }

    async fn try_call(&self, subject: &str, scope: &str) -> Result<(), tonic::Status> {
        // The program's clock is the real one. This expires in the year 3000.
        let token = self.issuer.token().without_claim("iat").claim("exp", 32_503_680_000_u64);
        let token = token.claim("sub", subject).scope(scope).sign();
        let mut request = Request::new(GetStatusRequest {});
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        let channel =
            Endpoint::from_shared(format!("http://{}", self.address)).unwrap().connect().await.unwrap();
        Api1Client::new(channel).get_status(request).await.map(drop)
    }

    /// Stops it: the calls that it has logged since it was asked last, by their targets and subjects.
    async fn calls_to_the_end(mut self) -> Vec<String> {
        let process = self.kept.1.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &process]).status().await.unwrap().success());
        let mut calls = Vec::new();
        while let Some(line) = self.stderr.next_line().await.unwrap() {
            let call =
                line.split_once("INFO sekisho::call::").and_then(|(_, call)| call.split_once(": call "));
            let subject = line.split_once("subject=\"").and_then(|(_, rest)| rest.split_once('"'));
            calls.extend(call.zip(subject).map(|(call, subject)| format!("{} {}", call.0, subject.0)));
        }
        calls
    }
}

#[tokio::test]
async fn row_42_a_line_of_the_program_hides_nothing() {
    let mut text = Server::start("text", &ALL_CALLS).await;
    let mut json = Server::start("json", &ALL_CALLS).await;
    for (subject, in_text, in_json) in SUBJECTS {
        text.call(subject).await;
        let line = text.line_with("outcome").await;
        let fields = r#"INFO sekisho::call::allowed: call method="/api1.v1.Api1/GetStatus" subject="#;
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

#[tokio::test]
async fn calls_are_logged_as_log_calls_says_and_rust_log_too() {
    let (none, refused): (&[&str], &[&str]) = (&[], &["refused bob"]);
    let cases: [(&[&str], &str, &[&str]); 7] = [
        (&[], "", refused),
        (&["--log-calls", "refused"], "", refused),
        (&["--log-calls", "none"], "", none),
        (&["--log-calls", "all"], "", &["allowed alice", "refused bob"]),
        (&["--log-calls", "all"], "info,sekisho::call::allowed=off", refused),
        (&["--log-calls", "all"], "warn,sekisho_server=info", none),
        (&[], "trace,sekisho::call::allowed=trace", refused),
    ];
    for (log_calls, levels, expected) in cases {
        let server = Server::start_with("text", log_calls, levels).await;
        server.call("alice").await;
        let code = server.try_call("bob", "api2:read:status").await.unwrap_err().code();
        assert_eq!(code, tonic::Code::PermissionDenied);
        assert_eq!(server.calls_to_the_end().await, expected, "{log_calls:?} {levels}");
    }
}

/// A beginning of TLS (RFC 8446 §4.1.2) that names a server by what is no name (RFC 6066 §3).
fn client_hello(server: &str) -> Vec<u8> {
    let two = |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    let names = two(&[&[0][..], &two(server.as_bytes())].concat());
    let extensions = two(&[&[0, 0][..], &two(&names)].concat());
    // TLS 1.2, a random number, no session, one cipher suite, no compression.
    let hello = [&[3, 3][..], &[7; 32], &[0, 0, 2, 0x13, 1, 1, 0], &extensions].concat();
    let handshake = [&[1, 0][..], &two(&hello)].concat();
    [&[22, 3, 1][..], &two(&handshake)].concat()
}

#[tokio::test]
async fn what_a_stranger_makes_rustls_say_is_not_logged_whatever_is_asked_for() {
    let mut server = Server::over_tls().await;
    let mut peer = TcpStream::connect(&server.address).await.unwrap();
    peer.write_all(&client_hello("no name, but outcome=\"allowed\"")).await.unwrap();
    let mut alert = Vec::new();
    peer.read_to_end(&mut alert).await.unwrap();
    assert_eq!(alert.first(), Some(&21), "{alert:?}");
    while let Some(line) = server.stderr.next_line().await.unwrap() {
        assert!(!line.contains("rustls") && !line.contains("no name"), "{line}");
        if line.contains("a connection ended early") {
            assert!(line.contains(" error=\""), "{line}");
            return;
        }
    }
    panic!("what broke it is logged");
}
