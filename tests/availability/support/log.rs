//! The program's log, read all along: a full pipe would hold it up.

use std::collections::VecDeque;
use std::net::SocketAddr;

use super::in_time;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::ChildStderr;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How many of the last lines are kept, to be shown with a failure.
const KEPT: usize = 20;

/// What was logged so far. The lines themselves are too many to be kept.
#[derive(Debug, Default, Clone)]
pub struct Logged {
    pub lines: usize,
    pub warnings: usize,
    /// Calls that were decided.
    pub calls: usize,
    /// Lines that the program says were dropped.
    pub dropped: usize,
    pub panics: Vec<String>,
    pub last: VecDeque<String>,
}

impl Logged {
    fn add(&mut self, line: String) {
        self.lines += 1;
        self.warnings +=
            usize::from(line.contains("\"level\":\"WARN\"") || line.contains("\"level\":\"ERROR\""));
        self.calls += usize::from(line.contains("outcome"));
        self.dropped += dropped(&line).unwrap_or(0);
        if line.contains("panicked") {
            self.panics.push(line.clone());
        }
        self.last.push_back(line);
        if self.last.len() > KEPT {
            self.last.pop_front();
        }
    }
}

pub struct Log {
    logged: watch::Receiver<Logged>,
    reader: JoinHandle<()>,
    is_read: watch::Sender<bool>,
}

impl Log {
    /// Reads up to where both servers listen, and on from there beside the test.
    pub async fn read(stderr: ChildStderr) -> (Self, Addresses) {
        let mut lines = BufReader::new(stderr).lines();
        let addresses = Addresses::read(&mut lines).await;
        let (so_far, logged) = watch::channel(Logged::default());
        let (is_read, mut may_read) = watch::channel(true);
        let reader = tokio::spawn(async move {
            loop {
                tokio::select! {
                    biased;
                    // Nobody reads for now. A line that was begun is not lost.
                    () = until(&mut may_read, false) => until(&mut may_read, true).await,
                    line = lines.next_line() => match line {
                        Ok(Some(line)) => so_far.send_modify(|logged| logged.add(line)),
                        _ => break,
                    },
                }
            }
        });
        (Self { logged, reader, is_read }, addresses)
    }

    /// Reads on from here, or reads no more for now.
    pub fn is_read(&self, read: bool) {
        self.is_read.send_replace(read);
    }

    pub fn so_far(&self) -> Logged {
        self.logged.borrow().clone()
    }

    /// Waits until what is logged is as it is waited for.
    pub async fn until(&self, is_met: impl FnMut(&Logged) -> bool) {
        self.logged.clone().wait_for(is_met).await.expect("a log that goes on");
    }

    /// All of it, once the program has ended.
    pub async fn whole(self) -> Logged {
        let Self { logged, reader, is_read } = self;
        in_time("the end of the log", reader).await.expect("no panic");
        drop(is_read);
        logged.borrow().clone()
    }
}

async fn until(is_read: &mut watch::Receiver<bool>, value: bool) {
    if is_read.wait_for(|read| *read == value).await.is_err() {
        // Whoever could say so is gone: it goes on as it is.
        std::future::pending::<()>().await;
    }
}

/// How many lines were dropped, if this is the line that says so.
fn dropped(line: &str) -> Option<usize> {
    let (_, rest) = line.split_once("log lines were dropped")?;
    let number = [rest, line].into_iter().find_map(|text| {
        text.split_once("dropped=").or_else(|| text.split_once("\"dropped\":")).map(|(_, number)| number)
    })?;
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number[..end].parse().ok()
}

/// Where it listens.
pub struct Addresses {
    pub grpc: SocketAddr,
    pub issuer: SocketAddr,
}

impl Addresses {
    async fn read(lines: &mut Lines<BufReader<ChildStderr>>) -> Self {
        let (mut grpc, mut issuer) = (None, None);
        let mut read = Vec::new();
        loop {
            if let (Some(grpc), Some(issuer)) = (grpc, issuer) {
                return Self { grpc, issuer };
            }
            let line = lines.next_line().await.expect("a log");
            let line = line.unwrap_or_else(|| panic!("it ended early: {read:#?}"));
            match listening(&line) {
                Some(("grpc", address)) => grpc = Some(address),
                Some(("issuer", address)) => issuer = Some(address),
                _ => {}
            }
            read.push(line);
        }
    }
}

fn listening(line: &str) -> Option<(&'static str, SocketAddr)> {
    let Ok(line) = serde_json::from_str::<Value>(line) else { return listening_in_text(line) };
    let address = line["addr"].as_str()?.parse().ok()?;
    let listener = ["grpc", "issuer"].into_iter().find(|known| line["listener"] == *known)?;
    (line["message"] == "listening").then_some((listener, address))
}

fn listening_in_text(line: &str) -> Option<(&'static str, SocketAddr)> {
    let (_, fields) = line.split_once(": listening listener=\"")?;
    let (listener, address) = fields.split_once("\" addr=")?;
    let listener = ["grpc", "issuer"].into_iter().find(|known| listener == *known)?;
    Some((listener, address.parse().ok()?))
}
