//! A stream lives as long as the right to it. The number is that of the row of the threat table.

mod every_stream;
mod expires_in;
mod first_cause;
mod kept;
mod leaks;
mod requests;
mod slow_readers;
mod tonic_client;
mod unfinished_messages;
mod web_status;

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use sekisho::authorizer::Issuer;
use sekisho::jwks::{JwksFile, Keys, Schedule};
use sekisho::testing::TestIssuer;
use sekisho::token::Verifier;
use serde_json::{Value, json};
use tempfile::TempDir;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::support::endless::{Endless, MANNER, Manner};
use crate::support::{AUDIENCE, App, ISSUER, LongCall, Setup, Transport, issuer};

/// From the start of the clock to the end of a stream: a token's lifetime, and the leeway.
const TO_THE_END: Duration = Duration::from_secs(3605);
/// How long what is left of a stream may take to go out.
const GRACE: Duration = Duration::from_secs(1);
/// Of a call with a deadline.
const TIMEOUT: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);
/// No call takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// A server, and the keys that it trusts, in a file that is read when a test says so.
struct World {
    app: App,
    keys: Keys,
    folder: TempDir,
}

impl World {
    async fn start() -> Self {
        Self::start_with(Setup::default()).await
    }

    async fn start_with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("jwks.json");
        publish(&folder, &[issuer().jwk()]);
        let schedule = Schedule { refresh: Duration::from_secs(24 * 3600), ..Schedule::default() };
        let keys = Keys::remote(JwksFile::new(ISSUER, path), schedule, setup.clock.clone());
        keys.readiness_other_than(false).await;
        let issuer = Issuer::new(keys.clone(), Verifier::new(AUDIENCE));
        let app = App::start_with(Setup { issuer, ..setup }).await;
        Self { app, keys, folder }
    }

    fn endless(&self) -> &Endless {
        &self.app.handlers.endless
    }

    /// Has the issuer publish these keys, and looks at them.
    async fn publish(&self, keys: &[Value]) {
        publish(&self.folder, keys);
        self.keys.refresh().await.expect("keys");
    }

    /// A token that is issued now.
    fn token(&self) -> String {
        let token = issuer().token().scope("items:read items:list items:write");
        token.issued_at(self.app.clock.time()).sign()
    }

    fn call(&self, transport: Transport, path: &str, manner: Manner) -> LongCall {
        self.call_with(&self.token(), transport, path, manner)
    }

    fn call_with(&self, token: &str, transport: Transport, path: &str, manner: Manner) -> LongCall {
        let call = LongCall::new(self.app.address, transport, path);
        call.metadata("authorization", format!("Bearer {token}")).metadata(MANNER, manner.name())
    }

    /// Until a handler that goes on and on has nothing of its taken any more: its caller's windows are full.
    async fn until_nothing_is_taken(&self) {
        let mut sent = self.endless().seen().sent;
        loop {
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
            self.assert_serves().await;
            let now = self.endless().seen().sent;
            if now == sent {
                return;
            }
            sent = now;
        }
    }

    /// Somebody else's call, on a connection of its own.
    async fn assert_serves(&self) {
        let health = tokio::time::timeout(LIMIT, self.app.health("")).await;
        health.expect("an answer in time").expect("health");
    }
}

fn publish(folder: &TempDir, keys: &[Value]) {
    let set = json!({ "keys": keys }).to_string();
    std::fs::write(folder.path().join("jwks.json"), set).expect("a file");
}

