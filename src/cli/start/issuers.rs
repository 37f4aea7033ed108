//! The issuers that are trusted, with keys that are held before anything is served, or are fetched beside the calls.

use std::sync::Arc;

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

/// The issuers of a configuration that was read again. Those that nothing has changed of are the same. Of others the keys
/// that are held are held on where they are from the same place, be the issuer down by now; else keys are fetched first,
/// so that no call is turned away for want of them. Where that fails they are fetched beside the calls, as at a start.
pub(super) async fn changed(
    settings: &[TrustedIssuer],
    running: &[Issuer],
    new: &[TrustedIssuer],
) -> Result<Vec<Issuer>, Failure> {
    let mut issuers = JoinSet::new();
    for (index, trusted) in new.iter().enumerate() {
        let before = settings.iter().zip(running).find(|(settings, _)| is_from_same_place(settings, trusted));
        let before = before.map(|(settings, issuer)| (settings.clone(), issuer.clone()));
        let trusted = trusted.clone();
        issuers.spawn(async move {
            let issuer = match before {
                Some((settings, issuer)) if settings == trusted => issuer,
                before => trusted.with_keys(keys_of_changed(before, &trusted).await?),
            };
            Ok::<_, Failure>((index, issuer))
        });
    }
    let mut made = Vec::new();
    while let Some(one) = issuers.join_next().await {
        made.push(one.map_err(Failure::at_run_time)??);
    }
    made.sort_by_key(|(index, _)| *index);
    Ok(made.into_iter().map(|(_, issuer)| issuer).collect())
}

/// Whether keys of the one are keys of the other.
fn is_from_same_place(one: &TrustedIssuer, other: &TrustedIssuer) -> bool {
    one.issuer.name == other.issuer.name && one.issuer.keys == other.issuer.keys
}

async fn keys_of_changed(
    before: Option<(TrustedIssuer, Issuer)>,
    trusted: &TrustedIssuer,
) -> Result<Keys, Failure> {
    match before {
        // A set is judged by all algorithms that were ever accepted for it: where one is not any more, it has to be
        // judged anew, or a server would call itself ready by keys that no token may be signed with.
        Some((before, issuer)) if before.issuer == trusted.issuer && accepts_all_of(trusted, &before) => {
            Ok(issuer.keys().clone())
        }
        Some((_, issuer)) if issuer.keys().is_ready() => {
            trusted.issuer.keys_after(issuer.keys()).map_err(Failure::at_run_time)
        }
        _ => fetched_keys(&trusted.issuer).await,
    }
}

fn accepts_all_of(new: &TrustedIssuer, old: &TrustedIssuer) -> bool {
    old.token.algorithms.iter().all(|algorithm| new.token.algorithms.contains(algorithm))
}

/// Reads the keys that are in files again, as whoever changed such a file wants them read. What is wrong with a file is
/// told as at any other time; the keys that are held serve on.
pub(super) async fn read_files_again(settings: &[TrustedIssuer], running: &[Issuer]) {
    let mut reads = JoinSet::new();
    for (settings, issuer) in settings.iter().zip(running) {
        if let KeyLocation::File(_) = settings.issuer.keys {
            let keys = issuer.keys().clone();
            reads.spawn(async move { keys.refresh().await.is_ok() });
        }
    }
    while reads.join_next().await.is_some() {}
}

/// With keys, if one fetch brings any.
async fn fetched_keys(issuer: &IssuerSettings) -> Result<Keys, Failure> {
    match issuer.fetch_keys().await.map_err(Failure::at_run_time)? {
        Some(keys) => Ok(keys),
        None => issuer.remote_keys().map_err(Failure::at_run_time),
    }
}

#[cfg(test)]
mod tests;
