//! `sekisho policy list`: every method with its rule, what a token may call, and which scope lets whom call what.

mod by_scope;
mod may_call;
mod methods;

use clap::{Arg, ArgAction, ArgMatches};
use serde::Serialize;

use super::format::Format;
use super::json::{self, Method, Output};
use super::report::Report;
use super::source::Source;
use super::terminal::Terminal;
use super::{Asked, asked_scopes, format, markdown, source};
use crate::cli::text::has_token;
use sekisho::policy::Survey;
use sekisho::scope::{ScopePrefix, ScopeSet};

use by_scope::ByScope;
use may_call::MayCall;

/// What is listed, as a JSON document has it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "view", rename_all = "snake_case")]
pub(super) enum List {
    /// Every method, by name: without `--scopes` and `--by`.
    Methods {
        /// The methods.
        methods: Vec<Method>,
    },
    /// What a token may call: with `--scopes`.
    MayCall(MayCall),
    /// Who may call what, by scope: with `--by scope`.
    ByScope(ByScope),
}

pub(super) fn command() -> clap::Command {
    clap::Command::new("list")
        .about("List every method with its rule, where the rule comes from, and where the method stands")
        .after_help(
            "Examples:\n  sekisho policy list\n  \
             sekisho policy list --descriptors orders.binpb --format json\n  \
             sekisho policy list --proto proto/orders/v1/orders.proto --include proto --format markdown\n  \
             sekisho policy list --scopes \"orders:read orders:list\"    what a token with these scopes may call\n  \
             sekisho policy list --by scope                            what each scope lets a token call\n\n\
             A method without a rule is listed as (none), with a warning. Exit code 2 where something could not be read.",
        )
        .args(source::arguments())
        .arg(format::argument())
        .args([
            Arg::new("scopes")
                .long("scopes")
                .value_name("SCOPES")
                .help("What a token with these scopes may call; apart from that, what anyone may call")
                .conflicts_with("by")
                .action(ArgAction::Append),
            Arg::new("by").long("by").value_name("WHAT").help("Who may call what, per scope").value_parser(["scope"]),
        ])
}

pub(super) async fn run(asked: &Asked<'_>) -> Report {
    let scopes = scopes(asked.flags);
    let source = Source::read(asked).await;
    let (scopes, source) = match (scopes, source) {
        (Ok(scopes), Ok(source)) => (scopes, source),
        (scopes, source) => {
            let faults = [scopes.err().map(|fault| vec![fault]), source.err()];
            return Report::not_judged(faults.into_iter().flatten().flatten().collect());
        }
    };
    let survey = source.survey();
    let faults = source.told(survey.faults());
    if survey.methods().is_empty() && survey.undeclared().is_empty() {
        return Report::not_judged(faults);
    }
    let mut warnings = warnings(&survey);
    if let Some(scopes) = &scopes {
        warnings.extend(asked_scopes::warning(scopes, survey.methods(), &ScopePrefix::default()));
    }
    let list = match list_of(&survey, scopes.as_ref(), asked.flags.contains_id("by")) {
        Ok(list) => list,
        Err(fault) => return Report::not_judged([faults, vec![fault]].concat()),
    };
    let out = match format::of(asked.flags) {
        Format::Table => table(&list, asked.terminal),
        Format::Markdown => markdown(&list, asked),
        Format::Json => json::document(&Output::List(list), &warnings, &faults),
    };
    Report { warnings, faults, ..Report::as_asked(out) }
}

fn scopes(flags: &ArgMatches) -> Result<Option<ScopeSet>, String> {
    let Some(texts) = flags.get_many::<String>("scopes") else { return Ok(None) };
    let text = texts.map(String::as_str).collect::<Vec<_>>().join(" ");
    if has_token(&text) {
        return Err("--scopes: it is a token; `sekisho policy explain` takes one, by --token-file".to_owned());
    }
    text.parse().map(Some).map_err(|error| {
        format!(
            "--scopes: {error}; expected scopes with a space between them, like \"orders:read orders:list\""
        )
    })
}

fn warnings(survey: &Survey) -> Vec<String> {
    let methods = match survey.undeclared().len() {
        0 => return Vec::new(),
        1 => "1 method has".to_owned(),
        count => format!("{count} methods have"),
    };
    vec![format!(
        "{methods} no access rule: `sekisho policy lock` and `check` refuse that, and a server that sekisho guards does not \
         start with it"
    )]
}

fn list_of(survey: &Survey, scopes: Option<&ScopeSet>, is_by_scope: bool) -> Result<List, String> {
    Ok(match scopes {
        Some(scopes) => List::MayCall(MayCall::of(survey, scopes)),
        None if is_by_scope => List::ByScope(ByScope::of(survey)?),
        None => List::Methods { methods: methods_of(survey) },
    })
}

/// All methods by name, whether or not they have a rule.
fn methods_of(survey: &Survey) -> Vec<Method> {
    let declared = survey.methods().iter().map(|method| Method::declared(method));
    let mut methods: Vec<_> = declared.chain(survey.undeclared().iter().map(Method::undeclared)).collect();
    methods.sort_by(|one, other| one.method.cmp(&other.method));
    methods
}

fn table(list: &List, terminal: Terminal) -> String {
    match list {
        List::Methods { methods } => methods::table(terminal, methods),
        List::MayCall(list) => list.table(terminal),
        List::ByScope(list) => list.table(terminal),
    }
}

fn markdown(list: &List, asked: &Asked<'_>) -> String {
    let body = match list {
        List::Methods { methods } => methods::markdown(methods),
        List::MayCall(list) => list.markdown(),
        List::ByScope(list) => list.markdown(),
    };
    format!("# Who may call what\n\nGenerated by {}; do not edit.\n\n{body}", markdown::code(&asked.typed()))
}
