//! In a process of its own, since logging belongs to a whole process: the test starts itself once more, with a stderr
//! that nobody reads.
#![cfg(unix)]

use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::net::unix::pipe;

use super::start;
use crate::cli::output;
use crate::config::{LogFormat, LogSettings};

/// What is set for the process in which the program is played.
const PLAYED: &str = "SEKISHO_TEST_LOGGING";

/// A pipe that has no room.
async fn full_pipe() -> (std::os::fd::OwnedFd, pipe::Receiver) {
    let (writer, reader) = pipe::pipe().unwrap();
    // Until then nothing is even tried.
    writer.writable().await.unwrap();
    while writer.try_write(&[b'.'; 4096]).is_ok() {}
    (writer.into_blocking_fd().unwrap(), reader)
}

fn play(form: &str, stderr: impl Into<Stdio>) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "cli::logging::tests::played", "--nocapture"]);
    command
        .env(PLAYED, form)
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(stderr)
        .spawn()
        .unwrap()
}

/// Not a test, but what the tests below start.
#[test]
fn played() {
    let Ok(form) = std::env::var(PLAYED) else { return };
    let format = if form == "json" { LogFormat::Json } else { LogFormat::Text };
    // A filter that lets through neither panics nor that lines were dropped.
    let filter = "sekisho_server::cli::logging::tests=info".to_owned();
    let logging = start(&LogSettings { format, filter }).unwrap_or_else(|failure| panic!("{failure:?}"));
    for number in 0..20_000 {
        tracing::info!(number, of = "many", "a line of some length, as there are many of a server's day");
    }
    let panicked = std::thread::Builder::new()
        .name("doomed".to_owned())
        .spawn(|| panic!("of \u{1b}[2J\n\u{200b} a handler"));
    let panicked = panicked.unwrap().join();
    assert!(panicked.is_err());
    drop(logging);
    output::last_words("error: the end\n".to_owned());
    std::process::exit(7);
}

#[tokio::test]
async fn a_panic_waits_for_no_reader_and_neither_does_the_end() {
    for form in ["text", "json"] {
        let (stderr, _reader) = full_pipe().await;
        let mut child = play(form, stderr);
        let code = tokio::task::spawn_blocking(move || child.wait().unwrap().code());
        let code = tokio::time::timeout(Duration::from_secs(120), code).await.expect("an end").unwrap();
        assert_eq!(code, Some(7));
    }
}

#[test]
fn a_panic_is_a_line_and_the_last_words_come_last() {
    for (form, expected) in [
        (
            "text",
            [r#"cause="of \u{1b}[2J\n\u{200b} a handler""#, "panicked thread=\"doomed\" location=\"src"],
        ),
        ("json", [r#""cause":"of \u001b[2J\n\u200b a handler""#, r#""message":"panicked""#]),
    ] {
        let output = play(form, Stdio::piped()).wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<_> = stderr.lines().collect();
        let panicked: Vec<_> = lines.iter().filter(|line| line.contains("panicked")).collect();
        assert_eq!(panicked.len(), 1, "{panicked:?}");
        for part in expected {
            assert!(panicked[0].contains(part), "{part}: {panicked:?}");
        }
        assert_eq!(lines.last(), Some(&"error: the end"));
        let many = lines.iter().filter(|line| line.contains("many")).count();
        let dropped = lines.iter().filter_map(|line| dropped(line, form)).sum::<usize>();
        assert_eq!(many + dropped, 20_000);
    }
}

/// How many lines were dropped, if this is the line that says so.
fn dropped(line: &str, form: &str) -> Option<usize> {
    let name = if form == "json" { "\"dropped\":" } else { "dropped=" };
    let (_, number) = line.split_once("log lines were dropped").and_then(|_| line.split_once(name))?;
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number[..end].parse().ok()
}
