//! `sekisho serve` by a configuration file, which is changed while it serves.
#![allow(clippy::expect_used, reason = "a test's support may fail by panicking, as its tests do")]

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use sekisho::testing::{TestIssuer, TokenBuilder};
use sekisho_server::services::proto::api1::GetStatusRequest;
use sekisho_server::services::proto::api1::api1_client::Api1Client;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

/// What no wait takes longer than, unless something hangs. No test says by it how fast anything is.
const LIMIT: Duration = Duration::from_secs(120);

/// What is told of a configuration that was read again, and of one that is faulty.
const AGAIN: &str = "the configuration was read again";
const FAULTY: &str = "and is faulty; what there was before serves on fault=\"";

/// What all configurations begin with.
pub(crate) const LISTEN: &str = "grpc-listen = '127.0.0.1:0'\n";

/// The scope that [`Serving::call`] takes.
pub(crate) const SCOPE: &str = "api1:read:status";

pub(crate) struct Serving {
    folder: tempfile::TempDir,
    process: Child,
    lines: mpsc::UnboundedReceiver<String>,
    pub(crate) address: SocketAddr,
    pub(crate) channel: Channel,
}

impl Serving {
    /// With a configuration, beside which there are files of keys, each with its issuer's name.
    pub(crate) async fn start(config: &str, issuers: &[&TestIssuer]) -> Self {
        Self::start_with("serve --config sekisho.toml", config, issuers, &[]).await
    }

    /// With further files.
    pub(crate) async fn start_with(
        arguments: &str,
        config: &str,
        issuers: &[&TestIssuer],
        files: &[(&str, &str)],
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
        command.args(arguments.split_whitespace()).env_clear().current_dir(folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        write(&folder, "sekisho.toml", &format!("{LISTEN}{config}"));
        for issuer in issuers {
            write(&folder, &file_of(issuer), &issuer.jwks());
        }
        for (name, contents) in files {
            write(&folder, name, contents);
        }
        let mut process = command.spawn().expect("a program that starts");
        let mut lines = lines_of(&mut process);
        let address = listening(&mut lines).await;
        let channel = connect(address).await;
        Self { folder, process, lines, address, channel }
    }

    /// Another file beside the configuration, or the same with other contents.
    pub(crate) fn write(&self, name: &str, contents: &str) {
        write(&self.folder, name, contents);
    }

    /// Where its configuration stands.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A file beside the configuration.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).expect("a file")
    }

    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_file(self.folder.path().join(name)).expect("a file");
    }

    pub(crate) fn configure(&self, config: &str) {
        self.write("sekisho.toml", &format!("{LISTEN}{config}"));
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.id().expect("a process that lives")
    }

    pub(crate) async fn signal(&self, name: &str) {
        let process = self.process().to_string();
        let told = Command::new("kill").args([&format!("-{name}"), &process]).status().await.expect("a kill");
        assert!(told.success());
    }

    /// As many, one right after the other.
    pub(crate) async fn signals(&self, name: &str, times: usize) {
        let all = format!("for _ in $(seq {times}); do kill -{name} {}; done", self.process());
        assert!(Command::new("sh").args(["-c", &all]).status().await.expect("a shell").success());
    }

    /// The lines that have come since they were asked for last.
    pub(crate) fn lines_so_far(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.lines.try_recv().ok()).collect()
    }

    /// All lines up to the next one with this.
    pub(crate) async fn lines_to(&mut self, text: &str) -> Vec<String> {
        lines_to(&mut self.lines, text).await
    }

    pub(crate) async fn line_with(&mut self, text: &str) -> String {
        line_with(&mut self.lines, text).await
    }

    /// What is told of the next time that the configuration was read again.
    pub(crate) async fn told(&mut self) -> String {
        let line = self.line_with(AGAIN).await;
        let (_, changes) = line.split_once("changes=\"").unwrap_or_else(|| panic!("it is refused: {line}"));
        changes.trim_end_matches('"').to_owned()
    }

    /// Has another configuration read: what is told of it.
    pub(crate) async fn reload(&mut self, config: &str) -> String {
        self.configure(config);
        self.signal("HUP").await;
        self.told().await
    }

    /// Has what stands in the files read again, which is faulty: what is told, which is as many faults.
    pub(crate) async fn refused(&mut self, faults: usize) -> Vec<String> {
        self.signal("HUP").await;
        let mut told = Vec::new();
        while told.len() < faults {
            let line = self.line_with(AGAIN).await;
            let (_, fault) = line.split_once(FAULTY).unwrap_or_else(|| panic!("it is taken: {line}"));
            told.push(fault.trim_end_matches('"').to_owned());
        }
        told
    }

    /// A call on the connection that has been open since the start.
    pub(crate) async fn call(&self, token: &str) -> Result<(), Status> {
        call(self.channel.clone(), token).await
    }

    /// Waits for its end: the exit code, and what it still logged.
    pub(crate) async fn ended(mut self) -> (Option<i32>, Vec<String>) {
        let code = in_time(self.process.wait()).await.expect("a process").code();
        let mut rest = Vec::new();
        while let Some(line) = self.lines.recv().await {
            rest.push(line);
        }
        (code, rest)
    }
}

