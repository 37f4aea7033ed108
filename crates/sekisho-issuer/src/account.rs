//! Who can log in: persons made up for development, without passwords.

use serde_json::{Value, json};

use super::scope::{Scope, is_standard};

/// A person who can log in, without a password, and grant applications what they ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Account {
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) name: String,
    pub(super) email: Option<String>,
    /// Without a list, all that an application may ask for.
    pub(super) scopes: Option<Vec<String>>,
}

impl Account {
    /// A person who logs in as `id`: her nickname, and what an application hints at by `login_hint`. Subject and name
    /// are the same unless they are set.
    pub fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        Self { subject: id.clone(), name: id.clone(), id, email: None, scopes: None }
    }

    /// Her subject identifier, `sub` in tokens (OpenID Connect Core §2).
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// Her full name, as pages show it and `profile` tells it.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Her e-mail address, which counts as verified.
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// The scopes that she can grant, and no others; without this, whatever the application may ask for. What
    /// concerns herself (`openid`, `profile`, `email`, `offline_access`) she can always grant.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes.get_or_insert_default().extend(scopes.into_iter().map(Into::into));
        self
    }

    /// What she can grant of what is asked for.
    pub(super) fn narrow(&self, asked: &Scope) -> Scope {
        asked.filter(|token| self.may_grant(token))
    }

    fn may_grant(&self, token: &str) -> bool {
        let has = |scopes: &Vec<String>| scopes.iter().any(|scope| scope == token);
        is_standard(token) || self.scopes.as_ref().is_none_or(has)
    }

    /// Whether an application that hints at `login_hint` (OpenID Connect Core §3.1.2.1) means this one.
    pub(super) fn is_hinted_at(&self, login_hint: &str) -> bool {
        login_hint == self.id || self.email.as_deref() == Some(login_hint)
    }

    /// What `scope` lets an application know of her (OpenID Connect Core §5.4).
    pub(super) fn claims(&self, scope: &Scope) -> Value {
        let mut claims = json!({ "sub": self.subject });
        if scope.contains("profile") {
            claims["name"] = self.name.as_str().into();
            claims["nickname"] = self.id.as_str().into();
        }
        if let Some(email) = self.email.as_deref().filter(|_| scope.contains("email")) {
            claims["email"] = email.into();
            claims["email_verified"] = true.into();
        }
        claims
    }
}
