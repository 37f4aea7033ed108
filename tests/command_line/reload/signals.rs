//! Signals that come when they are not expected.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::support::sekisho;
use crate::support::serving::in_time;

/// An issuer that accepts, and does not answer until it is dropped.
struct Hanging(TcpListener);

impl Hanging {
    async fn listen() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn table(&self) -> String {
        let address = self.0.local_addr().unwrap();
        format!("[[issuers]]\nname = 'hanging'\nissuer = 'http://{address}/'\naudience = 'api'\n")
    }

    async fn asked(&self) -> TcpStream {
        in_time(self.0.accept()).await.unwrap().0
    }
}

/// Neither what the same file says of others, nor what a later one says of it.
#[tokio::test]
async fn an_issuer_that_does_not_answer_holds_up_nothing() {
    let [a, b] = ["a", "b"].map(issuer);
    let (of_a, of_b) = (token(&a).sign(), token(&b).sign());
    let mut server = Serving::start(&(table("a", "") + &table("b", "")), &[&a, &b]).await;
    let hanging = Hanging::listen().await;
    server.configure(&(table("a", "") + &hanging.table()));
    server.signal("HUP").await;
    let _asked = hanging.asked().await;
    assert_eq!(code(&server, &of_a).await, Code::Ok);
    let lines = server.lines_to("changed: new issuer hanging, removed issuer b").await;
    let has = |text: &str| lines.iter().any(|line| line.contains(text));
    assert!(has("have not come yet") && has("issuers=\"hanging\""), "{lines:#?}");
    // That is told once the fetch is over, for which 10 s are allowed.
    assert!(!has("could not be fetched"), "{lines:#?}");
    assert_eq!(code(&server, &of_b).await, Code::Unauthenticated);
    assert_eq!(code(&server, &of_a).await, Code::Ok);
    server.configure(&table("a", ""));
    server.signal("HUP").await;
    let lines = server.lines_to("changed: removed issuer hanging").await;
    assert!(!lines.iter().any(|line| line.contains("could not be fetched")), "{lines:#?}");
    assert_eq!(code(&server, &of_a).await, Code::Ok);
}

/// Its issuer is asked as one reload is under way.
#[tokio::test]
async fn a_signal_while_one_is_followed_is_neither_lost_nor_one_of_many() {
    let a = issuer("a");
    let mut server = Serving::start(&table("a", ""), &[&a]).await;
    let hanging = Hanging::listen().await;
    server.configure(&(table("a", "") + &hanging.table()));
    server.signal("HUP").await;
    let _asked = hanging.asked().await;
    server.configure(&format!("leeway = '1s'\n{}", table("a", "")));
    server.signals("HUP", 10).await;
    assert_eq!(server.told().await, "changed: new issuer hanging");
    assert_eq!(server.told().await, "changed: removed issuer hanging, leeway");
    server.configure(&table("a", ""));
    server.signal("HUP").await;
    let mut nothing_changed = 0;
    while server.told().await == "nothing changed" {
        nothing_changed += 1;
    }
    // The last signal may have come as the second time began.
    assert!(nothing_changed <= 1, "{nothing_changed}");
    assert_eq!(server.reload(&table("a", "")).await, "nothing changed");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_an_issuer_that_does_not_answer() {
    let a = issuer("a");
    let server = Serving::start(&table("a", ""), &[&a]).await;
    let hanging = Hanging::listen().await;
    server.configure(&(table("a", "") + &hanging.table()));
    server.signal("HUP").await;
    let _asked = hanging.asked().await;
    server.signal("TERM").await;
    let (code, rest) = server.ended().await;
    assert_eq!(code, Some(0), "{rest:#?}");
    assert!(rest.iter().any(|line| line.contains("stopping")), "{rest:#?}");
    // It would have been told, had its fetch been waited for.
    assert!(!rest.iter().any(|line| line.contains("could not be fetched")), "{rest:#?}");
}

#[tokio::test]
async fn without_a_file_there_is_nothing_to_change() {
    let a = issuer("a");
    let of_a = token(&a).sign();
    let arguments = "serve --grpc-listen 127.0.0.1:0 --issuer https://a.example/ --audience api --jwks a";
    let mut server = Serving::start_with(arguments, "", &[&a], &[]).await;
    for _ in 0..2 {
        server.signal("HUP").await;
        assert_eq!(server.told().await, "nothing changed");
        assert_eq!(code(&server, &of_a).await, Code::Ok);
    }
}

/// Whoever changes a file need not know whether the server has come up.
#[tokio::test]
async fn a_signal_before_anything_is_served_is_followed_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a"), issuer("a").jwks()).unwrap();
    let mut command =
        sekisho("serve --grpc-listen 127.0.0.1:0 --audience api --jwks a --issuer https://a.example/");
    command.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let mut line_with = async |text: &str| {
        while let Some(line) = in_time(lines.next_line()).await.unwrap() {
            if line.contains(text) {
                return;
            }
        }
        panic!("no line with {text:?}");
    };
    line_with("keys are read before anything is served").await;
    let id = process.id().unwrap().to_string();
    assert!(tokio::process::Command::new("kill").args(["-HUP", &id]).status().await.unwrap().success());
    line_with("listening").await;
    line_with("the configuration was read again").await;
}

/// A terminal that is closed ends what was started in it, and leaves no server behind.
#[cfg(feature = "development")]
#[tokio::test]
async fn in_development_a_signal_reads_certificates_again_and_ends_what_has_none() {
    use std::os::unix::process::ExitStatusExt as _;
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("certificate"), made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("key"), made.signing_key.serialize_pem()).unwrap();
    for (arguments, ends_with) in [("", Some(1)), ("--tls-certificate certificate --tls-key key", None)] {
        let listen = "--grpc-listen 127.0.0.1:0 --issuer-listen 127.0.0.1:0 --web-listen 127.0.0.1:0";
        let mut command = sekisho(&format!("{listen} {arguments}"));
        command.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        while !in_time(lines.next_line()).await.unwrap().unwrap().contains("readiness ready=true") {}
        let id = process.id().unwrap().to_string();
        let signal = async |name: &str| {
            tokio::process::Command::new("kill").args([name, id.as_str()]).status().await.unwrap()
        };
        assert!(signal("-HUP").await.success());
        let Some(number) = ends_with else {
            // It is there to be told what ends it properly.
            assert!(signal("-TERM").await.success());
            while in_time(lines.next_line()).await.unwrap().is_some() {}
            assert_eq!(in_time(process.wait()).await.unwrap().code(), Some(0));
            continue;
        };
        assert_eq!(in_time(process.wait()).await.unwrap().signal(), Some(number), "{arguments}");
    }
}
