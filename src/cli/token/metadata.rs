//! Where an issuer takes requests for tokens, and how clients prove there who they are.

use reqwest::StatusCode;

use super::{TokenRequestError, printable};
use crate::cli::client;
use crate::config::TokenSettings;
use sekisho::json::{self, Value, Wanted};
use sekisho::jwks::HttpUrl;

/// Where a token is asked for.
pub(super) struct TokenEndpoint {
    pub(super) url: HttpUrl,
    pub(super) authentication: ClientAuthentication,
}

/// How a client shows its secret (RFC 6749 §2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientAuthentication {
    /// `client_secret_basic`: in the `authorization` header.
    Basic,
    /// `client_secret_post`: in the form.
    Post,
}

/// By OpenID Connect Discovery, or else by RFC 8414.
pub(super) async fn token_endpoint(settings: &TokenSettings) -> Result<TokenEndpoint, TokenRequestError> {
    let path = settings.issuer.url().path().trim_end_matches('/').to_owned();
    let openid = get(settings, &format!("{path}/.well-known/openid-configuration")).await?;
    if openid.status == StatusCode::OK {
        return endpoint_of(openid.json(&settings.issuer)?, settings)
            .map_err(|reason| unusable(settings, reason));
    }
    let oauth = get(settings, &format!("/.well-known/oauth-authorization-server{path}")).await?;
    let openid = openid.status.as_u16();
    if oauth.status != StatusCode::OK {
        let (issuer, oauth) = (settings.issuer.to_string(), oauth.status.as_u16());
        return Err(TokenRequestError::NoMetadata { issuer, openid, oauth });
    }
    let with_the_first = |reason| {
        unusable(settings, format!("{reason}; openid-configuration answered with HTTP status {openid}"))
    };
    endpoint_of(oauth.json(&settings.issuer)?, settings).map_err(with_the_first)
}

async fn get(settings: &TokenSettings, path: &str) -> Result<client::Answer, TokenRequestError> {
    let mut url = settings.issuer.url().clone();
    url.set_path(path);
    client::send(client::client(&settings.issuer, &settings.ca_file)?.get(url), &settings.issuer).await
}

fn unusable(settings: &TokenSettings, reason: String) -> TokenRequestError {
    TokenRequestError::Metadata { issuer: settings.issuer.to_string(), reason }
}

/// Credentials go to nobody but the issuer that was named (RFC 8414 §3.3), nor over less than it was asked by.
fn endpoint_of(json: &[u8], settings: &TokenSettings) -> Result<TokenEndpoint, String> {
    let metadata = Metadata::read(json)?;
    let stem = |issuer: &str| issuer.strip_suffix('/').unwrap_or(issuer).to_owned();
    if metadata.issuer.as_deref().map(stem) != Some(stem(settings.issuer.as_str())) {
        return Err("it names another issuer".to_owned());
    }
    let url = metadata.token_endpoint.ok_or("it names no token_endpoint")?;
    let url = settings.issuer.parse_named(&url, settings.plain_http);
    Ok(TokenEndpoint {
        url: url.map_err(|error| format!("token_endpoint: {error}"))?,
        authentication: authentication(&metadata.authentication_methods, settings)?,
    })
}

/// RFC 8414 §2: `client_secret_basic` where nothing is said.
fn authentication(offered: &[String], settings: &TokenSettings) -> Result<ClientAuthentication, String> {
    let offers = |method: &str| offered.iter().any(|offered| offered == method);
    if offered.is_empty() || offers("client_secret_basic") {
        return Ok(ClientAuthentication::Basic);
    }
    if offers("client_secret_post") {
        return Ok(ClientAuthentication::Post);
    }
    Err(format!(
        "its token endpoint takes no secret: expected client_secret_basic or client_secret_post among \
         token_endpoint_auth_methods_supported, found {}",
        printable(&offered.join(", "), settings)
    ))
}

/// Members of the document that are read.
static MEMBERS: [Wanted; 3] = [
    Wanted::member("issuer"),
    Wanted::member("token_endpoint"),
    Wanted::member("token_endpoint_auth_methods_supported"),
];

/// What is read of the document.
struct Metadata {
    issuer: Option<String>,
    token_endpoint: Option<String>,
    authentication_methods: Vec<String>,
}

impl Metadata {
    fn read(json: &[u8]) -> Result<Self, String> {
        let document = json::read_object(json, &MEMBERS).map_err(|error| error.to_string())?;
        if let Some(fault) = document.fault() {
            return Err(format!("its {fault} is there twice, or is no valid text"));
        }
        let text = |name: &str| document.get(name).and_then(Value::as_text).map(ToOwned::to_owned);
        Ok(Self {
            issuer: text("issuer"),
            token_endpoint: text("token_endpoint"),
            authentication_methods: names(document.get("token_endpoint_auth_methods_supported"))
                .ok_or("token_endpoint_auth_methods_supported is no array of strings")?,
        })
    }
}

/// An array of strings; none where there is nothing.
fn names(member: Option<&Value<'_>>) -> Option<Vec<String>> {
    match member {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(names)) => {
            names.only_texts().map(|names| names.iter().map(ToString::to_string).collect())
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;
    use sekisho::jwks::PlainHttp;

    #[test]
    fn an_https_issuer_sends_secrets_over_https_alone() {
        use PlainHttp::{DangerousAnywhere, LoopbackOnly};
        let (https, local, plain) = ("https://a.example/", "http://127.0.0.1:9000/", "http://a.example/");
        for (issuer, plain_http, named, is_allowed) in [
            (https, LoopbackOnly, https, true),
            (https, LoopbackOnly, local, false),
            (https, DangerousAnywhere, local, false),
            (https, DangerousAnywhere, plain, false),
            (local, LoopbackOnly, https, true),
            (local, LoopbackOnly, local, true),
            (local, LoopbackOnly, plain, false),
            (plain, DangerousAnywhere, plain, true),
        ] {
            let settings = TokenSettings {
                plain_http,
                client_secret: Secret("hush".to_owned()),
                ..TokenSettings::of_development(HttpUrl::parse(issuer, plain_http).unwrap(), "api")
            };
            let json = serde_json::json!({"issuer": issuer, "token_endpoint": format!("{named}token")});
            let endpoint = endpoint_of(json.to_string().as_bytes(), &settings);
            assert_eq!(endpoint.is_ok(), is_allowed, "{issuer}, {plain_http:?}: {named}");
            if let Err(reason) = endpoint {
                assert!(reason.starts_with("token_endpoint: "), "{reason}");
            }
        }
    }
}
