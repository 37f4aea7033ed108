//! A call of a server, and the same call explained.
#![allow(clippy::expect_used, reason = "a test's support may fail by panicking, as its tests do")]

use std::process::Stdio;
use std::str::FromStr as _;

use http::uri::PathAndQuery;
use sekisho_server::services::proto::api1::{GetStatusRequest, GetStatusResponse};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tonic::client::Grpc;
use tonic::{Request, Status};
use tonic_types::StatusExt as _;

use crate::support::serving::{Serving, in_time};
use crate::support::{Ended, end};

/// A status that a server sent.
pub(super) type Told = Status;

/// A call with these `authorization` entries.
pub(super) async fn call(server: &Serving, path: &str, entries: &[String]) -> Result<(), Status> {
    let mut request = Request::new(GetStatusRequest {});
    for entry in entries {
        request.metadata_mut().append("authorization", entry.parse().expect("a value"));
    }
    let mut client = Grpc::new(server.channel.clone());
    client.ready().await.expect("a connection");
    let path = PathAndQuery::from_str(path).expect("a path");
    let codec = tonic_prost::ProstCodec::<GetStatusRequest, GetStatusResponse>::default();
    in_time(client.unary(request, path, codec)).await.map(drop)
}

pub(super) fn reason_of(status: &Status) -> Option<String> {
    status.get_details_error_info().map(|info| info.reason)
}

/// The entries as a file of the server's folder: `token`.
pub(super) fn write_token(server: &Serving, entries: &[String]) {
    let lines: Vec<_> = entries.iter().map(|entry| format!("authorization: {entry}\n")).collect();
    let text = lines.concat();
    server.write("token", if entries.is_empty() { "authorization-is-not-sent" } else { &text });
}

/// What was explained, in all of its forms.
pub(super) struct Explained {
    pub(super) code: Option<i32>,
    /// For people.
    pub(super) out: String,
    pub(super) markdown: String,
    pub(super) json_text: String,
    pub(super) json: Value,
    pub(super) stderr: String,
    /// As the output for people has it.
    pub(super) log_line: String,
}

/// In the server's folder, in all forms. What is called without an `authorization` entry is explained without a file.
pub(super) async fn explain(server: &Serving, method: &str, arguments: &str) -> Explained {
    let run = async |format: &str| {
        let mut command = command(server, method, arguments);
        command.args(["--format", format]);
        end(command).await
    };
    let Ended { code, stdout: out, stderr } = run("table").await;
    let (markdown, json_text) = (run("markdown").await, run("json").await);
    assert_eq!([markdown.code, json_text.code], [code, code], "{stderr}");
    let log_line = out.lines().find_map(|line| line.split_once("Log line")).map(|(_, line)| line.trim());
    let log_line = log_line.unwrap_or_default().to_owned();
    Explained { markdown: markdown.stdout, stderr, log_line, out, ..Explained::of_json(json_text) }
}

/// The same in one form, since keys of RSA take long to make.
pub(super) async fn explain_in_json(server: &Serving, method: &str, arguments: &str) -> Explained {
    let mut command = command(server, method, arguments);
    command.args(["--format", "json"]);
    Explained::of_json(end(command).await)
}

pub(super) fn command(server: &Serving, method: &str, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    let without = server.read("token") == "authorization-is-not-sent";
    let arguments = if without { arguments.replace("--token-file token", "") } else { arguments.to_owned() };
    command.args(["policy", "explain", method]).args(arguments.split_whitespace());
    command.current_dir(server.folder()).env_clear().stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// The same with the token on its standard input.
pub(super) async fn explain_stdin(server: &Serving, method: &str, arguments: &str, input: &str) -> Ended {
    let mut command = command(server, method, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("a program that starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).await.expect("a program that reads");
    drop(stdin);
    let output = child.wait_with_output().await.expect("a program that ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl Explained {
    fn of_json(ended: Ended) -> Self {
        let json = serde_json::from_str(&ended.stdout).unwrap_or_default();
        let (out, markdown, log_line) = Default::default();
        Self {
            code: ended.code,
            json_text: ended.stdout,
            stderr: ended.stderr,
            json,
            out,
            markdown,
            log_line,
        }
    }

    /// The check that refuses, by its name.
    pub(super) fn refused_by(&self) -> Option<&str> {
        let refused = self.checks().find(|step| step["result"] == "refused");
        refused.and_then(|step| step["check"].as_str())
    }

    pub(super) fn result_of(&self, check: &str) -> String {
        let step = self.checks().find(|step| step["check"] == check);
        step.and_then(|step| step["result"].as_str()).unwrap_or_default().to_owned()
    }

    fn checks(&self) -> impl Iterator<Item = &Value> {
        self.json["checks"].as_array().into_iter().flatten()
    }

    /// Code, message, reason and challenges are those of the status, in each of the forms.
    #[track_caller]
    pub(super) fn says_the_words_of(&self, told: &Told, name: &str) {
        let refusal = &self.json["refusal"];
        let code = format!("{:?}", told.code()).to_lowercase();
        let said = refusal["code"].as_str().unwrap_or_default().replace('_', "").to_lowercase();
        assert_eq!(
            (said, &refusal["message"]),
            (code, &Value::from(told.message())),
            "{name}: {}",
            self.stderr
        );
        let reason = reason_of(told);
        if let Some(reason) = &reason {
            assert_eq!(refusal["reason"], reason.as_str(), "{name}");
        }
        let challenges: Vec<_> = told
            .metadata()
            .get_all("www-authenticate")
            .iter()
            .map(|it| it.to_str().unwrap_or_default())
            .collect();
        assert_eq!(refusal["challenges"], Value::from(challenges), "{name}");
        let status = format!("{}: {}", refusal["code"].as_str().unwrap_or_default(), told.message());
        assert!(self.out.contains(&status), "{name}: {}", self.out);
        assert!(reason.is_none_or(|reason| self.out.contains(&reason)), "{name}: {}", self.out);
    }
}
