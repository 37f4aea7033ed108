//! The tokens that are sent, good and bad.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use aws_lc_rs::hmac;

use super::super::{TestIssuer, TokenBuilder};
use super::scopes::Scopes;
use crate::base64url;

const HOUR: Duration = Duration::from_secs(3600);

/// A key that nobody trusts. To make one takes longer than all else.
static IMPOSTOR: LazyLock<TestIssuer> = LazyLock::new(|| TestIssuer::new("", ""));

/// Makes tokens of an issuer, as of a time.
pub(super) struct Tokens<'a> {
    pub(super) issuer: &'a TestIssuer,
    pub(super) now: SystemTime,
}

impl<'a> Tokens<'a> {
    /// In order; a token of the others is this one but for what its function is named for. It is of nobody who has scopes
    /// besides, so that it has those that are written. Where tokens have no scopes, it is that of a subject which has them
    /// all, if there is one.
    pub(super) fn valid(&self, scopes: &Scopes) -> TokenBuilder<'a> {
        if self.issuer.writes_scopes() {
            return self.of_nobody_listed().scope(&scopes.to_string());
        }
        match self.subjects().iter().find(|(_, has)| scopes.without(has).is_empty()) {
            Some((subject, _)) => self.of_subject(subject),
            None => self.of_nobody_listed(),
        }
    }

    /// Of a subject, which may have scopes of its own.
    pub(super) fn of_subject(&self, subject: &str) -> TokenBuilder<'a> {
        self.issuer.token().issued_at(self.now).subject(subject)
    }

    /// As the shape has it, unless scopes are listed for its subject.
    fn of_nobody_listed(&self) -> TokenBuilder<'a> {
        let token = self.issuer.token().issued_at(self.now);
        if token.claimed_subject().is_some_and(|subject| self.is_listed(subject)) {
            token.subject(&self.longer_than("another-subject"))
        } else {
            token
        }
    }

    /// Who has scopes whatever its tokens say, each once. Those that are listed of a subject add up.
    pub(super) fn subjects(&self) -> Vec<(&'a str, Scopes)> {
        let mut subjects: Vec<(&str, Scopes)> = Vec::new();
        for (subject, scopes) in self.issuer.subjects() {
            let scopes = scopes.iter().collect::<Scopes>();
            match subjects.iter_mut().find(|(known, _)| known == subject) {
                Some((_, known)) => *known = known.and(&scopes),
                None => subjects.push((subject, scopes)),
            }
        }
        subjects
    }

    /// The shortest subject that begins with this text and is not listed.
    pub(super) fn longer_than(&self, text: &str) -> String {
        let mut subject = text.to_owned();
        while self.is_listed(&subject) {
            subject.push_str("-more");
        }
        subject
    }

    /// The longest that this one begins with and that is not listed; none where nothing is left.
    pub(super) fn shorter_than(&self, subject: &str) -> Option<String> {
        let ends = subject.char_indices().map(|(end, _)| end).rev();
        let mut shorter = ends.map(|end| &subject[..end]).filter(|shorter| !shorter.is_empty());
        shorter.find(|shorter| !self.is_listed(shorter)).map(ToOwned::to_owned)
    }

    fn is_listed(&self, subject: &str) -> bool {
        self.issuer.subjects().iter().any(|(listed, _)| listed == subject)
    }

    pub(super) fn expired(&self, scopes: &Scopes) -> TokenBuilder<'a> {
        // It was good for an hour.
        self.valid(scopes).issued_at(self.now - 2 * HOUR)
    }

    pub(super) fn not_yet_valid(&self, scopes: &Scopes) -> TokenBuilder<'a> {
        let seconds = seconds(self.now);
        self.valid(scopes).claim("nbf", seconds + 1800)
    }

    pub(super) fn of_another_issuer(&self, scopes: &Scopes) -> TokenBuilder<'a> {
        self.valid(scopes).claim("iss", "https://another-issuer.invalid/")
    }

    pub(super) fn for_another_audience(&self, scopes: &Scopes) -> TokenBuilder<'a> {
        self.valid(scopes).for_another_audience()
    }

    /// Not an access token; none of an issuer that has none.
    pub(super) fn identity(&self) -> Option<TokenBuilder<'a>> {
        self.issuer.id_token().map(|token| token.issued_at(self.now))
    }

    pub(super) fn without_claims(&self) -> String {
        self.issuer.sign(&self.valid(&Scopes::default()).header_json(), "[]")
    }

    pub(super) fn of_another_key(&self, scopes: &Scopes) -> String {
        let valid = self.valid(scopes);
        IMPOSTOR.sign(&valid.header_json(), &valid.payload_json())
    }

    pub(super) fn unsigned(&self, scopes: &Scopes) -> String {
        input(&self.valid(scopes).header("alg", "none")) + "."
    }

    /// What a server takes for good that lets a token choose between kinds of keys (RFC 8725 §2.1).
    pub(super) fn by_hmac(&self, scopes: &Scopes) -> String {
        let input = input(&self.valid(scopes).header("alg", "HS256"));
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.issuer.public_key_der());
        let tag = hmac::sign(&key, input.as_bytes());
        format!("{input}.{}", base64url::encode(tag.as_ref()))
    }
}

/// What is signed of a token (RFC 7515 §5.1).
fn input(token: &TokenBuilder<'_>) -> String {
    let encode = |json: String| base64url::encode(json.as_bytes());
    format!("{}.{}", encode(token.header_json()), encode(token.payload_json()))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}
