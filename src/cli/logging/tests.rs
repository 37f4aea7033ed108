//! In a process of its own, since logging belongs to a whole process: the test starts itself once more, with a stderr
//! that nobody reads.
#![cfg(unix)]

use std::panic;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tokio::net::unix::pipe;
use tracing::callsite::{self, Callsite, Identifier};
use tracing::field::FieldSet;
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata};

use super::{THREAD, start};
use crate::cli::{output, values};
use crate::config::{LogCalls, LogFormat, LogSettings};

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
    let filter = "sekisho_server::cli::logging::tests=info,sekisho::call=info".to_owned();
    let logging = start(&LogSettings { format, calls: LogCalls::All, filter })
        .unwrap_or_else(|failure| panic!("{failure:?}"));
    for number in (0..20_000).step_by(2) {
        tracing::info!(number, of = "many", "a line of some length, as there are many of a server's day");
        let number = number + 1;
        tracing::info!(target: "sekisho::call::allowed", number, of = "many", "call");
    }
    let panicked = std::thread::Builder::new()
        .name("doomed".to_owned())
        .spawn(|| panic!("of \u{1b}[2J\n\u{200b} a handler"));
    let panicked = panicked.unwrap().join();
    assert!(panicked.is_err());
    // Whoever makes the lines may panic at each, that of a panic too.
    let making = || (0..3).for_each(|_| drop(panic::catch_unwind(|| panic!("a line"))));
    let made = std::thread::Builder::new().name(THREAD.to_owned()).spawn(making);
    made.unwrap().join().unwrap();
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
        assert_eq!(panicked.len(), 2, "{panicked:?}");
        assert!(panicked[1].contains("a line"), "that of the log's own thread, once: {panicked:?}");
        for part in expected {
            assert!(panicked[0].contains(part), "{part}: {panicked:?}");
        }
        assert_eq!(lines.last(), Some(&"error: the end"));
        let many: Vec<_> = lines.iter().filter(|line| line.contains("many")).collect();
        let numbers: Vec<_> = many.iter().filter_map(|line| number(line, "number", form)).collect();
        assert!(numbers.is_sorted() && numbers.len() == many.len(), "each thread's lines stay in order");
        let told = lines.iter().filter(|line| line.contains("log lines were dropped"));
        let dropped = told.filter_map(|line| number(line, "dropped", form)).sum::<usize>();
        assert_eq!(many.len() + dropped, 20_000);
        assert!(many.iter().any(|line| line.contains("sekisho::call::allowed")), "{}", many[0]);
    }
}

/// The number that a field of the line has.
fn number(line: &str, field: &str, form: &str) -> Option<usize> {
    let name = if form == "json" { format!("\"{field}\":") } else { format!("{field}=") };
    let (_, number) = line.split_once(&name)?;
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number[..end].parse().ok()
}

/// What is set for the process that says what tracing thinks of events.
const ASKED: &str = "SEKISHO_TEST_LOG_CALLS";

/// Of an event, and what tracing was told of it: whether it is always on, never, or is to be asked about each time.
struct Asked {
    metadata: Metadata<'static>,
    interest: OnceLock<Interest>,
}

impl Asked {
    const fn new(target: &'static str, identity: &'static dyn Callsite) -> Self {
        let fields = FieldSet::new(&["message"], Identifier(identity));
        let metadata = Metadata::new("asked", target, Level::INFO, None, None, None, fields, Kind::EVENT);
        Self { metadata, interest: OnceLock::new() }
    }

    fn answer(&'static self) -> &'static str {
        callsite::register(self);
        match self.interest.get() {
            Some(interest) if interest.is_never() => "never",
            Some(interest) if interest.is_always() => "always",
            _ => "asked each time",
        }
    }
}

impl Callsite for Asked {
    fn set_interest(&self, interest: Interest) {
        let _ = self.interest.set(interest);
    }

    fn metadata(&self) -> &Metadata<'_> {
        &self.metadata
    }
}

static ALLOWED: Asked = Asked::new("sekisho::call::allowed", &ALLOWED);
static REFUSED: Asked = Asked::new("sekisho::call::refused", &REFUSED);
static OTHER: Asked = Asked::new("sekisho::jwks::remote", &OTHER);

/// Not a test, but what the test below starts.
#[test]
fn asked() {
    let Ok(calls) = std::env::var(ASKED) else { return };
    let calls = values::log_calls(&calls).unwrap();
    let settings = LogSettings { format: LogFormat::Text, calls, filter: "info".to_owned() };
    let _logging = start(&settings).unwrap_or_else(|failure| panic!("{failure:?}"));
    // From here on all is set up that there is while the server runs: its own lines too.
    let answers = [&ALLOWED, &REFUSED, &OTHER].map(Asked::answer).join(", ");
    output::last_words(answers);
    std::process::exit(7);
}

#[test]
fn a_call_that_is_not_logged_is_never_asked_about() {
    for (calls, expected) in [
        ("all", "always, always, always"),
        ("refused", "never, always, always"),
        ("none", "never, never, always"),
    ] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "cli::logging::tests::asked", "--nocapture"]).env(ASKED, calls);
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(7));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), expected, "{calls}");
    }
}
