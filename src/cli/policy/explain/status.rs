//! A refusal in the words of the status that a caller is sent, and of the line that is logged.

use sekisho::grpc::status_of;
use sekisho::scope::ScopePrefix;
use sekisho::token::Claims;
use serde::Serialize;
use tonic::Code;

use super::explanation::Seen;

/// What the caller is told, and what is logged.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Refusal {
    /// The name of the gRPC code, like `PERMISSION_DENIED`.
    pub(super) code: String,
    /// The status message, which is the `detail` of the log line as well.
    pub(super) message: String,
    /// `ErrorInfo.reason` and the `reason` of the log line. `UNKNOWN_METHOD` stands in the log alone.
    pub(super) reason: &'static str,
    #[serde(skip)]
    is_told: bool,
    /// What the log line says besides, for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hint: Option<&'static str>,
    /// The `outcome` of the log line: `refused` or `would_deny`.
    pub(super) logged_outcome: &'static str,
    /// The entries `www-authenticate` of the status.
    pub(super) challenges: Vec<String>,
}

impl Refusal {
    pub(super) fn of(seen: &Seen<'_>) -> Option<Self> {
        let denial = seen.decision.denial()?;
        let status = status_of(denial, seen.decision.method(), Some(&prefix_of(seen)));
        let challenges = status.metadata().get_all("www-authenticate").iter();
        Some(Self {
            code: name_of(status.code()),
            message: status.message().to_owned(),
            reason: seen.decision.reason().unwrap_or_default(),
            is_told: denial.reason().is_some(),
            hint: denial.hint(),
            logged_outcome: seen.decision.outcome().as_str(),
            challenges: challenges.filter_map(|value| value.to_str().ok()).map(ToOwned::to_owned).collect(),
        })
    }

    /// The reason, as far as the caller is told one.
    pub(super) fn told_reason(&self) -> Option<&'static str> {
        self.is_told.then_some(self.reason)
    }

    /// As text of a log has it, from its outcome on.
    pub(super) fn log_line(&self) -> String {
        let Self { logged_outcome, reason, message, .. } = self;
        let hint = self.hint.map(|hint| format!(" hint={hint:?}")).unwrap_or_default();
        format!("outcome={logged_outcome:?} reason={reason:?} detail={message:?}{hint}")
    }
}

/// What is written before scopes by the issuer that the caller is told to ask: of a call that only reports, which is told
/// nobody, by the issuer whose token it was.
pub(super) fn prefix_of(seen: &Seen<'_>) -> ScopePrefix {
    if let Some(prefix) = seen.verdict.scope_prefix() {
        return prefix.clone();
    }
    let issuers = seen.authorizer.issuers();
    let named = seen.decision.claims().map(Claims::issuer);
    let issuer = issuers.iter().find(|issuer| named.is_some_and(|name| issuer.keys().may_be_of(name)));
    issuer.or(issuers.first()).map(|issuer| issuer.verifier().prefix_of_scopes().clone()).unwrap_or_default()
}

/// As gRPC writes it: `PERMISSION_DENIED`.
fn name_of(code: Code) -> String {
    let mut name = String::new();
    for c in format!("{code:?}").chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_uppercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_named_as_grpc_names_it() {
        let names = [
            (Code::Unauthenticated, "UNAUTHENTICATED"),
            (Code::PermissionDenied, "PERMISSION_DENIED"),
            (Code::Unavailable, "UNAVAILABLE"),
            (Code::Unimplemented, "UNIMPLEMENTED"),
        ];
        for (code, name) in names {
            assert_eq!(name_of(code), name);
        }
    }
}
