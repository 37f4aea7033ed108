//! A browser, as far as the issuer can tell: it keeps a cookie, fills in forms, and follows where it is told.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::support::{Answer, PAGE, TestIssuer};

/// RFC 7636, Appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) const ALL: &str =
    "openid profile email offline_access api1:read:status api2:read:status api3:read:status";

/// An authorization request of the client `page`, which cases change.
#[derive(Clone)]
pub(crate) struct Request(Vec<(String, String)>);

impl Request {
    pub(crate) fn new(scope: &str) -> Self {
        let redirect_uri = format!("{PAGE}/");
        let parameters = [
            ("client_id", "page"),
            ("redirect_uri", &redirect_uri),
            ("response_type", "code"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("state", "the state"),
            ("nonce", "the nonce"),
            ("scope", scope),
        ];
        Self(parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec())
    }

    /// With another value of `name`, or its first; with none if it is empty.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(held, _)| held != name);
        if value.is_empty() { self } else { self.and(name, value) }
    }

    /// With one more value of `name`.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn query(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    pub(crate) fn path(&self) -> String {
        format!("authorize?{}", self.query())
    }
}

/// A browser with the issuer's pages open.
pub(crate) struct Browser<'a> {
    pub(crate) issuer: &'a TestIssuer,
    pub(crate) cookie: Option<String>,
    accept_language: &'static str,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(issuer: &'a TestIssuer) -> Self {
        Self { issuer, cookie: None, accept_language: "en" }
    }

    pub(crate) fn speaking(issuer: &'a TestIssuer, accept_language: &'static str) -> Self {
        Self { accept_language, ..Self::new(issuer) }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.issuer.request(method, path).header("accept-language", self.accept_language);
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    pub(crate) async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let answer = Answer::of(request).await;
        if let Some(cookie) = answer.headers.get(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        answer
    }

    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// The form of `page` as this browser posts it, for cases that change it.
    pub(crate) fn form(&self, page: &Answer, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let [request, csrf] = ["request", "csrf"].map(|name| value(&page.text, name));
        let mut body = Serializer::new(String::new());
        body.append_pair("request", &request).append_pair("csrf", &csrf).extend_pairs(fields);
        let action = between(&page.text, "action=\"/", "\"").unwrap();
        self.request(Method::POST, action)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.finish())
    }

    pub(crate) fn origin(&self) -> String {
        self.issuer.url.trim_end_matches('/').to_owned()
    }

    /// Posts the form of `page` and follows, but not to the client.
    pub(crate) async fn submit(&mut self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let form = self.form(page, fields).header(ORIGIN, self.origin());
        let answer = self.send(form).await;
        match answer.header("location").and_then(|location| location.strip_prefix('/')) {
            Some(here) => self.open(here).await,
            None => answer,
        }
    }

    /// Logs in, where that is asked for, and allows all of what is asked for.
    pub(crate) async fn allow(&mut self, request: &Request) -> Url {
        let mut page = self.open(&request.path()).await;
        if page.text.contains("/authorize/login") {
            page = self.submit(&page, &[("account", "alice")]).await;
        }
        if page.text.contains("/authorize/consent") {
            page = self.tick(&page, &ALL.split(' ').collect::<Vec<_>>()).await;
        }
        location(&page)
    }

    /// Allows what is ticked.
    pub(crate) async fn tick(&mut self, page: &Answer, scopes: &[&str]) -> Answer {
        let ticked = scopes.iter().map(|&scope| ("scope", scope));
        self.submit(page, &ticked.chain([("decision", "allow")]).collect::<Vec<_>>()).await
    }

    pub(crate) async fn code(&mut self, request: &Request) -> String {
        parameter(&self.allow(request).await, "code").unwrap()
    }

    /// The tokens that come of allowing all of `scope`.
    pub(crate) async fn tokens(&mut self, scope: &str) -> Answer {
        let code = self.code(&Request::new(scope)).await;
        let answer = self.issuer.post(&redeeming(&code)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }
}

/// The token request of the client `page`.
pub(crate) fn redeeming(code: &str) -> [(&str, &str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", "page"),
        ("code", code),
        ("redirect_uri", "http://localhost:8080/"),
        ("code_verifier", VERIFIER),
    ]
}

/// Where an answer leads, which must be to the client.
pub(crate) fn location(answer: &Answer) -> Url {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let location = answer.headers[LOCATION].to_str().unwrap();
    assert!(location.starts_with(&format!("{PAGE}/?")), "{location}");
    Url::parse(location).unwrap()
}

pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(held, _)| held == name).map(|(_, value)| value.into_owned())
}

/// The value of a hidden field.
pub(crate) fn value(html: &str, name: &str) -> String {
    let value = between(html, &format!("name=\"{name}\" value=\""), "\"").unwrap();
    value.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(between, _)| between)
}
