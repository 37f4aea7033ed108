//! The API that a token is asked for.

use super::error_response::ErrorResponse;
use super::parameters::Parameters;

/// Auth0 names the API that a token is for by `audience`, RFC 8707 by `resource`. There is one here, so every
/// one that is named must be that.
pub(super) fn check_target(parameters: &Parameters, audience: &str) -> Result<(), ErrorResponse> {
    if parameters.all("audience").chain(parameters.all("resource")).all(|target| target == audience) {
        Ok(())
    } else {
        Err(ErrorResponse::invalid_target("Tokens are issued for the configured audience alone"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        let table = [
            ("", Ok(())),
            ("audience=here", Ok(())),
            ("resource=here", Ok(())),
            ("audience=here&resource=here", Ok(())),
            ("resource=here&resource=here", Ok(())),
            ("audience=there", Err("invalid_target")),
            ("resource=there", Err("invalid_target")),
            ("resource=here&resource=there", Err("invalid_target")),
            ("audience=here&resource=there", Err("invalid_target")),
            ("audience=HERE", Err("invalid_target")),
        ];
        for (form, expected) in table {
            assert_eq!(
                check_target(&Parameters::of(form).unwrap(), "here").map_err(|error| error.code()),
                expected,
                "{form}"
            );
        }
    }
}
