//! The call that is to be explained, as the command line describes it.

use std::time::Duration;

use clap::ArgMatches;
use sekisho::authorizer::{Authorization, Authorizer};
use sekisho::observe::Decision;
use sekisho::policy::{AccessRule, Policy};

use super::explanation::{Explanation, Seen};
use super::moment::Moment;
use super::names::{name_of, path_of, without_query};
use super::presented::Presented;
use super::trust::{Signature, Trust};
use crate::cli::bounded_file::Reading;
use crate::cli::judge::Judge;
use crate::cli::policy::Asked;
use crate::cli::policy::source::Source;
use crate::cli::settings::JudgedBy;
use crate::cli::sources::Sources;

/// All that decides about it.
pub(super) struct AskedCall {
    pub(super) path: String,
    pub(super) policy: Policy,
    pub(super) presented: Presented,
    pub(super) judged_by: JudgedBy,
    pub(super) at: Moment,
    pub(super) signature: Signature,
}

impl AskedCall {
    /// # Errors
    /// Every fault of what was given: of descriptors, of options, of the token's file; or that nobody decided about the
    /// method.
    pub(super) async fn read(asked: &Asked<'_>) -> Result<Self, Vec<String>> {
        let flags = asked.flags;
        let path = path_of(flags.get_one::<String>("method").map_or("", String::as_str));
        let is_skipped = flags.get_flag("dangerous-skip-signature");
        let signature = if is_skipped { Signature::Skipped } else { Signature::Checked };
        let one = |fault| vec![fault];
        let at = Moment::by(flags).map_err(one);
        let presented = Presented::by(flags).map_err(one);
        let judged_by = judged_by(asked);
        let source = Source::read(asked).await;
        match (at, presented, judged_by, source) {
            (Ok(at), Ok(presented), Ok(judged_by), Ok(source)) => {
                let policy = policy(&source, &path, judged_by.report_only)?;
                Ok(Self { path, policy, presented, judged_by, at, signature })
            }
            (at, presented, judged_by, source) => {
                let faults = [at.err(), presented.err(), judged_by.err(), source.err()];
                Err(faults.into_iter().flatten().flatten().collect())
            }
        }
    }

    /// # Errors
    /// All that keeps it from being judged here.
    pub(super) async fn explain(self) -> Result<Explanation, Vec<String>> {
        let Self { path, policy, presented, judged_by, at, signature } = self;
        let trust = Trust::of(&presented, &judged_by, at, signature).await?;
        let authorizer = authorizer(policy, &trust, at)?;
        let verdict = match authorizer.authorize(&path, &trust.metadata) {
            Authorization::Decided(verdict) => verdict,
            // The file of keys is read once more for a key that it did not have.
            Authorization::AwaitingKey(verdict) => verdict.await,
            _ => return Err(vec!["the authorizer did not decide".to_owned()]),
        };
        let decision = Decision::new(&verdict, &path, Duration::ZERO);
        let seen = Seen {
            decision,
            verdict: &verdict,
            authorizer: &authorizer,
            path: &path,
            presented: &presented,
            judged_by: &judged_by,
            at,
            signature,
        };
        Ok(Explanation::of(&seen))
    }
}

fn judged_by(asked: &Asked<'_>) -> Result<JudgedBy, Vec<String>> {
    let flags: &ArgMatches = asked.flags;
    let has_token = flags.contains_id("token-file");
    let mut judge = Judge::new(Sources::read(flags, asked.environment.0.clone(), Reading::First));
    let judged_by = judge.judged_by(has_token);
    judge.finish(judged_by).and_then(|judged_by| judged_by.ok_or_else(Vec::new))
}

fn authorizer(policy: Policy, trust: &Trust, at: Moment) -> Result<Authorizer, Vec<String>> {
    let mut issuers = trust.issuers.iter().cloned();
    let first = issuers.next().ok_or_else(|| vec!["there is no issuer".to_owned()])?;
    let authorizer = Authorizer::new(policy, first)
        .clock(std::sync::Arc::new(at))
        .remember_tokens(0)
        .max_token_size(trust.max_token_size);
    Ok(issuers.fold(authorizer, Authorizer::also_trusting))
}

/// The policy as a server would have it. Other methods may have no rule yet; they stand in it so that the rest can be judged,
/// and are not asked for.
fn policy(source: &Source, path: &str, report_only: bool) -> Result<Policy, Vec<String>> {
    let survey = source.survey();
    if !survey.faults().is_empty() {
        return Err(source.told(survey.faults()));
    }
    let asked = without_query(path).unwrap_or(path);
    if survey.undeclared().iter().any(|method| method.path() == asked) {
        let fault = "it has no access rule, so that it cannot be said who may call it; write one in its .proto, or give it by --rules FILE";
        return Err(vec![format!("{}: {fault}", name_of(asked))]);
    }
    let others = survey.undeclared().iter().map(|method| name_of(method.path()));
    let all = others.fold(source.builder(), |builder, name| builder.rule(name, AccessRule::Authenticated));
    let all = if report_only { all.dangerous_report_only() } else { all };
    all.build().map_err(|error| source.told(error.faults()))
}
