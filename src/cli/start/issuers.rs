//! The issuers that are trusted, with keys that are held before anything is served, or are fetched beside the calls.

use std::sync::Arc;
use std::time::Duration;

use crate::cli::Failure;
use crate::config::{IssuerSettings, KeyLocation, TrustedIssuer};
use sekisho::authorizer::Issuer;
use sekisho::clock::SystemClock;
use sekisho::jwks::{JwksFile, Keys};
use tokio::task::JoinSet;

/// Keys that are in files, in the order of their issuers. All are read at the same time: a folder of another machine
/// that does not answer takes as long as a fetch may, and so do many of them.
pub(super) async fn keys_at_hand(issuers: &[TrustedIssuer]) -> Vec<Option<Keys>> {
    let mut reads = JoinSet::new();
    for (index, trusted) in issuers.iter().enumerate() {
        let issuer = trusted.issuer.clone();
        reads.spawn(async move { (index, keys_of_file(&issuer).await) });
    }
    let mut keys = vec![None; issuers.len()];
    while let Some(read) = reads.join_next().await {
        // One whose reading panicked is read again beside the calls.
        if let Ok((index, read)) = read {
            keys[index] = read;
        }
    }
    keys
}

/// All of them, with the keys that are held already.
pub(super) fn issuers(trusted: &[TrustedIssuer], at_hand: Vec<Option<Keys>>) -> Result<Vec<Issuer>, Failure> {
    let issuers = trusted.iter().zip(at_hand).map(|(trusted, keys)| {
        let keys = keys.map_or_else(|| trusted.issuer.remote_keys().map_err(Failure::at_run_time), Ok)?;
        Ok(trusted.with_keys(keys))
    });
    issuers.collect()
}

/// The keys of a file. None of one that has no usable key yet, or has gone since the configuration was judged; such a
/// file is read again beside the calls, and each time it is told what is wrong with it. Keys of which none is for an
/// algorithm that is accepted are told as held here, and given up once the issuer is set up.
async fn keys_of_file(issuer: &IssuerSettings) -> Option<Keys> {
    let KeyLocation::File(path) = &issuer.keys else { return None };
    let file = JwksFile::new(issuer.name.as_str(), path);
    // First: a folder of another machine that does not answer takes as long as a fetch may.
    tracing::info!(file = &*path.to_string_lossy(), "the issuer's keys are read before anything is served");
    Keys::fetch(file, issuer.schedule, Arc::new(SystemClock::new())).await.ok()
}

/// How long the first keys of new issuers are waited for, and files of keys that are read again. They come in milliseconds
/// where all is well; where it is not, nothing else of a configuration waits for them.
const FIRST_KEYS: Duration = Duration::from_secs(1);

/// The issuers of a configuration that was read again.
#[derive(Default)]
pub(super) struct ChangedIssuers {
    pub(super) all: Vec<Issuer>,
    /// By what people call them, those whose first keys are being fetched.
    first_keys: Vec<(String, Keys)>,
}

/// The issuers of a configuration that was read again. Those that nothing has changed of are the same. Of others, the keys
/// that are held are held on where they are from the same place. Where they are not, they serve until the first fetch from
/// the new place is over. Whatever is fetched is fetched beside the calls.
///
/// It reads the roots of the system: call it where waiting for a disk holds up nobody.
pub(super) fn changed(
    settings: &[TrustedIssuer],
    running: &[Issuer],
    new: &[TrustedIssuer],
) -> Result<ChangedIssuers, Failure> {
    let mut changed = ChangedIssuers::default();
    for trusted in new {
        let before = settings.iter().zip(running).find(|(one, _)| is_same(&one.issuer, &trusted.issuer));
        let keys = match before {
            Some((settings, issuer)) if settings == trusted => {
                changed.all.push(issuer.clone());
                continue;
            }
            Some((settings, issuer)) => held_keys(settings, issuer.keys(), trusted)?,
            None => None,
        };
        let keys = match keys {
            Some(keys) => keys,
            None => changed.first_keys_of(trusted)?,
        };
        changed.all.push(trusted.with_keys(keys));
    }
    Ok(changed)
}

