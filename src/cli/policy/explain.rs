//! `sekisho policy explain`: is a call of a method granted or refused, by which check, and what would be enough?
//!
//! The authorizer of the library answers, as it does in a server; its verdict is seen as an observer sees it. Nothing of
//! an issuer is fetched, and the token is not shown: no claim of it either.

mod asked_call;
mod enough;
mod explanation;
mod made_key;
mod moment;
mod names;
mod presented;
mod resigned;
mod status;
mod steps;
mod text;
mod trust;

use clap::{Arg, ArgAction};

use super::format::{self, Format};
use super::json::{self, Output};
use super::report::{Answer, Report};
use super::{Asked, source};
use crate::cli::command::argument;
use crate::cli::options;
use asked_call::AskedCall;
pub(super) use explanation::Explanation;
use explanation::Outcome;

pub(super) fn command() -> clap::Command {
    let is_hidden = |name: &str| options::NOT_EXPLAINED.iter().any(|option| option.name == name);
    let of_tokens =
        options::explain().into_iter().map(|option| argument(option).hide(is_hidden(option.name)));
    clap::Command::new("explain")
        .about("Say whether a call of a method is granted or refused, by which check, and what would be enough")
        .arg(
            Arg::new("method")
                .value_name("METHOD")
                .required(true)
                .action(ArgAction::Set)
                .help("package.Service/Method, /package.Service/Method or package.Service.Method"),
        )
        .args(presented::arguments())
        .arg(moment::argument())
        .args(source::arguments_beside_an_issuer())
        .args(of_tokens)
        .arg(format::argument())
        .after_help(
            "Without --token-file and --scopes: a call without a token.\n\n\
             Examples:\n  sekisho policy explain api1.v1.Api1/GetStatus\n  \
             sekisho policy explain api1.v1.Api1/GetStatus --scopes \"api2:read:status\"\n  \
             sekisho policy explain orders.v1.Orders/Get --descriptors orders.binpb --token-file token.txt \\\n    \
             --issuer https://tenant.example/ --audience orders --jwks keys.json\n  \
             sekisho policy explain api1.v1.Api1/GetStatus --config sekisho.toml --token-file - --at 2027-01-15T08:00:00Z\n\n\
             Of an issuer nothing is fetched, and the token is not shown. docs/refused.md says what to do about each refusal.\n\
             Exit codes: 0 granted, 1 refused, 2 it could not be judged.",
        )
}

pub(super) async fn run(asked: &Asked<'_>) -> Report {
    let explained = match AskedCall::read(asked).await {
        Ok(call) => call.explain().await,
        Err(faults) => Err(faults),
    };
    match explained {
        Ok(explanation) => report(explanation, asked),
        Err(faults) => Report::not_judged(faults),
    }
}

fn report(mut explanation: Explanation, asked: &Asked<'_>) -> Report {
    let warnings = std::mem::take(&mut explanation.warnings);
    let (answer, faults) = match explanation.outcome {
        Outcome::Granted | Outcome::WouldDeny => (Answer::AsAsked, Vec::new()),
        Outcome::Refused => (Answer::No, Vec::new()),
        Outcome::NotJudged => (Answer::No, vec![explanation.not_judged()]),
    };
    let out = match format::of(asked.flags) {
        Format::Table => text::plain(&explanation, asked.terminal),
        Format::Markdown => text::in_markdown(&explanation),
        Format::Json => in_json(explanation, &warnings, &faults),
    };
    Report { out, warnings, faults, answer }
}

fn in_json(explanation: Explanation, warnings: &[String], faults: &[String]) -> String {
    let is_one_line = explanation.is_of_unchecked_signature();
    let output = Output::Explain(Box::new(explanation));
    // Each line says that the signature was not checked, so that there is one.
    let write = if is_one_line { json::line } else { json::document };
    write(&output, warnings, faults)
}
