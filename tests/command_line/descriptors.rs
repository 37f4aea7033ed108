//! The program with few file descriptors, which the issuer shares with all else in its process.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

/// More connections than a process with [`DESCRIPTORS`] can hold.
const CONNECTIONS: usize = 64;
const DESCRIPTORS: usize = 48;

#[tokio::test]
async fn running_out_of_file_descriptors_is_survived() {
    let program = Program::start().await;
    let mut held = Vec::new();
    let mut waiting = loop {
        assert!(held.len() < CONNECTIONS, "the descriptors never ran out");
        let mut stream = ask(program.issuer).await;
        // The system connects on the process's behalf; that none is left shows by there being no answer.
        match timeout(Duration::from_secs(1), answered(&mut stream)).await {
            Ok(answered) => assert!(answered, "connection {}", held.len()),
            Err(_elapsed) => break stream,
        }
        held.push(stream);
    };
    assert!(!held.is_empty(), "before, it answered");
    drop(held);
    let answered = timeout(Duration::from_secs(10), answered(&mut waiting)).await;
    assert!(answered.expect("an answer or an end"), "whoever had to wait is answered");
    assert!(self::answered(&mut ask(program.issuer).await).await, "and whoever comes then");
}

/// A connection, kept open, on which the keys are asked for.
async fn ask(issuer: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(issuer).await.unwrap();
    let head = format!("GET /.well-known/jwks.json HTTP/1.1\r\nhost: {issuer}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn answered(stream: &mut TcpStream) -> bool {
    let mut status_line = [0; 15];
    stream.read_exact(&mut status_line).await.is_ok() && &status_line == b"HTTP/1.1 200 OK"
}

/// `sekisho` in development, ended when this is dropped.
struct Program {
    issuer: SocketAddr,
    _child: Child,
    /// Held open, so that what is logged has somewhere to go.
    _log: BufReader<ChildStderr>,
}

impl Program {
    async fn start() -> Self {
        let script = format!(r#"ulimit -n {DESCRIPTORS} && exec "$0" "$@""#);
        let mut child = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_sekisho")])
            .args(["--grpc-listen", "127.0.0.1:0", "--issuer-listen", "127.0.0.1:0"])
            .env_clear()
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let issuer = listening(&mut log, "issuer").await;
        // It listens for calls only after it has been its own issuer's client: the start is over.
        listening(&mut log, "grpc").await;
        Self { issuer, _child: child, _log: log }
    }
}

/// The address that the log says a listener has taken.
async fn listening(log: &mut BufReader<ChildStderr>, listener: &str) -> SocketAddr {
    let before = format!(r#"listening listener="{listener}" addr="#);
    let mut line = String::new();
    while log.read_line(&mut line).await.unwrap() > 0 {
        if let Some((_, address)) = line.split_once(&before) {
            return address.trim().parse().unwrap();
        }
        line.clear();
    }
    panic!("it ended before it listened as {listener}");
}
