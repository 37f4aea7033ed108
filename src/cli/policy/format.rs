//! `--format`.

use clap::{Arg, ArgMatches, ValueEnum, builder::PossibleValue};

/// For whom the output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// For people at a terminal.
    Table,
    /// For programs: `docs/policy.schema.json`.
    Json,
    /// For a repository, or the summary of a pull request.
    Markdown,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Table, Self::Json, Self::Markdown]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Table => PossibleValue::new("table").help("A table that fits the terminal"),
            Self::Json => PossibleValue::new("json").help("A versioned JSON document"),
            Self::Markdown => PossibleValue::new("markdown").help("For a repository or a pull request"),
        })
    }
}

/// `--format`.
pub(super) fn argument() -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .help("How the output is written")
        .default_value("table")
        .value_parser(clap::value_parser!(Format))
}

/// The format that is asked for.
pub(super) fn of(flags: &ArgMatches) -> Format {
    flags.get_one("format").copied().unwrap_or(Format::Table)
}