/// The same issuer, with the key that comes after.
fn rotated() -> &'static TestIssuer {
    static ROTATED: OnceLock<TestIssuer> = OnceLock::new();
    ROTATED.get_or_init(|| TestIssuer::new(ISSUER, AUDIENCE).kid("the-next"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Client,
    Server,
    Bidi,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Client, Self::Server, Self::Bidi];

    fn path(self) -> &'static str {
        match self {
            Self::Client => "/endless.v1.Endless/ClientStream",
            Self::Server => "/endless.v1.Endless/ServerStream",
            Self::Bidi => "/endless.v1.Endless/Bidi",
        }
    }

    /// The method of the same kind whose streams are not cut.
    fn never(self) -> String {
        self.path().replace("Endless/", "Endless/Never")
    }

    fn required_scopes(self) -> Option<&'static str> {
        match self {
            Self::Client => Some("items:write"),
            Self::Server => Some("items:read items:list | admin"),
            Self::Bidi => None,
        }
    }

    fn streams_request(self) -> bool {
        self != Self::Server
    }

    fn streams_response(self) -> bool {
        self != Self::Client
    }
}

/// Why a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Expiry,
    Withdrawal,
    Deadline,
}

impl Cause {
    const ALL: [Self; 3] = [Self::Expiry, Self::Withdrawal, Self::Deadline];

    fn metadata(self, call: LongCall) -> LongCall {
        match self {
            Self::Expiry | Self::Withdrawal => call,
            Self::Deadline => call.metadata("grpc-timeout", format!("{}S", TIMEOUT.as_secs())),
        }
    }

    /// A second before, nothing has ended.
    async fn happen(self, world: &World) {
        let first = world.endless().seen();
        match self {
            Self::Expiry => world.app.clock.advance(TO_THE_END.saturating_sub(SECOND)),
            Self::Deadline => world.app.clock.advance(TIMEOUT.saturating_sub(SECOND)),
            Self::Withdrawal => world.publish(&[issuer().jwk(), rotated().jwk()]).await,
        }
        world.assert_serves().await;
        let seen = world.endless().seen();
        assert_eq!((seen.handlers, seen.responses), (first.handlers, first.responses), "too early");
        match self {
            Self::Expiry | Self::Deadline => world.app.clock.advance(SECOND),
            Self::Withdrawal => world.publish(&[rotated().jwk()]).await,
        }
    }

    fn code(self) -> Code {
        match self {
            Self::Expiry | Self::Withdrawal => Code::Unauthenticated,
            Self::Deadline => Code::DeadlineExceeded,
        }
    }

    fn reason(self) -> Option<&'static str> {
        match self {
            Self::Expiry => Some("ACCESS_TOKEN_EXPIRED"),
            Self::Withdrawal => Some("ACCESS_TOKEN_INVALID"),
            Self::Deadline => None,
        }
    }

    /// Code, reason, details and challenge.
    fn assert_told(self, status: &Status, kind: Kind) {
        self.assert_told_of(status, kind.path(), kind.required_scopes());
    }

    fn assert_told_of(self, status: &Status, path: &str, required_scopes: Option<&str>) {
        assert_eq!(status.code(), self.code(), "{status:?}");
        let details = status.get_error_details();
        let info = details.error_info();
        assert_eq!(info.map(|info| info.reason.as_str()), self.reason());
        let challenges: Vec<_> = status.metadata().get_all("www-authenticate").iter().collect();
        let Some(info) = info else { return assert!(challenges.is_empty(), "{challenges:?}") };
        let of_details = |name: &str| info.metadata.get(name).map(String::as_str);
        assert_eq!(info.domain, "sekisho");
        assert_eq!(of_details("service").zip(of_details("method")), path[1..].split_once('/'));
        assert_eq!(of_details("requiredScopes"), required_scopes);
        assert_eq!(info.metadata.len(), 2 + usize::from(required_scopes.is_some()), "{info:?}");
        assert_eq!(challenges, ["Bearer error=\"invalid_token\""]);
    }
}

/// Has each case of a table tried, and names those that fail.
async fn for_each<C, F>(cases: impl IntoIterator<Item = C>, run: impl Fn(C) -> F)
where
    C: fmt::Debug + Copy,
    F: Future<Output = ()> + Send + 'static,
{
    let mut failed = Vec::new();
    for case in cases {
        if tokio::spawn(run(case)).await.is_err() {
            failed.push(case);
        }
    }
    assert!(failed.is_empty(), "{} cases failed: {failed:#?}", failed.len());
}
