//! The program, as it is started from a shell.

use std::fs;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use tokio::net::unix::pipe;
use tokio::process::{Child, Command};

use super::log::{Log, Logged};
use super::memory::Memory;
use super::{Healthy, in_time};

const ARGUMENTS: [&str; 6] =
    ["--grpc-listen", "127.0.0.1:0", "--issuer-listen", "127.0.0.1:0", "--web-listen", "127.0.0.1:0"];

/// One that runs, with its own issuer and otherwise as it is by default.
pub struct Server {
    pub address: SocketAddr,
    /// Good for api1.
    pub token: String,
    child: Child,
    log: Log,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
        command.args(arguments);
        Self::run(command).await
    }

    /// One that may have so many files open, connections among them.
    pub async fn start_with_files(files: usize) -> Self {
        let mut command = Command::new("sh");
        let script = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
        command.args(["-c", script.as_str(), env!("CARGO_BIN_EXE_sekisho")]);
        Self::run(command).await
    }

    /// One that logs each call, in this format, and whose stdout has no room for a banner.
    pub async fn start_unread(format: &str) -> (Self, pipe::Receiver) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
        command.env_clear().env("SEKISHO_LOG_FORMAT", format).env("SEKISHO_LOG_CALLS", "all");
        let (stdout, reader) = full_pipe().await;
        (Self::run_with(command, stdout).await, reader)
    }

    async fn run(mut command: Command) -> Self {
        command.env_clear().env("SEKISHO_LOG_FORMAT", "json");
        Self::run_with(command, Stdio::null()).await
    }

    async fn run_with(mut command: Command, stdout: impl Into<Stdio>) -> Self {
        command.args(ARGUMENTS).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped());
        let mut child = command.spawn().expect("a program that starts");
        let stderr = child.stderr.take().expect("a pipe");
        let (log, addresses) = in_time("starting", Log::read(stderr)).await;
        let server = Self { address: addresses.grpc, token: token(addresses.issuer).await, child, log };
        Healthy::wait_until_serving(server.address).await;
        server
    }

    fn process(&self) -> u32 {
        self.child.id().expect("a process that lives")
    }

    pub fn memory(&self) -> Memory {
        Memory::of(self.process())
    }

    /// How many files it has open.
    pub fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.process())).expect("a process that lives").count()
    }

    /// Whether somebody reads what it logs.
    pub fn log_is_read(&self, read: bool) {
        self.log.is_read(read);
    }

    pub fn logged(&self) -> Logged {
        self.log.so_far()
    }

    /// Waits until what it logs is as it is waited for.
    pub async fn logged_until(&self, is_met: impl FnMut(&Logged) -> bool) {
        self.log.until(is_met).await;
    }

    /// It serves, and no part of it has panicked.
    pub async fn assert_well(&mut self) {
        assert_eq!(self.child.try_wait().expect("a process"), None, "it ended: {:#?}", self.logged().last);
        Healthy::one_round(self.address, &self.token).await;
        assert_eq!(self.logged().panics, Vec::<String>::new());
    }

    /// Sends it a SIGTERM, and does not wait.
    pub async fn terminate(&self) {
        let process = self.process().to_string();
        let told = Command::new("kill").args(["-TERM", &process]).status().await.expect("a kill");
        assert!(told.success());
    }

    /// Waits for its end, which comes though nobody reads what it logs: the exit code.
    pub async fn ended_unread(mut self) -> Option<i32> {
        in_time("its end", self.child.wait()).await.expect("a process").code()
    }

    /// Waits for its end: the exit code, and what it logged.
    pub async fn ended(mut self) -> (Option<i32>, Logged) {
        let status = in_time("its end", self.child.wait()).await.expect("a process");
        (status.code(), self.log.whole().await)
    }
}

/// A pipe that has no room left.
pub async fn full_pipe() -> (OwnedFd, pipe::Receiver) {
    let (writer, reader) = pipe::pipe().expect("a pipe");
    // Until then nothing is even tried.
    writer.writable().await.expect("a pipe with room");
    // Pages, for that is what a pipe has.
    let pages = std::iter::from_fn(|| writer.try_write(&[b'.'; 4096]).ok()).count();
    assert_ne!(pages, 0);
    (writer.into_blocking_fd().expect("a descriptor"), reader)
}

async fn token(issuer: SocketAddr) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command.args(["token", "--issuer-listen", &issuer.to_string()]).env_clear();
    let output = in_time("a token", command.output()).await.expect("an end");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
}
