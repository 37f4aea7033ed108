//! Client authentication (RFC 6749 §2.3.1): by HTTP Basic, or by parameters of the body, never by both; and of
//! a public client its name alone.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::client::Client;
use super::error_response::ErrorResponse;
use super::parameters::Parameters;

/// The methods' names in metadata, as registered by RFC 7591.
pub(super) const METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

/// The client that a request for what a person granted comes from.
///
/// A public client has nothing to prove it by: what is handed to it is bound to a verifier, or to the last
/// token that it got (RFC 9700 §2.1.1, §2.2.2).
pub(super) fn identify<'a>(
    clients: &'a [Client],
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<&'a Client, ErrorResponse> {
    let shows_nothing =
        !headers.contains_key(header::AUTHORIZATION) && parameters.get("client_secret").is_none();
    let named = parameters.get("client_id");
    clients
        .iter()
        .find(|client| shows_nothing && client.is_public() && named == Some(&client.id))
        .map_or_else(|| authenticate(clients, headers, parameters), Ok)
}

/// The client that a request proves to come from.
///
/// An unknown client and a wrong secret are refused in the same words.
pub(super) fn authenticate<'a>(
    clients: &'a [Client],
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<&'a Client, ErrorResponse> {
    let credentials = credentials(headers, parameters)?;
    clients
        .iter()
        .find(|client| client.id == credentials.id)
        .filter(|client| client.has_secret(&credentials.secret))
        .ok_or(ErrorResponse::invalid_client("The client is unknown or its secret is wrong"))
}

/// What a client claims to be, and what it shows for it.
struct Credentials {
    id: String,
    secret: String,
}

fn credentials(headers: &HeaderMap, parameters: &Parameters) -> Result<Credentials, ErrorResponse> {
    let mut authorization = headers.get_all(header::AUTHORIZATION).iter();
    match (authorization.next(), authorization.next()) {
        (None, _) => client_secret_post(parameters),
        (Some(value), None) => client_secret_basic(value, parameters),
        (Some(_), Some(_)) => {
            Err(ErrorResponse::invalid_request("More than one authorization header was sent"))
        }
    }
}

fn client_secret_post(parameters: &Parameters) -> Result<Credentials, ErrorResponse> {
    let (Some(id), Some(secret)) = (parameters.get("client_id"), parameters.get("client_secret")) else {
        return Err(ErrorResponse::invalid_client("No complete client authentication was sent"));
    };
    Ok(Credentials { id: id.to_owned(), secret: secret.to_owned() })
}

fn client_secret_basic(value: &HeaderValue, parameters: &Parameters) -> Result<Credentials, ErrorResponse> {
    if parameters.get("client_secret").is_some() {
        return Err(ErrorResponse::invalid_request("The client authenticates in more than one way"));
    }
    let credentials = decode_basic(value).ok_or(ErrorResponse::invalid_client(
        "The authorization header must be Basic with the base64 of a client_id, a colon and a client_secret",
    ))?;
    if parameters.get("client_id").is_some_and(|id| id != credentials.id) {
        return Err(ErrorResponse::invalid_request(
            "The client_id of the body is not the one that authenticates",
        ));
    }
    Ok(credentials)
}

fn decode_basic(value: &HeaderValue) -> Option<Credentials> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some(Credentials { id: form_decode(id), secret: form_decode(secret) })
}

/// Undoes the form encoding that OAuth puts under Basic's own (RFC 6749 §2.3.1, Appendix B).
///
/// A raw `&` or `=`, from a client that left this encoding out, stands for itself.
fn form_decode(component: &str) -> String {
    let one_name = component.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(one_name.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients() -> [Client; 2] {
        [Client::confidential("cli", "cli-secret"), Client::confidential("a b", "p&=+:ü%")]
    }

    fn outcome(authorization: &[&str], form: &str) -> String {
        let mut headers = HeaderMap::new();
        for value in authorization {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        match authenticate(&clients(), &headers, &Parameters::of(form).unwrap()) {
            Ok(client) => client.id.clone(),
            Err(error) => error.code().to_owned(),
        }
    }

    fn basic(credentials: &str) -> String {
        format!("Basic {}", STANDARD.encode(credentials))
    }

    #[test]
    fn client_secret_basic() {
        let good = basic("cli:cli-secret");
        let table: [(&str, &[&str], &str, &str); 13] = [
            ("right", &[&good], "", "cli"),
            ("scheme in lower case", &[&good.replace("Basic", "basic")], "", "cli"),
            ("client_id repeated in the body", &[&good], "client_id=cli", "cli"),
            ("form-encoded", &[&basic("a+b:p%26%3D%2B%3A%C3%BC%25")], "", "a b"),
            ("left raw where that is plain", &[&basic("a b:p&=%2B:ü%25")], "", "a b"),
            ("wrong secret", &[&basic("cli:cli-secreT")], "", "invalid_client"),
            ("another's secret", &[&basic("a+b:cli-secret")], "", "invalid_client"),
            ("unknown client", &[&basic("stranger:cli-secret")], "", "invalid_client"),
            ("no colon", &[&basic("cli")], "", "invalid_client"),
            ("no base64", &["Basic cli:cli-secret"], "", "invalid_client"),
            ("another scheme", &[&good.replace("Basic", "Bearer")], "", "invalid_client"),
            ("another client_id in the body", &[&good], "client_id=a+b", "invalid_request"),
            ("two headers", &[&good, &good], "", "invalid_request"),
        ];
        for (case, authorization, form, expected) in table {
            assert_eq!(outcome(authorization, form), expected, "{case}");
        }
    }

    #[test]
    fn client_secret_post() {
        let table = [
            ("right", "client_id=cli&client_secret=cli-secret", "cli"),
            ("encoded", "client_id=a+b&client_secret=p%26%3D%2B:%C3%BC%25", "a b"),
            ("wrong secret", "client_id=cli&client_secret=cli", "invalid_client"),
            ("no secret", "client_id=cli", "invalid_client"),
            ("empty secret", "client_id=cli&client_secret=", "invalid_client"),
            ("secret alone", "client_secret=cli-secret", "invalid_client"),
            ("nothing", "", "invalid_client"),
        ];
        for (case, form, expected) in table {
            assert_eq!(outcome(&[], form), expected, "{case}");
        }
    }

    #[test]
    fn both_ways_at_once_are_one_too_many() {
        let authorization = basic("cli:cli-secret");
        assert_eq!(outcome(&[&authorization], "client_id=cli&client_secret=cli-secret"), "invalid_request");
    }
}
