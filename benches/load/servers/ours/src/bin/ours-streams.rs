//! The program's own server, with streams among its services.
//!
//! It is configured as the program is: `ours-streams serve --issuer URL --audience NAME --jwks FILE …`

use std::error::Error;
use std::sync::Arc;

use sekisho::clock::SystemClock;
use sekisho::jwks::{JwksFile, Keys};
use sekisho::{Issuer, Services};
use sekisho_server::cli::{Command, parse};
use sekisho_server::config::{KeyLocation, ServeSettings, TrustedIssuer};
use sekisho_server::server::{self, Config, Listeners};
use service::proto::api1::api1_server::Api1Server;
use service::proto::held::held_server::HeldServer;
use service::proto::streaming::streaming_server::StreamingServer;
use service::{Api1, DESCRIPTOR_SET, HELD, Held, SERVICES, Streams};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = match parse(std::env::args_os(), std::env::vars_os()) {
        Ok(Command::Serve(settings, _)) => settings,
        Ok(_) => return Err("it can only serve".into()),
        Err(stop) => {
            stop.print()?;
            std::process::exit(stop.code().into());
        }
    };
    // The library logs a line for each call. The program leaves out those of calls that were allowed, unless told to.
    const LOG: &str = "warn,sekisho::call::refused=info";
    tracing_subscriber::fmt().with_env_filter(LOG).with_writer(std::io::stderr).init();
    let grpc = TcpListener::bind(settings.server.grpc_listen).await?;
    server::run(config(settings)?, Listeners { grpc, web: None }, std::future::pending()).await?;
    Ok(())
}

fn config(ServeSettings { server, mut issuers }: ServeSettings) -> Result<Config, Box<dyn Error>> {
    let TrustedIssuer { issuer, token, .. } = issuers.pop().ok_or("it has an issuer")?;
    let KeyLocation::File(jwks) = issuer.keys else { return Err("its keys are in a file: --jwks".into()) };
    let fetched = JwksFile::new(issuer.name.as_str(), jwks).read()?;
    Ok(Config {
        services: Services::selected(DESCRIPTOR_SET, SERVICES.into_iter().chain([HELD]))
            .add_service(Api1Server::new(Api1))
            .add_service(StreamingServer::new(Streams))
            .add_service(HeldServer::new(Held::default())),
        issuers: vec![Issuer::new(Keys::fixed(fetched.issuer, fetched.set), token.verifier())],
        report_only: false,
        clock: Arc::new(SystemClock::new()),
        max_token_size: server.max_token_size,
        remembered_tokens: server.remembered_tokens,
        reflection: server.reflection,
        grpc_web: Some(server.allow_origins.unwrap_or_default()),
        allowed_headers: server.allow_headers,
        hosts: server.hosts,
        tls: server.tls,
        limits: server.limits,
        shutdown_grace: server.shutdown_grace,
    })
}
