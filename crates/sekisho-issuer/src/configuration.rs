//! What an issuer is told by whoever starts it, and what can be wrong with that.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;
use std::time::SystemTime;

use url::Url;

use super::account::Account;
use super::client::{Client, web_origin};
use super::error::ConfigurationFault as Fault;
use super::lifetimes::{Lifetimes, is_lifetime};
use super::scope::is_scope_token;
use super::scope_description::ScopeDescription;

/// What time it is, for `iat` and `exp`.
pub(super) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// What an issuer is told by whoever starts it.
#[derive(Clone)]
pub(super) struct Configuration {
    pub(super) audience: String,
    pub(super) clients: Vec<Client>,
    pub(super) accounts: Vec<Account>,
    pub(super) scopes: Vec<ScopeDescription>,
    pub(super) lifetimes: Lifetimes,
    pub(super) clock: Clock,
}

impl Configuration {
    /// All that is wrong.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let Self { audience, clients, accounts, scopes, lifetimes, clock: _ } = self;
        let mut faults = Vec::new();
        faults.extend(audience.is_empty().then_some(Fault::EmptyAudience));
        faults.extend(clients.iter().flat_map(client));
        faults.extend(repeated(clients.iter().map(|client| &client.id)).map(Fault::DuplicateClient));
        faults.extend(accounts.iter().flat_map(account));
        faults.extend(repeated(accounts.iter().map(|account| &account.id)).map(Fault::DuplicateAccount));
        faults.extend(repeated(accounts.iter().map(|account| &account.subject)).map(Fault::DuplicateSubject));
        faults.extend(malformed(scopes.iter().map(|scope| &scope.scope), || "a description".to_owned()));
        faults.extend(repeated(scopes.iter().map(|scope| &scope.scope)).map(Fault::DuplicateScope));
        let wrong = lifetimes.all().into_iter().filter(|(_, lifetime)| !is_lifetime(*lifetime));
        faults.extend(wrong.map(|(of, _)| Fault::Lifetime { of: of.to_owned() }));
        faults
    }
}

fn client(client: &Client) -> Vec<Fault> {
    let id = &client.id;
    let mut faults = Vec::new();
    faults.extend(id.is_empty().then_some(Fault::EmptyClient));
    faults.extend(client.has_empty_secret().then(|| Fault::EmptySecret(id.clone())));
    let uris = client.redirect_uris().iter().chain(client.post_logout_redirect_uris());
    let mut told = HashSet::new();
    let wrong = uris.filter(|uri| !is_redirect_uri(uri) && told.insert(*uri));
    faults.extend(wrong.map(|uri| Fault::RedirectUri { client: id.clone(), uri: uri.clone() }));
    let wrong = client.web_origins().iter().filter(|origin| web_origin(origin).is_none());
    faults.extend(wrong.map(|origin| Fault::WebOrigin { client: id.clone(), origin: origin.clone() }));
    faults.extend(malformed(client.listed_scopes(), || format!("the client {id:?}")));
    let is_wrong = client.access_token_lifetime.is_some_and(|lifetime| !is_lifetime(lifetime));
    faults.extend(is_wrong.then(|| Fault::Lifetime { of: format!("access tokens of the client {id:?}") }));
    faults
}

/// What a browser opens or runs by itself, in place of asking a client for it.
const SCHEMES_OF_BROWSERS: [&str; 6] = ["about", "blob", "data", "file", "javascript", "vbscript"];

fn is_redirect_uri(text: &str) -> bool {
    // A parser passes over spaces and line breaks.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain
        && Url::parse(text)
            .is_ok_and(|uri| uri.fragment().is_none() && !SCHEMES_OF_BROWSERS.contains(&uri.scheme()))
}

fn account(account: &Account) -> Vec<Fault> {
    let Account { id, subject, scopes, .. } = account;
    let mut faults = Vec::new();
    faults.extend((id.is_empty() || subject.is_empty()).then_some(Fault::EmptyAccount));
    faults.extend(malformed(scopes.iter().flatten(), || format!("the account {id:?}")));
    faults
}

fn malformed<'a>(
    scopes: impl IntoIterator<Item = &'a String>,
    of: impl Fn() -> String,
) -> impl Iterator<Item = Fault> {
    let malformed = scopes.into_iter().filter(|scope| !is_scope_token(scope));
    malformed.map(move |scope| Fault::Scope { of: of(), scope: scope.clone() })
}

/// What is there more than once, each told once.
fn repeated<'a, T: Clone + Eq + Hash + 'a>(values: impl Iterator<Item = &'a T>) -> impl Iterator<Item = T> {
    let (mut earlier, mut told) = (HashSet::new(), HashSet::new());
    values.filter(move |value| !earlier.insert(*value) && told.insert(*value)).cloned()
}
