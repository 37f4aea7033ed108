//! A client (RFC 6749 §2) and what it may ask for.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::{constant_time, digest};
use url::Url;

/// A client, registered by whoever starts the issuer.
///
/// One that has a secret can ask on its own behalf (RFC 6749 §4.4); one that has a redirect URI can ask persons.
#[derive(Clone)]
#[must_use]
pub struct Client {
    pub(super) id: String,
    secret: Option<String>,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    web_origins: Vec<String>,
    pub(super) scopes: Scopes,
    pub(super) access_token_lifetime: Option<Duration>,
}

/// The scopes that a client may be granted.
#[derive(Clone, Debug)]
pub(super) enum Scopes {
    /// Whatever it asks for.
    Any,
    /// These alone, and all of them where it asks for none.
    Listed(Vec<String>),
}

impl Client {
    /// A client that can keep a secret, such as a machine (RFC 6749 §2.1). `id` is its `client_id`, and `azp` in its
    /// tokens.
    pub fn confidential(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { secret: Some(secret.into()), ..Self::public(id) }
    }

    /// A client that can keep no secret, such as a page in a browser (RFC 10017): persons grant it what it may do.
    pub fn public(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            web_origins: Vec::new(),
            scopes: Scopes::Listed(Vec::new()),
            access_token_lifetime: None,
        }
    }

    /// The page that is served at `origin` (`http://localhost:8080`): a public client that is answered at the
    /// origin's root, after logging out too, and calls the issuer from there.
    pub fn page(id: impl Into<String>, origin: &str) -> Self {
        let origin = web_origin(origin).unwrap_or_else(|| origin.trim_end_matches('/').to_owned());
        let root = format!("{origin}/");
        Self::public(id).redirect_uri(root.clone()).post_logout_redirect_uri(root).web_origin(origin)
    }

    /// Scopes that it may be granted. With none, its tokens say who it is and nothing more.
    pub fn scopes(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut listed = self.listed_scopes().to_vec();
        for scope in scopes.into_iter().map(Into::into) {
            // Granted without being asked for, it would be there twice.
            if !listed.contains(&scope) {
                listed.push(scope);
            }
        }
        Self { scopes: Scopes::Listed(listed), ..self }
    }

    /// Whatever scope it asks for, it may be granted. One that asks for none gets none.
    pub fn any_scope(mut self) -> Self {
        self.scopes = Scopes::Any;
        self
    }

    /// Where answers to authorization requests may go, each compared as a whole (RFC 9700 §2.1).
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// Where a person may be sent after logging out.
    pub fn post_logout_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.post_logout_redirect_uris.push(uri.into());
        self
    }

    /// Whose pages may call the endpoints that are called from a page: `http://localhost:8080`.
    pub fn web_origin(mut self, origin: impl Into<String>) -> Self {
        self.web_origins.push(origin.into());
        self
    }

    /// How long its access tokens last, where that is not as for all clients.
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.access_token_lifetime = Some(lifetime);
        self
    }

    /// Whether `presented` is this client's secret, in a time that tells nothing of how much of it is right.
    pub(super) fn has_secret(&self, presented: &str) -> bool {
        let Some(secret) = &self.secret else { return false };
        // The comparison takes slices of equal length alone: digests also keep the secret's length to itself.
        let [expected, found] =
            [secret, presented].map(|secret| digest::digest(&digest::SHA256, secret.as_bytes()));
        constant_time::verify_slices_are_equal(expected.as_ref(), found.as_ref()).is_ok()
    }

    pub(super) fn is_public(&self) -> bool {
        self.secret.is_none()
    }

    pub(super) fn has_empty_secret(&self) -> bool {
        self.secret.as_ref().is_some_and(String::is_empty)
    }

    pub(super) fn redirect_uris(&self) -> &[String] {
        &self.redirect_uris
    }

    pub(super) fn post_logout_redirect_uris(&self) -> &[String] {
        &self.post_logout_redirect_uris
    }

    pub(super) fn web_origins(&self) -> &[String] {
        &self.web_origins
    }

    /// Every scope that is named as one that it may be granted.
    pub(super) fn listed_scopes(&self) -> &[String] {
        match &self.scopes {
            Scopes::Any => &[],
            Scopes::Listed(scopes) => scopes,
        }
    }

    /// The scope to grant of what was `requested` (RFC 6749 §3.3): what this client may have of it, or all
    /// that it may have where nothing was asked for. `None` if nothing of what was asked can be granted.
    pub(super) fn narrow(&self, requested: Option<&str>) -> Option<String> {
        let Some(requested) = requested else { return Some(self.listed_scopes().join(" ")) };
        let requested: Vec<&str> = requested.split(' ').collect();
        let granted = match &self.scopes {
            Scopes::Any => each_once(&requested),
            Scopes::Listed(scopes) => {
                scopes.iter().map(String::as_str).filter(|scope| requested.contains(scope)).collect()
            }
        };
        (!granted.is_empty()).then(|| granted.join(" "))
    }
}

fn each_once<'a>(scopes: &[&'a str]) -> Vec<&'a str> {
    let mut once: Vec<&str> = Vec::new();
    for scope in scopes {
        if !once.contains(scope) {
            once.push(scope);
        }
    }
    once
}

/// An origin as browsers write it (RFC 6454 §6.2): without the port that goes without saying. `None` for what is
/// more than an origin, or less.
pub(super) fn web_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let names_nobody = url.username().is_empty() && url.password().is_none();
    (is_bare && names_nobody && url.origin().is_tuple()).then(|| url.origin().ascii_serialization())
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            secret: _,
            redirect_uris,
            post_logout_redirect_uris,
            web_origins,
            scopes,
            access_token_lifetime,
        } = self;
        f.debug_struct("Client")
            .field("id", id)
            .field("redirect_uris", redirect_uris)
            .field("post_logout_redirect_uris", post_logout_redirect_uris)
            .field("web_origins", web_origins)
            .field("scopes", scopes)
            .field("access_token_lifetime", access_token_lifetime)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
