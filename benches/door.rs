//! What gRPC-Web and CORS cost a native call: requests a second with them and without, in one run.
//!
//! `cargo bench --bench door`. Rounds take turns, so that what else the machine does falls on both; medians
//! are told, and their ratio. Without is not nothing: what is no gRPC call is turned away there too.

#![allow(clippy::expect_used, reason = "where it fails there is nothing to measure")]
#![allow(clippy::print_stdout, reason = "this is what it is for")]
#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use sekisho::authorizer::Issuer;
use sekisho::clock::SystemClock;
use sekisho::jwks::{KeySet, Keys};
use sekisho::testing::TestIssuer;
use sekisho::token::Verifier;
use sekisho_server::server::{self, AllowedOrigins, Config, Hosts, Limits, Listeners, Reflection};
use sekisho_server::services::proto::api1::GetStatusRequest;
use sekisho_server::services::proto::api1::api1_client::Api1Client;
use sekisho_server::services::three_apis;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

const ROUNDS: usize = 21;
/// Callers at a time, on as many connections as there are servers' threads to keep busy.
const CALLERS: usize = 32;
const CONNECTIONS: usize = 4;
const CALLS_EACH: usize = 500;

const AUDIENCE: &str = "bench";
const ISSUER: &str = "https://issuer.example/";

#[tokio::main]
async fn main() {
    // `cargo test --benches` runs it as well, and wants no figures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let issuer = TestIssuer::new(ISSUER, AUDIENCE);
    let token = issuer.token().scope("api1:read:status").issued_at(SystemTime::now()).sign();
    let token = MetadataValue::try_from(format!("Bearer {token}")).expect("a value");
    let with = serve(&issuer, Some(AllowedOrigins::default())).await;
    let without = serve(&issuer, None).await;

    for (name, token) in [("public method", None), ("method with a token", Some(token))] {
        let mut figures = [Vec::new(), Vec::new()];
        for round in 0..=ROUNDS {
            for (address, figures) in [with, without].into_iter().zip(&mut figures) {
                let per_second = round_of(address, token.as_ref()).await;
                // The first one warms up.
                if round > 0 {
                    figures.push(per_second);
                }
            }
        }
        let [with, without] = figures.map(median);
        println!(
            "{name}: {with:.0} requests/s with gRPC-Web and CORS, {without:.0} without; ratio {:.3} \
             (medians of {ROUNDS} rounds of {} calls)",
            with / without,
            CALLERS * CALLS_EACH,
        );
    }
}

async fn serve(issuer: &TestIssuer, grpc_web: Option<AllowedOrigins>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (keys, _) = KeySet::parse(issuer.jwks().as_bytes()).expect("a key set");
    let limits = Limits::default();
    let config = Config {
        services: three_apis(limits.message_size),
        issuers: vec![Issuer::new(Keys::fixed(ISSUER, keys), Verifier::new(AUDIENCE))],
        report_only: false,
        clock: Arc::new(SystemClock::new()),
        max_token_size: 8192,
        remembered_tokens: 10_000,
        reflection: Reflection::Off,
        grpc_web,
        allowed_headers: Vec::new(),
        hosts: Hosts::Any,
        tls: None,
        limits,
        shutdown_grace: Duration::ZERO,
    };
    tokio::spawn(server::run(config, Listeners { grpc: listener, web: None }, std::future::pending()));
    address
}

/// Calls a second, of all callers together.
async fn round_of(address: SocketAddr, token: Option<&MetadataValue<Ascii>>) -> f64 {
    let mut channels = Vec::new();
    for _ in 0..CONNECTIONS {
        let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address");
        channels.push(endpoint.connect().await.expect("a server that listens"));
    }
    let mut callers = JoinSet::new();
    let started = Instant::now();
    for caller in 0..CALLERS {
        callers.spawn(calls(channels[caller % CONNECTIONS].clone(), token.cloned()));
    }
    callers.join_all().await;
    let calls = u32::try_from(CALLERS * CALLS_EACH).expect("a small number");
    f64::from(calls) / started.elapsed().as_secs_f64()
}

async fn calls(channel: Channel, token: Option<MetadataValue<Ascii>>) {
    let mut health = HealthClient::new(channel.clone());
    let mut api = Api1Client::new(channel);
    for _ in 0..CALLS_EACH {
        match &token {
            None => drop(health.check(HealthCheckRequest::default()).await.expect("served")),
            Some(token) => {
                let mut request = tonic::Request::new(GetStatusRequest {});
                request.metadata_mut().insert("authorization", token.clone());
                drop(api.get_status(request).await.expect("allowed"));
            }
        }
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
