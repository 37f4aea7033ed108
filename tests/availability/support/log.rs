//! The program's log, read all along: a full pipe would hold it up.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::ChildStderr;
use tokio::task::JoinHandle;

/// How many of the last lines are kept, to be shown with a failure.
const KEPT: usize = 20;

/// What was logged so far. The lines themselves are too many to be kept.
#[derive(Debug, Default, Clone)]
pub struct Logged {
    pub lines: usize,
    pub warnings: usize,
    pub panics: Vec<String>,
    pub last: VecDeque<String>,
}

impl Logged {
    fn add(&mut self, line: String) {
        self.lines += 1;
        self.warnings +=
            usize::from(line.contains("\"level\":\"WARN\"") || line.contains("\"level\":\"ERROR\""));
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
    logged: Arc<Mutex<Logged>>,
    reader: JoinHandle<()>,
}

impl Log {
    /// Reads up to where both servers listen, and on from there beside the test.
    pub async fn read(stderr: ChildStderr) -> (Self, Addresses) {
        let mut lines = BufReader::new(stderr).lines();
        let addresses = Addresses::read(&mut lines).await;
        let logged = Arc::new(Mutex::new(Logged::default()));
        let so_far = Arc::clone(&logged);
        let reader = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                so_far.lock().unwrap_or_else(PoisonError::into_inner).add(line);
            }
        });
        (Self { logged, reader }, addresses)
    }

    pub fn so_far(&self) -> Logged {
        self.logged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All of it, once the program has ended.
    pub async fn whole(self) -> Logged {
        self.reader.await.expect("no panic");
        self.logged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
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
    let line: Value = serde_json::from_str(line).ok()?;
    let address = line["addr"].as_str()?.parse().ok()?;
    let listener = ["grpc", "issuer"].into_iter().find(|known| line["listener"] == *known)?;
    (line["message"] == "listening").then_some((listener, address))
}
