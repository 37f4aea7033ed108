//! Who is logged in, in which browser.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_lc_rs::error::Unspecified;
use axum::http::{HeaderMap, header};

use super::account::Account;
use super::bounded::Bounded;
use super::random::random_id;
use super::scope::Scope;

const MAX_SESSIONS: usize = 1024;

/// What is known of a browser in which somebody logged in.
#[derive(Clone)]
pub(super) struct Session {
    /// What the browser's cookie says.
    pub(super) id: String,
    pub(super) account: Arc<Account>,
    pub(super) auth_time: SystemTime,
    /// What ID tokens call it (OpenID Connect Front-Channel Logout §3): no credential, unlike the cookie.
    pub(super) sid: String,
    /// The query of the request that she logged in for, until that is answered: it asks for no further log-in.
    pub(super) logged_in_for: Option<String>,
    /// What she granted here, by client: it is not asked for again.
    granted: BTreeMap<String, Scope>,
}

impl Session {
    /// Whether all of `scope` was granted to the client before.
    pub(super) fn has_granted(&self, client_id: &str, scope: &Scope) -> bool {
        self.granted.get(client_id).is_some_and(|granted| scope.is_subset_of(granted))
    }
}

/// All sessions, by what their browsers' cookies say.
pub(super) struct Sessions {
    /// Cookies know no ports (RFC 6265 §8.5): with the port in its name, two issuers get along.
    cookie: String,
    by_id: Mutex<Bounded<Session>>,
    lifetime: Duration,
}

impl Sessions {
    /// None, of which each lasts for so long.
    pub(super) fn new(port: u16, lifetime: Duration) -> Self {
        let by_id = Mutex::new(Bounded::new(MAX_SESSIONS));
        Self { cookie: format!("sekisho_issuer_{port}"), by_id, lifetime }
    }

    /// What the browser's cookie says, if it has one.
    pub(super) fn cookie(&self, headers: &HeaderMap) -> Option<String> {
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut named = pairs
            .flat_map(|pairs| pairs.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, value)| *name == self.cookie && !value.is_empty());
        named.next().map(|(_, value)| value.to_owned())
    }

    /// The header that has a browser keep `id`: out of reach of scripts, and sent from elsewhere only where the
    /// person goes here (RFC 6265bis). No `Secure`: on loopback there is no TLS.
    pub(super) fn set_cookie(&self, id: &str) -> String {
        let Self { cookie, lifetime, .. } = self;
        format!("{cookie}={id}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}", lifetime.as_secs())
    }

    /// The header that has a browser forget.
    pub(super) fn clear_cookie(&self) -> String {
        format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0", self.cookie)
    }

    pub(super) fn get(&self, id: &str, now: SystemTime) -> Option<Session> {
        self.lock().get_mut(id, now).cloned()
    }

    /// Logs in under a new name, so that nobody who planted the old one is logged in too. Returns the new one.
    pub(super) fn begin(
        &self,
        old: &str,
        account: Arc<Account>,
        request: &str,
        now: SystemTime,
    ) -> Result<String, Unspecified> {
        let (id, sid) = (random_id()?, random_id()?);
        let mut sessions = self.lock();
        // What one person granted says nothing of another.
        let before = sessions.remove(old).filter(|session| session.account == account);
        let session = Session {
            id: id.clone(),
            account,
            auth_time: now,
            sid,
            logged_in_for: Some(request.to_owned()),
            granted: before.map(|session| session.granted).unwrap_or_default(),
        };
        sessions.insert(id.clone(), session, now + self.lifetime, now);
        Ok(id)
    }

    pub(super) fn end(&self, id: &str) {
        self.lock().remove(id);
    }

    /// Remembers what was `granted` of what a client `asked` for. Of what it did not ask for, the earlier
    /// answer stands.
    pub(super) fn grant(&self, id: &str, client_id: &str, asked: &Scope, granted: &Scope, now: SystemTime) {
        if let Some(session) = self.lock().get_mut(id, now) {
            let earlier = session.granted.get(client_id);
            let others = earlier.map(|earlier| earlier.filter(|token| !asked.contains(token)));
            let all = others.map_or_else(|| granted.clone(), |others| others.union(granted));
            session.granted.insert(client_id.to_owned(), all);
        }
    }

    /// Remembers that the request is answered that the person logged in for.
    pub(super) fn answered(&self, id: &str, now: SystemTime) {
        if let Some(session) = self.lock().get_mut(id, now) {
            session.logged_in_for = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Bounded<Session>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
