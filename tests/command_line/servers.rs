//! The servers, as somebody starts them from a shell.
#![cfg(all(unix, feature = "development"))]

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
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

async fn interrupt(mut server: Child) -> Option<i32> {
    let id = server.id().unwrap().to_string();
    let told = tokio::process::Command::new("kill").args(["-INT", &id]).status().await.unwrap();
    assert!(told.success());
    server.wait().await.unwrap().code()
}

/// The address after `text`.
fn address_after<'a>(lines: &'a [String], text: &str) -> &'a str {
    let found = lines.iter().find_map(|line| line.trim().strip_prefix(text));
    found.unwrap_or_else(|| panic!("expected {text:?} in {lines:?}")).trim()
}

#[tokio::test]
async fn development_prints_commands_that_work() {
    let mut command = sekisho("--grpc-listen 127.0.0.1:0 --issuer-listen 127.0.0.1:0");
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

/// A server that speaks TLS, with what it was told in variables, as in a container.
struct OverTls {
    files: tempfile::TempDir,
    server: Child,
    address: String,
}

impl OverTls {
    async fn start(client_certificate: &str) -> Self {
        let files = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(files.path().join("certificate"), made.cert.pem()).unwrap();
        std::fs::write(files.path().join("key"), made.signing_key.serialize_pem()).unwrap();
        let mut command =
            sekisho("serve --issuer http://127.0.0.1:1/ --audience api --grpc-listen 127.0.0.1:0");
        // A certificate that vouches for itself.
        command.env("SEKISHO_TLS_CLIENT_CA", files.path().join("certificate"));
        command.env("SEKISHO_TLS_CLIENT_CERTIFICATE", client_certificate).env("SEKISHO_LOG_FORMAT", "json");
        told_of_files(&mut command, &files);
        let mut server = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(server.stderr.take().unwrap()).lines();
        let logged = lines_to(&mut stderr, "\"listening\"").await;
        tokio::spawn(async move { while let Ok(Some(_)) = stderr.next_line().await {} });
        let line: serde_json::Value = serde_json::from_str(logged.last().unwrap()).unwrap();
        Self { files, server, address: line["addr"].as_str().unwrap().to_owned() }
    }

    fn healthcheck(&self) -> tokio::process::Command {
        sekisho(&format!("healthcheck --grpc-listen {}", self.address))
    }
}

fn told_of_files(command: &mut tokio::process::Command, files: &tempfile::TempDir) {
    for (variable, file) in [("SEKISHO_TLS_CERTIFICATE", "certificate"), ("SEKISHO_TLS_KEY", "key")] {
        command.env(variable, files.path().join(file));
    }
}

#[tokio::test]
async fn a_healthcheck_speaks_tls_where_the_server_does() {
    for client_certificate in ["optional", "required"] {
        let tls = OverTls::start(client_certificate).await;
        let plain = end(tls.healthcheck()).await;
        assert_ne!(plain.one_error(1), format!("{} answers NOT_SERVING", tls.address));
        let mut over_tls = tls.healthcheck();
        told_of_files(&mut over_tls, &tls.files);
        // It has no keys; what counts is that it says so.
        assert_eq!(end(over_tls).await.one_error(1), format!("{} answers NOT_SERVING", tls.address));
        assert_eq!(interrupt(tls.server).await, Some(0));
    }
}
