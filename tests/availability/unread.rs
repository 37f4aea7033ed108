//! What the program writes, where nobody reads it.

use std::process::Stdio;

use tokio::process::Command;
use tokio::task::JoinSet;

use crate::support::{API1, Client, Healthy, Server, alone, beside_others, full_pipe, in_time};

/// What fills a pipe, a queue, and the hands of the thread that writes, several times over.
const REFUSALS: usize = 20_000;
const CONNECTIONS: usize = 4;
const UNAUTHENTICATED: &str = "16";
const FORMATS: [&str; 2] = ["text", "json"];

async fn refusals(server: &Server) {
    let mut clients = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let client = Client::connect(server.address).await.expect("a server that listens");
        clients.spawn(async move {
            for _ in 0..REFUSALS / CONNECTIONS {
                let outcome = client.head_only(API1, b"Bearer nothing.of.that").await;
                assert!(outcome.has_status(UNAUTHENTICATED), "{outcome:?}");
            }
        });
    }
    in_time("the refusals", clients.join_all()).await;
}

async fn healthcheck(server: &Server) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command.args(["healthcheck", "--grpc-listen", &server.address.to_string()]).env_clear();
    let status = in_time("a health check", command.stderr(Stdio::null()).status()).await.expect("an end");
    assert!(status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_105_nobody_reads_stderr_or_stdout() {
    let _guard = alone().await;
    for format in FORMATS {
        let (mut server, _stdout) = Server::start_unread(format).await;
        server.log_is_read(false);
        let healthy = Healthy::start(&server).await;
        refusals(&server).await;
        healthy.stop().await;
        healthcheck(&server).await;
        server.assert_well().await;
        server.terminate().await;
        assert_eq!(server.ended_unread().await, Some(0), "{format}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_105_what_was_dropped_is_told_and_counted_once_it_is_read_again() {
    let _guard = alone().await;
    for format in FORMATS {
        let (server, _stdout) = Server::start_unread(format).await;
        server.log_is_read(false);
        refusals(&server).await;
        assert_eq!(server.logged().dropped, 0);
        server.log_is_read(true);
        // It is told though nothing more is logged.
        in_time("what was dropped", server.logged_until(|logged| logged.dropped != 0)).await;
        server.terminate().await;
        let (code, logged) = server.ended().await;
        assert_eq!((code, logged.panics), (Some(0), Vec::new()));
        assert!(logged.last.iter().any(|line| line.contains("stopping")), "{:#?}", logged.last);
        println!("{format}: {} lines were dropped of {REFUSALS}", logged.dropped);
        // Whether it is ready was asked as well, before.
        assert_eq!(logged.calls + logged.dropped, REFUSALS + 1);
        assert!(logged.dropped > REFUSALS / 4, "{}", logged.dropped);
    }
}

#[tokio::test]
async fn row_105_the_end_waits_for_nobody_to_read_why() {
    let _guard = beside_others().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = listener.local_addr().expect("an address").to_string();
    let cases: [(&[&str], i32); 4] = [
        (&["serve", "--leeway", "soon"], 2),
        (&["serve", "--no-such-flag"], 2),
        (&["serve", "--issuer", "https://127.0.0.1:1/", "--audience", "api", "--grpc-listen", &taken], 1),
        (&["healthcheck", "--grpc-listen", "127.0.0.1:1"], 1),
    ];
    for (arguments, code) in cases {
        let (stderr, _reader) = full_pipe().await;
        let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
        command.args(arguments).env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr);
        let mut child = command.kill_on_drop(true).spawn().expect("a program that starts");
        let status = in_time("its end", child.wait()).await.expect("a process");
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
    drop(listener);
}
