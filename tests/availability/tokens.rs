//! Tokens that are none, as many as somebody likes to send.

mod json;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use tokio::task::JoinSet;

use crate::support::{API1, Client, Server, alone, in_time};

const TOKENS: usize = 100_000;
const CONNECTIONS: usize = 4;
const CALLS_AT_A_TIME: usize = 50;

const UNAUTHENTICATED: &str = "16";

/// What makes a token wrong. Each gets a number, so that no two are the same.
type Shape = fn(number: usize, good: &[&str; 3]) -> Vec<u8>;

const MALFORMED: [(&str, Shape); 24] = [
    ("no token", |_, _| b"Bearer".to_vec()),
    ("two spaces", |n, _| format!("Bearer  {n}").into()),
    ("another scheme", |n, _| format!("Basic {n}").into()),
    ("two tokens", |n, _| format!("Bearer {n}, Bearer {n}").into()),
    ("bytes outside ASCII", |n, _| [b"Bearer \xff\xfe".as_slice(), n.to_string().as_bytes()].concat()),
    ("opaque", |n, _| bearer(&encoded(&n.to_string()))),
    ("dots", |n, _| bearer(&".".repeat(1 + n % 8000))),
    ("over the limit", |n, _| bearer(&format!("{n}{}", "A".repeat(9000)))),
    ("two parts", |n, good| bearer(&format!("{}.{}", good[0], encoded(&n.to_string())))),
    ("five parts", |n, good| bearer(&format!("{}.{n}.{n}.{n}.{n}", good[0]))),
    ("no base64url", |n, good| bearer(&format!("{}.{n}+/==.{}", good[0], good[2]))),
    ("padding", |n, good| bearer(&format!("{}.{}==.{}", good[0], encoded(&n.to_string()), good[2]))),
    ("a header that is no JSON", |n, good| with_header(&format!("{n}{{"), good)),
    ("a header that is a list", |n, good| with_header(&format!("[{n}]"), good)),
    ("a header of bad UTF-8", |n, good| with_header(&format!("\u{feff}{{\"n\":{n}}}"), good)),
    ("a member twice", |n, good| with_header(&format!(r#"{{"alg":"RS256","alg":"RS256","n":{n}}}"#), good)),
    ("alg none", |n, good| with_header(&format!(r#"{{"alg":"none","n":{n}}}"#), good)),
    ("alg HS256", |n, good| with_header(&format!(r#"{{"alg":"HS256","n":{n}}}"#), good)),
    ("crit", |n, good| with_header(&format!(r#"{{"alg":"RS256","crit":["{n}"]}}"#), good)),
    ("its own key", |n, good| {
        with_header(&format!(r#"{{"alg":"RS256","jwk":{{"kty":"RSA","n":"{n}"}}}}"#), good)
    }),
    ("deep JSON", |n, good| with_payload(&"[".repeat(1 + n % 2900), good)),
    ("another payload", |n, good| with_payload(&format!(r#"{{"sub":"{n}","exp":4102444800}}"#), good)),
    ("a NUL", |n, good| with_payload(&format!("{n}\0"), good)),
    ("another signature", |n, good| bearer(&format!("{}.{}.{}", good[0], good[1], encoded(&n.to_string())))),
];

fn encoded(text: &str) -> String {
    BASE64URL.encode(text)
}

fn bearer(token: &str) -> Vec<u8> {
    format!("Bearer {token}").into()
}

fn with_header(header: &str, good: &[&str; 3]) -> Vec<u8> {
    bearer(&format!("{}.{}.{}", encoded(header), good[1], good[2]))
}

fn with_payload(payload: &str, good: &[&str; 3]) -> Vec<u8> {
    bearer(&format!("{}.{}.{}", good[0], encoded(payload), good[2]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_94_malformed_tokens_are_refused_and_forgotten() {
    flood(&MALFORMED).await;
}

/// Sends [`TOKENS`] of these shapes in turn. All are refused, and the server is as well as it was.
async fn flood(shapes: &'static [(&'static str, Shape)]) {
    let _guard = alone().await;
    let mut server = Server::start().await;
    server.assert_well().await;
    let before = server.memory();

    let next = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let client = Client::connect(server.address).await.expect("a server that listens");
        for _ in 0..CALLS_AT_A_TIME {
            callers.spawn(refused(client.clone(), server.token.clone(), Arc::clone(&next), shapes));
        }
    }
    let refused: usize = in_time("the refusals", callers.join_all()).await.into_iter().sum();

    assert_eq!(refused, TOKENS);
    before.assert_growth(server.memory(), 128, 64);
    server.assert_well().await;
}

/// Sends tokens until none is left, and counts those that were refused as they should be.
async fn refused(
    client: Client,
    token: String,
    next: Arc<AtomicUsize>,
    shapes: &'static [(&'static str, Shape)],
) -> usize {
    let parts: Vec<&str> = token.split('.').collect();
    let good: &[&str; 3] = parts.as_slice().try_into().expect("a JWT");
    let mut refused = 0;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= TOKENS {
            return refused;
        }
        let (name, shape) = shapes[number % shapes.len()];
        let outcome = client.head_only(API1, &shape(number, good)).await;
        assert!(outcome.has_status(UNAUTHENTICATED), "{name}, {number}: {outcome:?}");
        refused += 1;
    }
}
