//! A client (RFC 6749 §2) and what it may ask for.

use std::fmt;

use aws_lc_rs::{constant_time, digest};

/// A confidential client, registered by whoever starts the issuer.
#[derive(Clone)]
pub struct Client {
    /// Its `client_id`, and in its tokens `azp`.
    pub id: String,
    /// What it authenticates with.
    pub secret: String,
    /// Every scope that it may be granted, one scope token each (RFC 6749 §3.3). With none, its tokens say
    /// who it is and nothing more.
    pub scopes: Vec<String>,
}

impl Client {
    /// The client of the command line: it may read the status of each of the three APIs.
    pub fn cli() -> Self {
        let scopes = ["api1:read:status", "api2:read:status", "api3:read:status"];
        Self {
            id: "cli".to_owned(),
            secret: "cli-secret".to_owned(),
            scopes: scopes.map(str::to_owned).to_vec(),
        }
    }

    /// Whether `presented` is this client's secret, in a time that tells nothing of how much of it is right.
    pub(super) fn has_secret(&self, presented: &str) -> bool {
        // The comparison takes slices of equal length alone: digests also keep the secret's length to itself.
        let [expected, found] =
            [&self.secret, presented].map(|secret| digest::digest(&digest::SHA256, secret.as_bytes()));
        constant_time::verify_slices_are_equal(expected.as_ref(), found.as_ref()).is_ok()
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

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, secret: _, scopes } = self;
        f.debug_struct("Client").field("id", id).field("scopes", scopes).finish_non_exhaustive()
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
