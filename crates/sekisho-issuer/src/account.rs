//! Who can log in: persons made up for development, without passwords.

use serde_json::{Value, json};

use super::scope::Scope;

/// A person, as applications get to know her.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
}

/// Two, so that it can be seen what changes where somebody else logs in.
pub(super) const ACCOUNTS: [Account; 2] = [
    Account { id: "alice", name: "Alice Liddell", email: "alice@example.com" },
    Account { id: "bob", name: "Bob Cratchit", email: "bob@example.com" },
];

impl Account {
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        ACCOUNTS.iter().find(|account| account.id == id)
    }

    /// The subject identifier, of the shape of Auth0's: where the person is from, and who she is there.
    pub(super) fn subject(&self) -> String {
        format!("development|{}", self.id)
    }

    /// Whether an application that hints at `login_hint` (OpenID Connect Core §3.1.2.1) means this one.
    pub(super) fn is_hinted_at(&self, login_hint: &str) -> bool {
        login_hint == self.id || login_hint == self.email
    }

    /// What `scope` lets an application know of her (OpenID Connect Core §5.4).
    pub(super) fn claims(&self, scope: &Scope) -> Value {
        let mut claims = json!({ "sub": self.subject() });
        if scope.contains("profile") {
            claims["name"] = self.name.into();
            claims["nickname"] = self.id.into();
        }
        if scope.contains("email") {
            claims["email"] = self.email.into();
            claims["email_verified"] = true.into();
        }
        claims
    }
}
