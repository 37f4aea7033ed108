//! The servers, as somebody starts them from a shell.
#![cfg(all(unix, feature = "development"))]

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::Child;

use crate::support::{end, run, sekisho};

async fn lines_to<R: AsyncRead + Unpin>(lines: &mut Lines<BufReader<R>>, last: &str) -> Vec<String> {
    let mut read = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        let done = line.contains(last);
        read.push(line);
        if done {
            return read;
        }
    }
    panic!("expected {last:?}, found {read:?}");
}

async fn signal(server: &Child, name: &str) {
    let id = server.id().unwrap().to_string();
    let told = tokio::process::Command::new("kill").args([&format!("-{name}"), &id]).status().await.unwrap();
    assert!(told.success());
}

async fn interrupt(mut server: Child) -> Option<i32> {
    signal(&server, "INT").await;
    server.wait().await.unwrap().code()
}

/// The address after `text`.
fn address_after<'a>(lines: &'a [String], text: &str) -> &'a str {
    let found = lines.iter().find_map(|line| line.trim().strip_prefix(text));
    found.unwrap_or_else(|| panic!("expected {text:?} in {lines:?}")).trim()
}

#[tokio::test]
async fn development_prints_commands_that_work() {
    let mut command =
        sekisho("--grpc-listen 127.0.0.1:0 --issuer-listen 127.0.0.1:0 --web-listen 127.0.0.1:0");
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdout = BufReader::new(server.stdout.take().unwrap()).lines();
    let banner = lines_to(&mut stdout, "Ctrl-C").await;

    let grpc = address_after(&banner, "gRPC, gRPC-Web, health, reflection").to_owned();
    assert_eq!(run(&format!("healthcheck --grpc-listen {grpc}")).await.code, Some(0));
    let token = address_after(&banner, &format!("{} token", env!("CARGO_BIN_EXE_sekisho")));
    let ended = run(&format!("token {token}")).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(ended.stdout.trim_end().split('.').count(), 3, "{}", ended.stdout);

    assert_eq!(interrupt(server).await, Some(0));
}

#[tokio::test]
async fn a_token_is_asked_for_at_an_issuer_that_the_file_names() {
    let mut command =
        sekisho("--grpc-listen 127.0.0.1:0 --issuer-listen 127.0.0.1:0 --web-listen 127.0.0.1:0");
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdout = BufReader::new(server.stdout.take().unwrap()).lines();
    let banner = lines_to(&mut stdout, "Ctrl-C").await;
    let issuer = address_after(&banner, "Issuer (development)");
    let folder = tempfile::tempdir().unwrap();
    let table =
        format!("[[issuers]]\nname = 'local'\nissuer = '{issuer}'\naudience = 'auth0-multiple-api'\n");
    std::fs::write(folder.path().join("sekisho.toml"), table).unwrap();
    let token = |name: &str| {
        let mut command =
            sekisho(&format!("token --config sekisho.toml --issuer-name {name} --client-id cli"));
        command.current_dir(folder.path()).env("SEKISHO_TOKEN_CLIENT_SECRET", "cli-secret");
        end(command)
    };
    let ended = token("local").await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(ended.stdout.trim_end().split('.').count(), 3, "{}", ended.stdout);
    let unknown = token("other").await;
    let reason = "\"other\" is the name of no issuer in sekisho.toml; there are: local";
    assert_eq!(unknown.one_error(2), format!("--issuer-name: {reason}"));
    assert_eq!(interrupt(server).await, Some(0));
}

#[tokio::test]
async fn serve_starts_without_its_issuer_and_ends_when_told() {
    let mut command = sekisho(
        "serve --issuer http://127.0.0.1:1/ --audience api --grpc-listen 127.0.0.1:0 --log-format json",
    );
    let mut server = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(server.stderr.take().unwrap()).lines();
    let logged = lines_to(&mut stderr, "\"listening\"").await;
    let line: serde_json::Value = serde_json::from_str(logged.last().unwrap()).unwrap();
    assert_eq!(line["listener"], "grpc");

    let address = line["addr"].as_str().unwrap();
    let ended = run(&format!("healthcheck --grpc-listen {address}")).await;
    assert_eq!(ended.one_error(1), format!("{address} answers NOT_SERVING"));
    // Read on, so that a log line never finds its pipe closed.
    let rest = tokio::spawn(async move { while let Ok(Some(_)) = stderr.next_line().await {} });
    assert_eq!(interrupt(server).await, Some(0));
    rest.await.unwrap();
}

