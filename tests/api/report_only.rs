//! Methods that only report: every call goes on, and its response says what it would be refused with.

mod handlers;
mod log;
mod page;
mod reasons;
mod waits;
mod whole_server;

use http::HeaderMap;
use prost::Message as _;

use crate::support::kinds::proto::{KindsRequest, KindsResponse};
use crate::support::{Answer, App, Call, Setup, impostor, issuer};

const NAME: &str = "sekisho-would-deny";

const SCOPES: &str = "/kinds.v1.Kinds/ReportedScopes";
const AUTHENTICATED: &str = "/kinds.v1.Kinds/ReportedAuthenticated";
const FOLLOW: &str = "/kinds.v1.Kinds/ReportedFollow";
const UPLOAD: &str = "/kinds.v1.Kinds/ReportedUpload";
const ENFORCED: &str = "/kinds.v1.Kinds/Enforced";

/// A server all of whose methods only report.
async fn whole_server() -> App {
    App::start_with(Setup { report_only: true, ..Setup::default() }).await
}

/// What is wrong with a call: its `authorization` entries, the reason, and who is known.
struct Wrong {
    name: &'static str,
    entries: Vec<String>,
    reason: &'static str,
    subject: &'static str,
}

fn bearer(token: &str) -> Vec<String> {
    vec![format!("Bearer {token}")]
}

/// A valid one, of whatever scope is asked for.
fn right() -> Vec<String> {
    bearer(&issuer().token().scope("kinds:read items:read items:list items:write admin").sign())
}

/// Every row of the contract's table that needs no other server.
fn wrongs() -> Vec<Wrong> {
    let all = "kinds:read items:read items:list items:write admin";
    let nobody = |name, entries, reason| Wrong { name, entries, reason, subject: "" };
    let good = || issuer().token().scope(all);
    vec![
        nobody("no entry", vec![], "CREDENTIALS_MISSING"),
        nobody("an empty one", vec![String::new()], "CREDENTIALS_MALFORMED"),
        nobody("Basic", vec!["Basic YTpi".to_owned()], "CREDENTIALS_MALFORMED"),
        nobody("two of them", [right(), right()].concat(), "CREDENTIALS_MALFORMED"),
        nobody("no JWS", bearer("junk"), "ACCESS_TOKEN_MALFORMED"),
        nobody("expired", bearer(&good().claim("exp", 1).sign()), "ACCESS_TOKEN_EXPIRED"),
        nobody("forged", bearer(&impostor().token().scope(all).sign()), "ACCESS_TOKEN_INVALID"),
        nobody("for another", bearer(&good().claim("aud", "other").sign()), "ACCESS_TOKEN_INVALID"),
        nobody("an ID token", bearer(&good().claim("nonce", "n").sign()), "ACCESS_TOKEN_INVALID"),
        Wrong {
            name: "of no scope",
            entries: bearer(&issuer().token().sign()),
            reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            subject: "alice",
        },
    ]
}

/// All values of the entry, in the head and in the trailers.
fn told<'a>(head: &'a HeaderMap, trailers: &'a HeaderMap) -> [Vec<&'a str>; 2] {
    let values = |map: &'a HeaderMap| map.get_all(NAME).iter().map(|value| value.to_str().expect("text"));
    [values(head).collect(), values(trailers).collect()]
}

async fn call(app: &App, path: &str, entries: &[String]) -> Answer {
    let call = app.call(path);
    entries.iter().fold(call, Call::authorization).send().await
}

/// What the handlers of `kinds.v1` know of the caller.
fn known(message: &[u8]) -> KindsResponse {
    KindsResponse::decode(message).expect("a message")
}

fn one_question() -> KindsRequest {
    KindsRequest::default()
}
