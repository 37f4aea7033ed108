//! The start of a server whose keys are at hand.
#![cfg(unix)]

use std::path::Path;
use std::process::Stdio;

use sekisho::testing::TestIssuer;
use sekisho_server::services::proto::api1::GetStatusRequest;
use sekisho_server::services::proto::api1::api1_client::Api1Client;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tonic::Request;
use tonic::transport::Endpoint;

use crate::support::{end, sekisho};

const STARTS: usize = 10;

fn serve(jwks: &Path) -> Command {
    let mut command =
        sekisho("serve --issuer https://issuer.example/ --audience api --grpc-listen 127.0.0.1:0");
    command.arg("--jwks").arg(jwks);
    command
}

#[tokio::test]
async fn a_call_that_is_sent_the_moment_the_listener_is_told_of_is_answered() {
    let issuer = TestIssuer::new("https://issuer.example/", "api");
    let directory = tempfile::tempdir().unwrap();
    let jwks = directory.path().join("jwks.json");
    std::fs::write(&jwks, issuer.jwks()).unwrap();
    // The program's clock is the real one. This expires in the year 3000.
    let token = issuer.token().without_claim("iat").claim("exp", 32_503_680_000_u64);
    let bearer = format!("Bearer {}", token.scope("api1:read:status").sign());
    for start in 0..STARTS {
        let mut server = serve(&jwks).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(server.stderr.take().unwrap()).lines();
        let address = loop {
            let line = stderr.next_line().await.unwrap().expect("a listener");
            if let Some((_, address)) = line.split_once("listening listener=\"grpc\" addr=") {
                break format!("http://{address}");
            }
        };
        let channel = Endpoint::from_shared(address).unwrap().connect().await.unwrap();
        let mut request = Request::new(GetStatusRequest {});
        request.metadata_mut().insert("authorization", bearer.parse().unwrap());
        let answer = Api1Client::new(channel).get_status(request).await;
        assert!(answer.is_ok(), "start {start}: {answer:?}");
    }
}

#[tokio::test]
async fn a_file_is_told_of_before_it_is_read() {
    let issuer = TestIssuer::new("https://issuer.example/", "api");
    let directory = tempfile::tempdir().unwrap();
    let jwks = directory.path().join("jwks.json");
    std::fs::write(&jwks, issuer.jwks()).unwrap();
    let mut server = serve(&jwks).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(server.stderr.take().unwrap()).lines();
    for expected in ["are read before anything is served", "keys are held", "listening"] {
        let line = stderr.next_line().await.unwrap().expect("a line");
        assert!(line.contains(expected), "{line}");
        let file = format!("file=\"{}\"", jwks.display());
        assert_eq!(line.contains(&file), expected.starts_with("are read"), "{line}");
    }
}

#[tokio::test]
async fn keys_in_what_may_never_be_read_are_a_fault() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().await.unwrap().success());
    let ended = end(serve(&pipe)).await;
    let expected = format!("--jwks: {}: it is no regular file", pipe.display());
    assert_eq!(ended.one_error(2), expected);
}
