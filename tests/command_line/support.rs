//! Runs the binary to its end.

#[cfg(unix)]
pub(crate) mod reflection;
#[cfg(unix)]
pub(crate) mod serving;

use std::process::{Output, Stdio};

use tokio::process::Command;

pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The one line that says why it failed.
    #[track_caller]
    pub(crate) fn one_error(&self, code: i32) -> &str {
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{}", self.stderr);
        let line = self.stderr.strip_suffix('\n').unwrap_or_default();
        assert!(!line.contains('\n'), "{line}");
        line.strip_prefix("error: ").unwrap_or_else(|| panic!("expected an error, found {line:?}"))
    }
}

/// The binary, with a cleared environment.
pub(crate) fn sekisho(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command.args(arguments.split_whitespace()).env_clear().stdin(Stdio::null()).kill_on_drop(true);
    command
}

pub(crate) async fn run(arguments: &str) -> Ended {
    end(sekisho(arguments)).await
}

pub(crate) async fn end(mut command: Command) -> Ended {
    let Output { status, stdout, stderr } = command.output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}
