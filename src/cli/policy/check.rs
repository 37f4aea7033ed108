//! `sekisho policy check`.

use super::report::Report;
use super::{Asked, format, source};

pub(super) fn command() -> clap::Command {
    clap::Command::new("check")
        .about("Compare the protos with access.lock")
        .args(source::arguments())
        .arg(format::argument())
}

pub(super) async fn run(asked: &Asked<'_>) -> Report {
    match source::Source::read(asked).await {
        Ok(_) => Report::not_judged(vec!["`policy check` is not there yet".to_owned()]),
        Err(faults) => Report::not_judged(faults),
    }
}
