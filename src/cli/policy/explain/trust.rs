//! Whose tokens the authorizer accepts, and what it is presented with. Nothing of an issuer is fetched.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use sekisho::authorizer::Issuer;
use sekisho::jwks::{Algorithm, JwksFile, Keys};
use sekisho::scope::ScopeSet;
use sekisho::token::Verifier;
use serde_json::json;

use super::made_key::{MadeKey, encode};
use super::moment::{LAST_SECOND, Moment};
use super::presented::Presented;
use super::resigned::{Resigned, resigned};
use crate::cli::settings::JudgedBy;
use crate::config::{KeyLocation, TrustedIssuer};

/// What the authorizer is given.
pub(super) struct Trust {
    /// At least one.
    pub(super) issuers: Vec<Issuer>,
    pub(super) metadata: HeaderMap,
    pub(super) max_token_size: usize,
}

/// How the call's token is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signature {
    /// With keys of the issuers.
    Checked,
    /// `--dangerous-skip-signature`
    Skipped,
}

impl Trust {
    /// # Errors
    /// All that keeps a token from being judged offline, a line each.
    pub(super) async fn of(
        presented: &Presented,
        judged_by: &JudgedBy,
        at: Moment,
        signature: Signature,
    ) -> Result<Self, Vec<String>> {
        let one = |fault| vec![fault];
        match (presented, signature) {
            (Presented::Nothing, _) => Self::of_made_token(None, judged_by, at).map_err(one),
            (Presented::Scopes(scopes), _) => Self::of_made_token(Some(scopes), judged_by, at).map_err(one),
            (Presented::Sent(entries), Signature::Checked) => {
                let issuers = with_keys_of_files(&judged_by.issuers, at).await?;
                let metadata = entries.iter().map(|entry| (AUTHORIZATION, entry.clone())).collect();
                Ok(Self { issuers, metadata, max_token_size: judged_by.max_token_size })
            }
            (Presented::Sent(entries), Signature::Skipped) => {
                Self::of_resigned_token(entries, judged_by).map_err(one)
            }
        }
    }

    /// An issuer that is none, and a token of it, or none.
    fn of_made_token(scopes: Option<&ScopeSet>, judged_by: &JudgedBy, at: Moment) -> Result<Self, String> {
        let key = MadeKey::new(Algorithm::EdDsa)?;
        let mut metadata = HeaderMap::new();
        if let Some(scopes) = scopes {
            metadata.insert(AUTHORIZATION, made_token(&key, scopes, at)?);
        }
        // As many scopes as the command line holds.
        let longest = metadata.values().map(HeaderValue::len).max().unwrap_or_default();
        let keys = Keys::fixed(MADE_ISSUER, key.published(None).set()?);
        let verifier = Verifier::new(MADE_AUDIENCE)
            .algorithms([Algorithm::EdDsa])
            .scope_prefix(judged_by.scope_prefix.clone());
        let issuers = vec![Issuer::new(keys, verifier)];
        Ok(Self { issuers, metadata, max_token_size: longest.max(judged_by.max_token_size) })
    }

    /// A call has one entry, or is refused for having several.
    fn of_resigned_token(entries: &[HeaderValue], judged_by: &JudgedBy) -> Result<Self, String> {
        let (first, more) = entries.split_first().ok_or("there is no token")?;
        let Resigned { entry, keys, claimed_issuer } = resigned(first, judged_by.max_token_size)?;
        let is_another = entry != *first;
        // The signature that was sent may have been a shorter one.
        let max_token_size = judged_by.max_token_size.max(if is_another { entry.len() } else { 0 });
        let with_key = |trusted: &TrustedIssuer| {
            let name = name_in_tokens(trusted, claimed_issuer.as_deref());
            Ok(trusted.with_keys(Keys::fixed(name, keys.set()?)))
        };
        let issuers = judged_by.issuers.iter().map(with_key).collect::<Result<_, String>>()?;
        let entries = [entry].into_iter().chain(more.iter().cloned());
        Ok(Self { issuers, metadata: entries.map(|entry| (AUTHORIZATION, entry)).collect(), max_token_size })
    }
}

