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
        Ok(Issuer::new(keys, trusted.token.verifier()))
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

#[cfg(test)]
mod tests;
