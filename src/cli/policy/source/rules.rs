//! `--rules`: rules of methods whose `.proto` has none.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::LARGEST;
use crate::cli::bounded_file;
use sekisho::policy::{DeclaredRule, PolicyBuilder, rules};

/// Each with its method, `package.Service/Method`.
#[derive(Debug, Default)]
pub(in crate::cli::policy) struct Rules(Vec<(String, DeclaredRule)>);

impl Rules {
    /// Those of the files that can be read. What is wrong is added to the faults.
    pub(super) fn read(files: &[PathBuf], faults: &mut Vec<String>) -> Self {
        let mut all = Vec::new();
        for path in files {
            match rules_of(path) {
                Ok(rules) => all.extend(rules),
                Err(found) => {
                    faults.extend(found.iter().map(|fault| format!("--rules {}: {fault}", path.display())));
                }
            }
        }
        Self(all)
    }

    /// Those that the flags name, and what is wrong with them.
    pub(in crate::cli::policy) fn by(flags: &ArgMatches) -> (Self, Vec<String>) {
        let files: Vec<PathBuf> = flags.get_many("rules").into_iter().flatten().cloned().collect();
        let mut faults = Vec::new();
        (Self::read(&files, &mut faults), faults)
    }

    /// The same policy, with the rules of some methods besides.
    pub(in crate::cli::policy) fn add_to(
        &self,
        builder: PolicyBuilder,
        is_meant: impl Fn(&str) -> bool,
    ) -> PolicyBuilder {
        let meant = self.0.iter().filter(|(method, _)| is_meant(method)).cloned();
        meant.fold(builder, |builder, (method, rule)| builder.rule(method, rule))
    }

    /// Whether none is named.
    pub(in crate::cli::policy) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The services that a rule is given for.
    pub(super) fn services(&self) -> Vec<String> {
        let names = self.0.iter().filter_map(|(method, _)| method.rsplit_once('/'));
        let services: BTreeSet<&str> = names.map(|(service, _)| service).collect();
        services.into_iter().map(ToOwned::to_owned).collect()
    }
}

/// The rules of a file.
fn rules_of(path: &Path) -> Result<Vec<(String, DeclaredRule)>, Vec<String>> {
    let told = |fault: &dyn fmt::Display| vec![fault.to_string()];
    let text = bounded_file::read_up_to(path, LARGEST).map_err(|error| told(&error))?;
    let text = String::from_utf8(text).map_err(|_| told(&"it is not valid UTF-8"))?;
    rules::parse(&text).map_err(|error| error.to_string().lines().map(ToOwned::to_owned).collect())
}