/// Names that nobody has: a token that is made here is good for nothing else.
const MADE_ISSUER: &str = "https://explain.invalid/";
const MADE_AUDIENCE: &str = "explain";

/// A token that passes all checks but perhaps the last.
fn made_token(key: &MadeKey, scopes: &ScopeSet, at: Moment) -> Result<HeaderValue, String> {
    const LIFETIME: u64 = 300;
    let header = json!({ "alg": Algorithm::EdDsa.name(), "typ": "at+jwt" }).to_string();
    let payload = json!({
        "iss": MADE_ISSUER, "aud": MADE_AUDIENCE, "sub": "explain", "scope": scopes.to_string(),
        "iat": at.seconds(), "exp": at.seconds().saturating_add(LIFETIME).min(LAST_SECOND),
    });
    let token = key.signed(&format!("{}.{}", encode(header), encode(payload.to_string())))?;
    HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| "no token could be made".to_owned())
}

/// As a server reads them before it listens; those of a file without a usable key are none, as for a server.
async fn with_keys_of_files(trusted: &[TrustedIssuer], at: Moment) -> Result<Vec<Issuer>, Vec<String>> {
    let (mut issuers, mut faults) = (Vec::new(), Vec::new());
    for trusted in trusted {
        match &trusted.issuer.keys {
            KeyLocation::File(path) => {
                let (name, schedule) = (trusted.issuer.name.as_str(), trusted.issuer.schedule);
                let file = || JwksFile::new(name, path);
                let keys = match Keys::fetch(file(), schedule, Arc::new(at)).await {
                    Ok(keys) => keys,
                    Err(_) => Keys::remote(file(), schedule, Arc::new(at)),
                };
                issuers.push(trusted.with_keys(keys));
            }
            location => faults.push(not_fetched(trusted, location)),
        }
    }
    if faults.is_empty() { Ok(issuers) } else { Err(faults) }
}

/// What to do in place of a fetch. Whoever has no discovery any more has to write the issuer as its tokens carry it.
fn not_fetched(trusted: &TrustedIssuer, location: &KeyLocation) -> String {
    let is_of_table = trusted.name.is_some();
    let (jwks, issuer) =
        if is_of_table { ("`jwks` in its table", "`issuer` there") } else { ("--jwks", "--issuer") };
    let (way, written_exactly) = match location {
        KeyLocation::Discovered(url) => {
            let base = url.as_str().trim_end_matches('/');
            let way = format!("{base}/.well-known/openid-configuration says where they are: jwks_uri");
            (
                way,
                format!(
                    ", and write {issuer} just as `issuer` stands in that document, with its last slash or without"
                ),
            )
        }
        KeyLocation::Url(url) => (format!("curl -o keys.json {url}"), String::new()),
        KeyLocation::File(path) => (path.display().to_string(), String::new()),
    };
    format!(
        "the keys of {} would have to be fetched, and nothing of an issuer is fetched here; save them to a file ({way}), name it \
         by {jwks}{written_exactly}; or leave the signature unchecked by --dangerous-skip-signature",
        trusted.label()
    )
}

/// How the tokens of an issuer name it. Where discovery settles whether there is a slash at the end, as it stands in the token.
fn name_in_tokens<'a>(trusted: &'a TrustedIssuer, claimed: Option<&'a str>) -> &'a str {
    let stem = |name: &'a str| name.strip_suffix('/').unwrap_or(name);
    let configured = trusted.issuer.name.as_str();
    let is_settled_later = matches!(trusted.issuer.keys, KeyLocation::Discovered(_));
    claimed.filter(|claimed| is_settled_later && stem(claimed) == stem(configured)).unwrap_or(configured)
}