#[tokio::test]
async fn what_a_stranger_makes_h2_say_is_not_logged_whatever_is_asked_for() {
    let mut command = sekisho(
        "serve --issuer http://127.0.0.1:1/ --audience api --grpc-listen 127.0.0.1:0 --log-format json",
    );
    command.env("RUST_LOG", "trace,h2=trace,h2::server=trace,h2::codec=trace,[Connection]=trace");
    let mut server = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(server.stderr.take().unwrap()).lines();
    let logged = lines_to(&mut stderr, "\"listening\"").await;
    let line: serde_json::Value = serde_json::from_str(logged.last().unwrap()).unwrap();
    let mut peer = TcpStream::connect(line["addr"].as_str().unwrap()).await.unwrap();
    // A path with a space in it (RFC 7541 §6.2.2), on a stream of its own.
    let path = b"/a b?access_token=of-somebody";
    let field = [&[0, 5], &b":path"[..], &[u8::try_from(path.len()).unwrap()], path].concat();
    let head = [&[0x83, 0x86][..], &field].concat();
    let frame = [&[0, 0, u8::try_from(head.len()).unwrap(), 1, 5, 0, 0, 0, 1][..], &head].concat();
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    // And the answer to a ping that nobody sent.
    let pong = [0, 0, 8, 6, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    peer.write_all(&[preface, &settings[..], &pong, &frame].concat()).await.unwrap();
    // Settings, their acknowledgement, and the reset of the stream.
    let mut answer = vec![0; 256];
    let mut read = Vec::new();
    while !read.windows(9).any(|frame| frame[3..] == [3, 0, 0, 0, 0, 1]) {
        let length = peer.read(&mut answer).await.unwrap();
        assert_ne!(length, 0, "it is reset");
        read.extend_from_slice(&answer[..length]);
    }
    let rest = tokio::spawn(async move {
        let mut rest = Vec::new();
        while let Ok(Some(line)) = stderr.next_line().await {
            rest.push(line);
        }
        rest
    });
    assert_eq!(interrupt(server).await, Some(0));
    let rest = rest.await.unwrap();
    assert!(!rest.is_empty(), "what is asked for is logged otherwise");
    assert!(!rest.iter().any(|line| line.contains("of-somebody") || line.contains("h2::")), "{rest:?}");
}

/// A server that speaks TLS, with what it was told in variables, as in a container.
struct OverTls {
    files: tempfile::TempDir,
    server: Child,
    address: String,
}

impl OverTls {
    async fn start(client_certificate: &str) -> Self {
        let files = tempfile::tempdir().unwrap();
        write_certificate(&files);
        let mut command =
            sekisho("serve --issuer http://127.0.0.1:1/ --audience api --grpc-listen 127.0.0.1:0");
        // A certificate that vouches for itself.
        command.env("SEKISHO_TLS_CLIENT_CA", files.path().join("certificate"));
        command.env("SEKISHO_TLS_CLIENT_CERTIFICATE", client_certificate).env("SEKISHO_LOG_FORMAT", "json");
        told_of(&mut command, &files, &SERVER);
        let mut server = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(server.stderr.take().unwrap()).lines();
        let logged = lines_to(&mut stderr, "\"listening\"").await;
        tokio::spawn(async move { while let Ok(Some(_)) = stderr.next_line().await {} });
        let line: serde_json::Value = serde_json::from_str(logged.last().unwrap()).unwrap();
        Self { files, server, address: line["addr"].as_str().unwrap().to_owned() }
    }

    /// What is said by a health check that is told of these of the server's files.
    async fn healthcheck(&self, variables: &[(&str, &str)]) -> String {
        let mut command = sekisho(&format!("healthcheck --grpc-listen {}", self.address));
        told_of(&mut command, &self.files, variables);
        end(command).await.one_error(1).to_owned()
    }
}

const SERVER: [(&str, &str); 2] = [("SEKISHO_TLS_CERTIFICATE", "certificate"), ("SEKISHO_TLS_KEY", "key")];
const CLIENT: [(&str, &str); 2] =
    [("SEKISHO_HEALTHCHECK_CERTIFICATE", "certificate"), ("SEKISHO_HEALTHCHECK_KEY", "key")];

fn told_of(command: &mut tokio::process::Command, files: &tempfile::TempDir, variables: &[(&str, &str)]) {
    for (variable, file) in variables {
        command.env(variable, files.path().join(file));
    }
}

#[tokio::test]
async fn a_hangup_reads_the_files_again_and_ends_nothing() {
    let files = tempfile::tempdir().unwrap();
    write_certificate(&files);
    let mut command = sekisho(
        "serve --issuer http://127.0.0.1:1/ --audience api --grpc-listen 127.0.0.1:0 --tls-reload 1h",
    );
    told_of(&mut command, &files, &SERVER);
    let mut server = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(server.stderr.take().unwrap()).lines();
    lines_to(&mut stderr, "readiness").await;
    write_certificate(&files);
    signal(&server, "HUP").await;
    lines_to(&mut stderr, "new certificates").await;
    tokio::spawn(async move { while let Ok(Some(_)) = stderr.next_line().await {} });
    assert_eq!(interrupt(server).await, Some(0));
}

fn write_certificate(files: &tempfile::TempDir) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(files.path().join("certificate"), made.cert.pem()).unwrap();
    std::fs::write(files.path().join("key"), made.signing_key.serialize_pem()).unwrap();
}

#[tokio::test]
async fn a_healthcheck_speaks_tls_where_the_server_does() {
    for client_certificate in ["optional", "required"] {
        let tls = OverTls::start(client_certificate).await;
        // It has no keys; what counts is that it says so.
        let answered = format!("{} answers NOT_SERVING", tls.address);
        assert_ne!(tls.healthcheck(&[]).await, answered);
        assert_eq!(tls.healthcheck(&CLIENT).await, answered);
        assert_eq!(tls.healthcheck(&[SERVER, CLIENT].concat()).await, answered);
        let without = tls.healthcheck(&SERVER).await;
        match client_certificate {
            "required" => assert!(without.contains("--client-certificate"), "{without}"),
            _ => assert_eq!(without, answered),
        }
        assert_eq!(interrupt(tls.server).await, Some(0));
    }
}
