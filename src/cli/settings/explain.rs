//! `sekisho policy explain`: by what a call is judged, as a server would be configured.

use crate::cli::judge::Judge;
use crate::cli::options as option;
use crate::cli::values;
use crate::config::TrustedIssuer;
use crate::server::Reflection;
use sekisho::scope::ScopePrefix;

/// By what a call is judged, besides the policy.
#[derive(Debug, Clone)]
pub(in crate::cli) struct JudgedBy {
    /// Whose tokens are accepted. None where no token was sent that somebody issued.
    pub(in crate::cli) issuers: Vec<TrustedIssuer>,
    /// What the first issuer writes before the names of scopes.
    pub(in crate::cli) scope_prefix: ScopePrefix,
    /// How long the `authorization` entry may be, in bytes.
    pub(in crate::cli) max_token_size: usize,
    /// Whether every method only reports.
    pub(in crate::cli) report_only: bool,
    /// Who may ask this program's server what it serves.
    pub(in crate::cli) reflection: Reflection,
}

impl Judge<'_> {
    /// By what tokens of configured issuers are judged; of no issuer where there is no token of any.
    pub(in crate::cli) fn judged_by(&mut self, has_token: bool) -> Option<JudgedBy> {
        let max_token_size = self.with_default(&option::MAX_TOKEN_SIZE, 0, values::token_size);
        let report_only = self.optional(&option::DANGEROUS_REPORT_ONLY, values::switch).unwrap_or_default();
        let reflection = self.with_default(&option::REFLECTION, Reflection::Off, values::reflection);
        // It changes no verdict, and is judged as any other value.
        self.with_default(&option::REMEMBER_TOKENS, 0, values::remembered_tokens);
        let (issuers, scope_prefix) = if has_token {
            let issuers = self.issuers(false)?;
            let prefix = issuers.first().map(|first| first.token.scope_prefix.clone());
            (issuers, prefix.unwrap_or_default())
        } else {
            (Vec::new(), self.first_scope_prefix())
        };
        Some(JudgedBy { issuers, scope_prefix, max_token_size, report_only, reflection })
    }

    fn first_scope_prefix(&mut self) -> ScopePrefix {
        let prefix = |judge: &mut Self| judge.token_rules(String::new()).scope_prefix;
        if !self.sources.has_tables() {
            return prefix(self);
        }
        self.refuse_beside_tables();
        self.in_table(0, prefix)
    }
}