impl ChangedIssuers {
    fn first_keys_of(&mut self, trusted: &TrustedIssuer) -> Result<Keys, Failure> {
        let keys = trusted.issuer.remote_keys().map_err(Failure::at_run_time)?;
        self.first_keys.push((trusted.label().to_owned(), keys.clone()));
        Ok(keys)
    }

    /// Waits for the keys of issuers that had none, so that no call is turned away for want of them, and for no longer than
    /// [`FIRST_KEYS`]. Logs whose have not come by then.
    pub(super) async fn first_keys(&self) {
        let all = async {
            for (_, keys) in &self.first_keys {
                keys.readiness_other_than(false).await;
            }
        };
        if tokio::time::timeout(FIRST_KEYS, all).await.is_err() {
            let missing = self.first_keys.iter().filter(|(_, keys)| !keys.is_ready());
            let issuers: Vec<_> = missing.map(|(label, _)| label.as_str()).collect();
            let issuers = issuers.join(", ");
            tracing::warn!(
                issuers,
                "the keys of new issuers have not come yet; they are fetched beside the calls"
            );
        }
    }
}

/// Whether tokens of the one may be tokens of the other. Discovery says whether the name has a slash at its end.
fn is_same(one: &IssuerSettings, other: &IssuerSettings) -> bool {
    let is_discovered = [one, other].iter().any(|issuer| matches!(issuer.keys, KeyLocation::Discovered(_)));
    one.name == other.name
        || (is_discovered && without_last_slash(&one.name) == without_last_slash(&other.name))
}

/// Whether keys of the one are keys of the other, and whoever vouches for that is the same.
fn is_from_same_place(one: &IssuerSettings, other: &IssuerSettings) -> bool {
    let is_same_place = match (&one.keys, &other.keys) {
        (KeyLocation::Discovered(one), KeyLocation::Discovered(other)) => {
            without_last_slash(one.as_str()) == without_last_slash(other.as_str())
        }
        (one, other) => one == other,
    };
    is_same_place && one.ca_file == other.ca_file && one.plain_http == other.plain_http
}

fn without_last_slash(name: &str) -> &str {
    name.strip_suffix('/').unwrap_or(name)
}

/// The keys of an issuer of which something has changed, if any of them may serve on.
fn held_keys(before: &TrustedIssuer, held: &Keys, trusted: &TrustedIssuer) -> Result<Option<Keys>, Failure> {
    // A set is judged by all algorithms that were ever accepted for it: where one is not any more, it has to be
    // judged anew, or a server would call itself ready by keys that no token may be signed with.
    if before.issuer == trusted.issuer && accepts_all_of(trusted, before) {
        return Ok(Some(held.clone()));
    }
    if !held.is_ready() {
        return Ok(None);
    }
    let keys = if is_from_same_place(&before.issuer, &trusted.issuer) {
        trusted.issuer.keys_after(held)
    } else {
        trusted.issuer.keys_until_fetched(held)
    };
    keys.map(Some).map_err(Failure::at_run_time)
}

fn accepts_all_of(new: &TrustedIssuer, old: &TrustedIssuer) -> bool {
    old.token.algorithms.iter().all(|algorithm| new.token.algorithms.contains(algorithm))
}

/// Reads the keys that are in files again, as whoever changed such a file wants them read. What is wrong with a file is
/// told as at any other time; the keys that are held serve on. One that takes longer than [`FIRST_KEYS`] is read on beside the
/// calls.
pub(super) async fn read_files_again(settings: &[TrustedIssuer], running: &[Issuer]) {
    let mut reads = JoinSet::new();
    for (settings, issuer) in settings.iter().zip(running) {
        if let KeyLocation::File(_) = settings.issuer.keys {
            let keys = issuer.keys().clone();
            reads.spawn(async move { keys.refresh().await.is_ok() });
        }
    }
    let all = async { while reads.join_next().await.is_some() {} };
    // Dropped, they are not waited for any more; that a file is to be read stands.
    let _ = tokio::time::timeout(FIRST_KEYS, all).await;
}

#[cfg(test)]
mod tests;
