//! The tables `[[issuers]]` of the file, which describe several issuers by the names of the flags that describe one.

use std::collections::BTreeSet;

use super::toml_value::{kind_of, take};
use super::{Given, Origin, Sources};
use crate::cli::options::{Kind, Opt, SCOPES_OF, TABLE_NAME, names_in_file, names_in_table};
use crate::cli::values;

/// What the tables are called.
pub(in crate::cli) const TABLES: &str = "issuers";

/// Each issuer has keys, a task that fetches them and memory of its own.
const MOST: usize = 32;

/// What the file has of them.
#[derive(Default)]
pub(super) struct Tables {
    /// Whether it has any, be they in order or not.
    are_there: bool,
    all: Vec<Table>,
    /// Which one is judged now.
    judged: Option<usize>,
}

struct Table {
    /// `issuers[2] "keycloak"`
    place: String,
    values: toml::Table,
    /// Names of values that are there and cannot be read.
    unread: BTreeSet<&'static str>,
}

impl Sources<'_> {
    /// Whether the file describes its issuers by tables.
    pub(in crate::cli) fn has_tables(&self) -> bool {
        self.tables.are_there
    }

    /// Whether a file that cannot be read may have had some.
    pub(in crate::cli) fn may_have_tables(&self) -> bool {
        self.has_tables() || self.has_unread_file
    }

    pub(in crate::cli) fn number_of_tables(&self) -> usize {
        self.tables.all.len()
    }

    /// The tables as a whole, as a fault names them.
    pub(in crate::cli) fn tables_origin(&self) -> Origin {
        Origin::File(TABLES, self.file.0.clone())
    }

    /// The file that may have them.
    pub(in crate::cli) fn file(&self) -> &str {
        &self.file.0
    }

    /// Which one is judged from here on, if any.
    pub(in crate::cli) fn judge_table(&mut self, index: Option<usize>) {
        self.tables.judged = index;
    }

    /// A table as a fault names it: counted from 1, with its name if it has one.
    pub(in crate::cli) fn place_of_table(&self, index: usize) -> &str {
        self.tables.all.get(index).map_or(TABLES, |table| &table.place)
    }

    pub(super) fn is_of_table(&self, option: &Opt) -> bool {
        option.in_table && self.tables.judged.is_some()
    }

    pub(super) fn is_unread_in_table(&self, option: &Opt) -> bool {
        self.judged().is_some_and(|table| table.unread.contains(option.name))
    }

    pub(super) fn origin_in_table(&self, name: &str) -> Origin {
        let place = self.judged().map(|table| table.place.clone()).unwrap_or_default();
        Origin::Table { place, name: name.to_owned(), file: self.file.0.clone() }
    }

    pub(super) fn by_table(&mut self, option: &'static Opt) -> Option<Given> {
        let origin = self.origin_in_table(option.name);
        let table = self.judged_mut()?;
        match take(&mut table.values, option.name, option.kind)? {
            Ok(texts) => Some(Given { texts, origin }),
            Err(reason) => {
                table.unread.insert(option.name);
                self.faults.push(format!("{origin}: {reason}"));
                None
            }
        }
    }

    /// The subjects that the judged table names, with what it says of each.
    pub(in crate::cli) fn scopes_of_subjects(&mut self) -> Vec<(String, Given)> {
        let value = self.judged_mut().and_then(|table| table.values.get(SCOPES_OF).cloned());
        match value {
            None => Vec::new(),
            Some(toml::Value::Table(subjects)) => self.scopes_of_each(subjects),
            Some(other) => {
                let (origin, found) = (self.origin_in_table(SCOPES_OF), kind_of(&other));
                self.faults.push(format!(
                    "{origin}: expected a table of subjects, each with an array of scopes, found {found}"
                ));
                Vec::new()
            }
        }
    }

    fn scopes_of_each(&mut self, mut subjects: toml::Table) -> Vec<(String, Given)> {
        let mut given = Vec::new();
        for subject in subjects.keys().cloned().collect::<Vec<_>>() {
            let origin = self.origin_in_table(&format!("{SCOPES_OF}.{subject:?}"));
            match take(&mut subjects, &subject, Kind::List) {
                Some(Ok(texts)) => given.push((subject, Given { texts, origin })),
                Some(Err(reason)) => self.faults.push(format!("{origin}: {reason}")),
                None => {}
            }
        }
        given
    }

    fn judged(&self) -> Option<&Table> {
        self.tables.all.get(self.tables.judged?)
    }

    fn judged_mut(&mut self) -> Option<&mut Table> {
        self.tables.all.get_mut(self.tables.judged?)
    }
}

impl Sources<'_> {
    /// Judges how many there are, and their names; whoever needs an issuer judges the values.
    pub(super) fn read_tables(&mut self, value: Option<toml::Value>) {
        let Some(value) = value else { return };
        self.tables.are_there = true;
        match tables(value) {
            Ok(values) => {
                let tables = values.into_iter().zip(1..).map(|(values, number)| self.table(values, number));
                let tables = tables.collect();
                self.tables.all = tables;
            }
            Err(reason) => self.faults.push(format!("{}: {reason}", self.tables_origin())),
        }
    }

    fn table(&mut self, values: toml::Table, number: usize) -> Table {
        let name = values.get(TABLE_NAME.name).and_then(toml::Value::as_str);
        let name = name.filter(|name| values::issuer_label(name).is_ok());
        let place =
            format!("{TABLES}[{number}]{}", name.map(|name| format!(" {name:?}")).unwrap_or_default());
        let (known, outside) = (names_in_table(), names_in_file());
        for name in values.keys().filter(|name| !known.contains(&name.as_str())) {
            let reason = if outside.contains(&name.as_str()) {
                "it holds for all issuers, and stands in front of the first table"
            } else {
                "there is no option of that name"
            };
            self.faults.push(format!("{place}: {name:?} in {}: {reason}", self.file.0));
        }
        Table { place, values, unread: BTreeSet::new() }
    }
}

fn tables(value: toml::Value) -> Result<Vec<toml::Table>, String> {
    const EXPECTED: &str = "expected tables, each under a line [[issuers]]";
    let toml::Value::Array(items) = value else {
        return Err(format!("{EXPECTED}, found {}", kind_of(&value)));
    };
    match items.len() {
        0 => return Err("it names nothing".to_owned()),
        count if count > MOST => {
            return Err(format!("{count} issuers are too many; at most {MOST} can be trusted"));
        }
        _ => {}
    }
    let tables = items.into_iter().map(|item| match item {
        toml::Value::Table(table) => Ok(table),
        other => Err(format!("{EXPECTED}, found {}", kind_of(&other))),
    });
    tables.collect()
}
