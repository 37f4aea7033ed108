//! A client (RFC 6749 §2) and what it may ask for.

use std::fmt;

use aws_lc_rs::{constant_time, digest};

const STATUS_SCOPES: [&str; 3] = ["api1:read:status", "api2:read:status", "api3:read:status"];

/// A client, registered by whoever starts the issuer.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its `client_id`, and in its tokens `azp`.
    pub id: String,
    /// What it can keep to itself, and so how it gets its tokens.
    pub kind: ClientKind,
    /// Every scope that it may be granted, one scope token each (RFC 6749 §3.3). With none, its tokens say
    /// who it is and nothing more.
    pub scopes: Vec<String>,
}

/// The two client types of RFC 6749 §2.1.
#[derive(Clone)]
pub enum ClientKind {
    /// A machine that can keep a secret: it asks on its own behalf (RFC 6749 §4.4).
    Confidential {
        /// What it authenticates with.
        secret: String,
    },
    /// A page in a browser, which can keep none (RFC 10017): a person grants it what it may do.
    Public {
        /// Where answers to authorization requests may go, each compared as a whole (RFC 9700 §2.1).
        redirect_uris: Vec<String>,
        /// Where a person may be sent after logging out.
        post_logout_redirect_uris: Vec<String>,
        /// Whose pages may call the endpoints that are called from a page.
        web_origins: Vec<String>,
    },
}

impl Client {
    /// The client of the command line: it may read the status of each of the three APIs.
    pub fn cli() -> Self {
        Self::confidential("cli", "cli-secret", &STATUS_SCOPES)
    }

    /// A machine with a secret.
    pub fn confidential(id: &str, secret: &str, scopes: &[&str]) -> Self {
        Self {
            id: id.to_owned(),
            kind: ClientKind::Confidential { secret: secret.to_owned() },
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        }
    }

    /// The page that is served at `origin` (`http://localhost:8080`): it may ask a person for her name, for a
    /// refresh token and for the status of each of the three APIs, and is answered at the origin's root.
    pub fn page(origin: &str) -> Self {
        let origin = origin.trim_end_matches('/');
        let root = format!("{origin}/");
        let of_the_person = ["openid", "profile", "email", "offline_access"];
        Self {
            id: "page".to_owned(),
            kind: ClientKind::Public {
                redirect_uris: vec![root.clone()],
                post_logout_redirect_uris: vec![root],
                web_origins: vec![origin.to_owned()],
            },
            scopes: [&of_the_person[..], &STATUS_SCOPES].concat().into_iter().map(str::to_owned).collect(),
        }
    }

    /// Whether `presented` is this client's secret, in a time that tells nothing of how much of it is right.
    pub(super) fn has_secret(&self, presented: &str) -> bool {
        let ClientKind::Confidential { secret } = &self.kind else { return false };
        // The comparison takes slices of equal length alone: digests also keep the secret's length to itself.
        let [expected, found] =
            [secret, presented].map(|secret| digest::digest(&digest::SHA256, secret.as_bytes()));
        constant_time::verify_slices_are_equal(expected.as_ref(), found.as_ref()).is_ok()
    }

    pub(super) fn is_public(&self) -> bool {
        matches!(self.kind, ClientKind::Public { .. })
    }

    pub(super) fn redirect_uris(&self) -> &[String] {
        match &self.kind {
            ClientKind::Confidential { .. } => &[],
            ClientKind::Public { redirect_uris, .. } => redirect_uris,
        }
    }

    pub(super) fn post_logout_redirect_uris(&self) -> &[String] {
        match &self.kind {
            ClientKind::Confidential { .. } => &[],
            ClientKind::Public { post_logout_redirect_uris, .. } => post_logout_redirect_uris,
        }
    }

    pub(super) fn web_origins(&self) -> &[String] {
        match &self.kind {
            ClientKind::Confidential { .. } => &[],
            ClientKind::Public { web_origins, .. } => web_origins,
        }
    }

    /// The scope to grant of what was `requested` (RFC 6749 §3.3): what this client may have of it, or all
    /// that it may have where nothing was asked for. `None` if nothing of what was asked can be granted.
    pub(super) fn narrow(&self, requested: Option<&str>) -> Option<String> {
        let Some(requested) = requested else { return Some(self.scopes.join(" ")) };
        let requested: Vec<&str> = requested.split(' ').collect();
        let granted: Vec<&str> =
            self.scopes.iter().map(String::as_str).filter(|scope| requested.contains(scope)).collect();
        (!granted.is_empty()).then(|| granted.join(" "))
    }
}

impl fmt::Debug for ClientKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confidential { secret: _ } => f.debug_struct("Confidential").finish_non_exhaustive(),
            Self::Public { redirect_uris, post_logout_redirect_uris, web_origins } => f
                .debug_struct("Public")
                .field("redirect_uris", redirect_uris)
                .field("post_logout_redirect_uris", post_logout_redirect_uris)
                .field("web_origins", web_origins)
                .finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        let client = Client::cli();
        let table = [
            ("cli-secret", true),
            ("cli-secre", false),
            ("cli-secret ", false),
            ("CLI-SECRET", false),
            ("", false),
        ];
        for (presented, accepted) in table {
            assert_eq!(client.has_secret(presented), accepted, "{presented:?}");
        }
    }

    #[test]
    fn scope_is_narrowed_to_what_the_client_may_have() {
        let all = "api1:read:status api2:read:status api3:read:status";
        let table = [
            ("nothing asked for", None, Some(all)),
            ("one", Some("api2:read:status"), Some("api2:read:status")),
            ("one of another's", Some("api1:read:status admin"), Some("api1:read:status")),
            ("twice the same", Some("api1:read:status api1:read:status"), Some("api1:read:status")),
            ("another's alone", Some("admin"), None),
            ("another case", Some("API1:read:status"), None),
            ("a prefix", Some("api1"), None),
        ];
        for (case, requested, granted) in table {
            assert_eq!(Client::cli().narrow(requested).as_deref(), granted, "{case}");
        }
    }

    #[test]
    fn a_client_without_scopes_gets_none() {
        let client = Client { scopes: vec![], ..Client::cli() };
        assert_eq!(client.narrow(None).as_deref(), Some(""));
        assert_eq!(client.narrow(Some("api1:read:status")), None);
    }

    #[test]
    fn the_secret_is_not_printed() {
        let printed = format!("{:?}", Client::cli());
        assert!(printed.contains("cli") && !printed.contains("cli-secret"), "{printed}");
    }
}
