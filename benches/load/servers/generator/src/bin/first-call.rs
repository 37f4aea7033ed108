//! From the start of a server to its first authorized call. usage: first-call PORT TOKEN PROGRAM ARGUMENT…
//!
//! Starts the program, connects and calls without a pause until one call is allowed, ends the program, and prints the
//! milliseconds from before it was started. `TOKEN` is a file.
#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::error::Error;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, header};
use tokio::net::TcpStream;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Nobody waits longer for a server that does not come.
const PATIENCE: Duration = Duration::from_secs(10);

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // One that has ended by itself is ended too.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().ok_or("a port is missing")?.parse()?;
    let token = std::fs::read_to_string(arguments.next().ok_or("a token is missing")?)?;
    let mut command = Command::new(arguments.next().ok_or("a program is missing")?);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());

    let started = Instant::now();
    let _server = Ended(command.spawn()?);
    while !is_allowed(port, token.trim()).await.unwrap_or_default() {
        if started.elapsed() > PATIENCE {
            return Err("no call was allowed".into());
        }
    }
    println!("{:.3}", started.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}

/// Whether one call, on a connection of its own, ends with `grpc-status: 0`.
async fn is_allowed(port: u16, token: &str) -> Outcome<bool> {
    let (mut sender, connection) =
        h2::client::handshake(TcpStream::connect(("127.0.0.1", port)).await?).await?;
    tokio::spawn(connection);
    let request = Request::post(format!("http://127.0.0.1:{port}/api1.v1.Api1/GetStatus"))
        .header(header::CONTENT_TYPE, "application/grpc")
        .header(header::TE, "trailers")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(())?;
    let (response, mut body) = sender.send_request(request, false)?;
    body.send_data(Bytes::from_static(&[0; 5]), true)?;
    let mut body = response.await?.into_body();
    while body.data().await.transpose()?.is_some() {}
    let trailers = body.trailers().await?.unwrap_or_default();
    Ok(trailers.get("grpc-status").is_some_and(|status| status == "0"))
}
