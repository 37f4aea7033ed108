//! That a form was sent from a page of this server, to the browser that sends it (RFC 9700 §4.7).

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hmac, rand};
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The forms that there are. A token for one is no good for another.
#[derive(Clone, Copy)]
pub(super) enum Form {
    LogIn,
    Consent,
    LogOut,
}

impl Form {
    /// Where it is posted.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::LogIn => "/authorize/login",
            Self::Consent => "/authorize/consent",
            Self::LogOut => "/oidc/logout/confirm",
        }
    }
}

/// Knows its own forms again.
pub(super) struct SameOrigin {
    key: hmac::Key,
    /// Its origin, as browsers write it: `http://127.0.0.1:9000`.
    origin: String,
}

impl SameOrigin {
    pub(super) fn new(origin: String) -> Result<Self, Unspecified> {
        let mut key = [0; 32];
        rand::fill(&mut key)?;
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA256, &key), origin })
    }

    /// Whether a request is addressed to this server by its own name. All else may be asked by any name of loopback;
    /// a page's form and cookie would then be another origin's.
    pub(super) fn is_host(&self, headers: &HeaderMap) -> bool {
        let authority = self.origin.trim_start_matches("http://");
        headers.get(header::HOST).is_some_and(|host| host == authority)
    }

    /// Whether the browser says that a page of this server sent the request. One that says nothing does not.
    pub(super) fn is_origin(&self, headers: &HeaderMap) -> bool {
        let says = |name: &str, expected: &str| headers.get(name).map(|value| value == expected);
        let answers = [says("origin", &self.origin), says("sec-fetch-site", "same-origin")];
        answers.contains(&Some(true)) && !answers.contains(&Some(false))
    }

    /// What a form carries that was made for this browser and this request.
    pub(super) fn token(&self, form: Form, session: &str, request: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, message(form, session, request).as_bytes()))
    }

    /// Whether `token` is that.
    pub(super) fn is_token(&self, token: &str, form: Form, session: &str, request: &str) -> bool {
        URL_SAFE_NO_PAD.decode(token).is_ok_and(|tag| {
            hmac::verify(&self.key, message(form, session, request).as_bytes(), &tag).is_ok()
        })
    }
}

/// Neither a path nor a cookie has a newline.
fn message(form: Form, session: &str, request: &str) -> String {
    format!("{}\n{session}\n{request}", form.path())
}
