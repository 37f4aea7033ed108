//! `prompt` (OpenID Connect Core §3.1.2.1): what the person is to be asked, or that she is not.

use super::authorization_response::AuthorizationError;

/// The values that there are, by their names in metadata.
pub(super) const VALUES: [&str; 4] = ["none", "login", "consent", "select_account"];

/// What is asked of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    /// Nothing: what would need a page is refused.
    Nothing,
    /// What is needed, and these even if they are not.
    Page { log_in: bool, consent: bool },
}

impl Prompt {
    pub(super) fn read(value: Option<&str>) -> Result<Self, AuthorizationError> {
        let values: Vec<&str> =
            value.unwrap_or_default().split(' ').filter(|value| !value.is_empty()).collect();
        if !values.iter().all(|value| VALUES.contains(value)) {
            return Err(AuthorizationError::invalid_request("prompt is unknown"));
        }
        match (values.contains(&"none"), values.len()) {
            (true, 1) => Ok(Self::Nothing),
            (true, _) => Err(AuthorizationError::invalid_request("prompt none goes with no other")),
            (false, _) => Ok(Self::Page {
                // One chooses an account by logging in.
                log_in: values.contains(&"login") || values.contains(&"select_account"),
                consent: values.contains(&"consent"),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts() {
        let page = |log_in, consent| Ok(Prompt::Page { log_in, consent });
        let table = [
            (None, page(false, false)),
            (Some("login"), page(true, false)),
            (Some("select_account"), page(true, false)),
            (Some("consent login"), page(true, true)),
            (Some("consent"), page(false, true)),
            (Some("none"), Ok(Prompt::Nothing)),
            (Some("none login"), Err("invalid_request")),
            (Some("LOGIN"), Err("invalid_request")),
        ];
        for (value, expected) in table {
            assert_eq!(Prompt::read(value).map_err(|error| error.code), expected, "{value:?}");
        }
    }
}
