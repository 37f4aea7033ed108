//! `sekisho policy proto`: the option's own file, for who has no Cargo.

use super::Asked;
use super::report::Report;
use sekisho::policy::ACCESS_PROTO;

pub(super) fn command() -> clap::Command {
    clap::Command::new("proto").about("Print sekisho/v1/access.proto, or write it to a folder of protos")
}

pub(super) fn run(_: &Asked<'_>) -> Report {
    Report::as_asked(ACCESS_PROTO)
}
