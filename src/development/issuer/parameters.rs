//! The parameters of a request to the token endpoint (RFC 6749 §3.2).

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

use super::error_response::ErrorResponse;

/// What the form in a request's body says, each parameter once.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Refuses a parameter that is there twice (RFC 6749 §3.2): what reads the first and what reads the last
    /// would disagree on what was asked. `resource` alone may be repeated (RFC 8707 §2).
    fn new(pairs: Vec<(String, String)>) -> Result<Self, ErrorResponse> {
        let repeated = pairs.iter().enumerate().any(|(index, (name, _))| {
            name != "resource" && pairs.iter().take(index).any(|(earlier, _)| earlier == name)
        });
        if repeated {
            return Err(ErrorResponse::invalid_request("A parameter is given more than once"));
        }
        Ok(Self(pairs))
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
        Self::new(url::form_urlencoded::parse(form.as_bytes()).into_owned().collect())
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

    #[test]
    fn a_parameter_without_value_is_omitted() {
        let parameters = Parameters::of("scope=&audience=a+b").unwrap();
        assert_eq!(parameters.get("scope"), None);
        assert_eq!(parameters.get("audience"), Some("a b"));
    }
}
