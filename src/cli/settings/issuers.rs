//! Whose tokens are accepted: the issuer that flags describe, or those of the file's tables.

use std::collections::BTreeMap;

use super::issuer::Described;
use crate::cli::judge::Judge;
use crate::cli::options as option;
use crate::cli::sources::Origin;
use crate::cli::values;
use crate::config::TrustedIssuer;
use sekisho::scope::ScopeSet;

impl Judge<'_> {
    /// All of them; the page, if there is one, logs in at the first.
    pub(super) fn issuers(&mut self, has_page: bool) -> Option<Vec<TrustedIssuer>> {
        if !self.sources.has_tables() {
            let single = Described { name: None, required: true, has_page };
            return self.trusted_issuer(&single).map(|issuer| vec![issuer]);
        }
        self.refuse_beside_tables();
        let names = self.table_names();
        self.refuse_same_issuers();
        let mut issuers = Vec::new();
        for (index, name) in names.into_iter().enumerate() {
            let has_page = has_page && index == 0;
            issuers.push(self.in_table(index, |table| {
                let required = table.with_default(&option::TABLE_REQUIRED, true, values::switch);
                table.trusted_issuer(&Described { name, required, has_page })
            }));
        }
        issuers.into_iter().collect()
    }

    /// Judges the values of a table, in place of what is given elsewhere.
    pub(super) fn in_table<T>(&mut self, index: usize, judge: impl FnOnce(&mut Self) -> T) -> T {
        self.sources.judge_table(Some(index));
        let judged = judge(self);
        self.sources.judge_table(None);
        judged
    }

    /// The names of the tables. No two are the same; none is where one is at fault.
    pub(super) fn table_names(&mut self) -> Vec<Option<String>> {
        let mut names: Vec<Option<String>> = Vec::new();
        for index in 0..self.sources.number_of_tables() {
            let name =
                self.in_table(index, |table| table.required(&option::TABLE_NAME, values::issuer_label));
            let other = names.iter().position(|other| name.is_some() && *other == name);
            if let Some(other) = other {
                let origin = self.in_table(index, |table| table.sources.called(&option::TABLE_NAME));
                self.fault(format!("{origin}: {} has the same", self.sources.place_of_table(other)));
            }
            names.push(name);
        }
        names
    }

    /// What describes one issuer, and does not say which.
    pub(super) fn refuse_beside_tables(&mut self) {
        let tables = self.sources.file().to_owned();
        for opt in option::OF_ISSUER {
            for origin in self.sources.outside_of_tables(opt) {
                self.fault(format!(
                    "{origin}: the issuers are described by [[issuers]] in {tables}; this belongs into the table of one of them"
                ));
            }
        }
    }

    /// A token is judged by the issuer that it names. Before discovery, a name is known up to its last slash.
    fn refuse_same_issuers(&mut self) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for index in 0..self.sources.number_of_tables() {
            let Some(given) = self.in_table(index, |table| table.sources.get(&option::ISSUER_URL)) else {
                continue;
            };
            let name = given.texts.concat();
            let stem = name.strip_suffix('/').unwrap_or(&name);
            if let Some(other) = seen.get(stem) {
                let other = self.sources.place_of_table(*other);
                self.fault(format!(
                    "{}: it is the issuer of {other} too (a last slash counts for nothing)",
                    given.origin
                ));
            } else {
                seen.insert(stem.to_owned(), index);
            }
        }
    }

    /// The scopes of exact subjects, which a table alone has.
    pub(super) fn scopes_of(&mut self) -> BTreeMap<String, ScopeSet> {
        let mut scopes_of = BTreeMap::new();
        for (subject, given) in self.sources.scopes_of_subjects() {
            if let Err(reason) = values::subject(&subject) {
                self.fault(format!("{}: the subject: {reason}", given.origin));
            }
            if given.texts.is_empty() {
                self.fault(format!("{}: it names no scope", given.origin));
            }
            let scopes = self.judge(&given, values::scope).unwrap_or_default();
            scopes_of.insert(subject, scopes.into_iter().collect());
        }
        scopes_of
    }
}

impl Judge<'_> {
    /// The table of an issuer, by its name.
    pub(super) fn table_called(&mut self, name: &str, origin: &Origin) -> Option<usize> {
        let names = self.table_names();
        if !self.sources.has_tables() {
            if !self.sources.may_have_tables() {
                self.fault(format!(
                    "{origin}: no issuer has a name; expected --config with a file that describes some by [[issuers]]"
                ));
            }
            return None;
        }
        let index = names.iter().position(|known| known.as_deref() == Some(name));
        if index.is_none() && !names.is_empty() {
            let known: Vec<_> = names.into_iter().flatten().collect();
            let (known, file) = (known.join(", "), self.sources.file());
            self.fault(format!("{origin}: {name:?} is the name of no issuer in {file}; there are: {known}"));
        }
        index
    }
}