fn write(folder: &tempfile::TempDir, name: &str, contents: &str) {
    std::fs::write(folder.path().join(name), contents).expect("a file that can be written");
}

/// Read all along: a full pipe would have lines dropped.
fn lines_of(process: &mut Child) -> mpsc::UnboundedReceiver<String> {
    let mut lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            let _ = sender.send(line);
        }
    });
    receiver
}

async fn lines_to(lines: &mut mpsc::UnboundedReceiver<String>, text: &str) -> Vec<String> {
    let mut read = Vec::new();
    while let Some(line) = in_time(lines.recv()).await {
        let is_last = line.contains(text);
        read.push(line);
        if is_last {
            return read;
        }
    }
    panic!("no line with {text:?}: {read:#?}")
}

async fn line_with(lines: &mut mpsc::UnboundedReceiver<String>, text: &str) -> String {
    lines_to(lines, text).await.pop().unwrap_or_default()
}

async fn listening(lines: &mut mpsc::UnboundedReceiver<String>) -> SocketAddr {
    let line = line_with(lines, "listening listener=\"grpc\"").await;
    let (_, address) = line.split_once("addr=").expect("an address");
    address.parse().expect("an address")
}

/// Waits, for as long as it takes unless something hangs.
pub(crate) async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, future).await.expect("something that happens")
}

pub(crate) async fn connect(address: SocketAddr) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("a URL");
    endpoint.connect().await.expect("a server that accepts")
}

pub(crate) async fn call(channel: Channel, token: &str) -> Result<(), Status> {
    let mut request = Request::new(GetStatusRequest {});
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().expect("a value"));
    in_time(Api1Client::new(channel).get_status(request)).await.map(drop)
}

/// An issuer of this name, whose keys are in a file of that name, and whose audience is `api`.
pub(crate) fn issuer(name: &str) -> TestIssuer {
    TestIssuer::new(format!("https://{name}.example/"), "api").kid(name)
}

fn file_of(issuer: &TestIssuer) -> String {
    let jwk = issuer.jwk();
    jwk["kid"].as_str().expect("a name").to_owned()
}

/// The table of such an issuer.
pub(crate) fn table(name: &str, more: &str) -> String {
    let audience = if more.contains("audience =") { "" } else { "audience = 'api'" };
    format!(
        "[[issuers]]\nname = '{name}'\nissuer = 'https://{name}.example/'\njwks = '{name}'\n{audience}\n{more}\n"
    )
}

/// A token that is good for [`Serving::call`].
#[expect(clippy::disallowed_methods, reason = "the program's clock is the real one")]
pub(crate) fn token(issuer: &TestIssuer) -> TokenBuilder<'_> {
    issuer.token().issued_at(SystemTime::now()).scope(SCOPE)
}
