//! The `sekisho` program.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    sekisho::cli::main(std::env::args_os(), std::env::vars_os()).await
}
