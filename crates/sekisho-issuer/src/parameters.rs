//! The parameters of a request, from its query (RFC 6749 §3.1) or from the form in its body (§3.2).

use std::collections::HashSet;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use url::form_urlencoded;

use super::error_response::ErrorResponse;

/// What a request says, and where it is judged so, each parameter once.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// What `encoded` says, even if it says something twice.
    pub(super) fn parse(encoded: &str) -> Self {
        Self(form_urlencoded::parse(encoded.as_bytes()).into_owned().collect())
    }

    /// Refuses a parameter that is there twice (RFC 6749 §3.2): what reads the first and what reads the last
    /// would disagree on what was asked.
    fn new(pairs: Vec<(String, String)>) -> Result<Self, ErrorResponse> {
        let parameters = Self(pairs);
        if parameters.has_repeated() {
            return Err(ErrorResponse::invalid_request("A parameter is given more than once"));
        }
        Ok(parameters)
    }

    /// Whether a parameter is there twice. `resource` alone may be (RFC 8707 §2).
    pub(super) fn has_repeated(&self) -> bool {
        let mut earlier = HashSet::new();
        self.0.iter().any(|(name, _)| name != "resource" && !earlier.insert(name.as_str()))
    }

    /// The value of a parameter, unless there are two to choose from.
    pub(super) fn once(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        values.next().filter(|_| values.next().is_none())
    }

    /// The value of a parameter. One without a value counts as omitted (RFC 6749 §3.2).
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value of a parameter that may be repeated.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(given, value)| given == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// The form of a page, in which one name may have several boxes ticked.
impl From<Vec<(String, String)>> for Parameters {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

impl<S: Send + Sync> FromRequest<S> for Parameters {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let Form(pairs) =
            Form::from_request(request, state).await.map_err(|rejection| unreadable(&rejection))?;
        Self::new(pairs)
    }
}

/// The refusal of a body that is no form, in JSON as every other error of this endpoint.
fn unreadable(rejection: &FormRejection) -> ErrorResponse {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            ErrorResponse::invalid_request("The body is too large").with_status(StatusCode::PAYLOAD_TOO_LARGE)
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ErrorResponse::invalid_request("The body must be application/x-www-form-urlencoded")
                .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        }
        _ => ErrorResponse::invalid_request("The body cannot be read as a form"),
    }
}

#[cfg(test)]
impl Parameters {
    /// The parameters that a form holds, for the tables of other parts.
    pub(super) fn of(form: &str) -> Result<Self, ErrorResponse> {
        Self::new(form_urlencoded::parse(form.as_bytes()).into_owned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_given_once() {
        let table = [
            ("", true),
            ("scope=a&audience=b", true),
            ("scope=a&scope=a", false),
            ("scope=a&scope=", false),
            ("unknown=1&unknown=2", false),
            ("Scope=a&scope=a", true),
            ("resource=a&resource=b", true),
        ];
        for (form, accepted) in table {
            assert_eq!(Parameters::of(form).is_ok(), accepted, "{form}");
        }
    }

    /// With a comparison for each two of them, this takes minutes.
    #[test]
    fn a_great_many_parameters_are_looked_at_once_each() {
        let many = (0..200_000).map(|number| number.to_string()).collect::<Vec<_>>().join("&");
        assert!(!Parameters::parse(&many).has_repeated());
        assert!(Parameters::parse(&format!("{many}&7")).has_repeated());
        assert!(!Parameters::parse(&"resource=a&".repeat(200_000)).has_repeated());
    }

    #[test]
    fn a_parameter_without_value_is_omitted() {
        let parameters = Parameters::of("scope=&audience=a+b").unwrap();
        assert_eq!(parameters.get("scope"), None);
        assert_eq!(parameters.get("audience"), Some("a b"));
    }
}
