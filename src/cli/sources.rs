//! Where a value comes from: flag over environment over file. Nothing is judged here but the files
//! themselves, and all that is wrong is gathered.

mod of_another;
mod tables;
mod toml_value;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::bounded_file::{self, Reading};
use super::env_file;
use super::options::{CONFIG, ENV_FILE, Kind, Opt, names_in_file, names_of_variables};
use tables::{TABLES, Tables};
use toml_value::{take, toml_fault};

/// What was given for an option, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) texts: Vec<String>,
    pub(super) origin: Origin,
}

/// What a fault names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Flag(&'static str),
    Variable(&'static str),
    VariableInFile(&'static str, String),
    File(&'static str, String),
    /// In a table of the file: which one, and by which name in it.
    Table {
        place: String,
        name: String,
        file: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "--{name}"),
            Self::Variable(name) => f.write_str(name),
            Self::VariableInFile(name, file) | Self::File(name, file) => write!(f, "{name} in {file}"),
            Self::Table { place, name, file } => write!(f, "{place}: {name} in {file}"),
        }
    }
}

/// All three sources.
pub(super) struct Sources<'a> {
    flags: &'a ArgMatches,
    environment: BTreeMap<OsString, OsString>,
    env_file: (String, BTreeMap<&'static str, String>),
    file: (String, toml::Table),
    tables: Tables,
    pub(super) faults: Vec<String>,
    /// Options and variables that are there and cannot be read.
    unread: BTreeSet<&'static str>,
    /// Nobody knows what the file says, or the `.env` file.
    has_unread_file: bool,
    reading: Reading,
    /// Options whose flag is for another server than those that are judged.
    of_another: &'static [&'static Opt],
}

impl<'a> Sources<'a> {
    pub(super) fn read(
        flags: &'a ArgMatches,
        environment: BTreeMap<OsString, OsString>,
        reading: Reading,
    ) -> Self {
        let mut sources = Self {
            flags,
            environment,
            env_file: Default::default(),
            file: Default::default(),
            tables: Tables::default(),
            faults: Vec::new(),
            unread: BTreeSet::new(),
            has_unread_file: false,
            reading,
            of_another: &[],
        };
        if let Some(given) = sources.get(&ENV_FILE) {
            sources.read_env_file(&given);
        }
        // After the .env file, which may name it.
        if let Some(given) = sources.get(&CONFIG) {
            sources.read_file(&given);
        }
        sources
    }

    /// What was given, by the source that counts. While a table is judged, what describes an issuer is given by it alone.
    pub(super) fn get(&mut self, option: &'static Opt) -> Option<Given> {
        if self.is_of_table(option) {
            return self.by_table(option);
        }
        self.by_flag(option).or_else(|| self.by_variable(option)).or_else(|| self.by_file(option))
    }

    /// Whether nobody said anything of it. What is there but cannot be read is not missing as well, nor is what may be
    /// in a file that cannot be read.
    pub(super) fn is_missing(&mut self, option: &'static Opt) -> bool {
        let is_given = self.get(option).is_some();
        if self.is_of_table(option) {
            return !is_given && !self.is_unread_in_table(option);
        }
        let is_unread =
            [Some(option.name), option.variable].iter().flatten().any(|name| self.unread.contains(name));
        !(is_given || is_unread || self.has_unread_file)
    }

    /// By whatever it is given, outside of the tables: each source once.
    pub(super) fn outside_of_tables(&mut self, option: &'static Opt) -> Vec<Origin> {
        // A variable that another server has is not misplaced.
        let by_variable = if self.is_of_another(option) { None } else { self.by_variable(option) };
        let given = [self.by_flag(option), by_variable, self.by_file(option)];
        given.into_iter().flatten().map(|given| given.origin).collect()
    }

    /// What an option is called where nothing was given for it.
    pub(super) fn called(&self, option: &'static Opt) -> String {
        if self.is_of_table(option) {
            return self.origin_in_table(option.name).to_string();
        }
        let variable = option.variable.map(|name| format!(" (or {name})")).unwrap_or_default();
        format!("--{}{variable}", option.name)
    }

    /// Whether the files are read for the first time.
    pub(super) fn reading(&self) -> Reading {
        self.reading
    }

    /// A variable, of the environment or else of the `.env` file. An empty one is unset.
    pub(super) fn variable(&mut self, name: &'static str) -> Option<(String, Origin)> {
        let Some(text) = self.environment.get(OsStr::new(name)).filter(|text| !text.is_empty()) else {
            let text = self.env_file.1.get(name).filter(|text| !text.is_empty())?;
            return Some((text.clone(), Origin::VariableInFile(name, self.env_file.0.clone())));
        };
        let text = text.to_str().map(ToOwned::to_owned);
        if text.is_none() {
            self.faults.push(format!("{name}: it is not valid UTF-8"));
            self.unread.insert(name);
        }
        Some((text?, Origin::Variable(name)))
    }

    /// What was given by flag, whatever the other sources say.
    pub(super) fn by_flag(&self, option: &'static Opt) -> Option<Given> {
        let is_by_flag = self.flags.value_source(option.name) == Some(ValueSource::CommandLine);
        if !is_by_flag || self.is_of_another(option) {
            return None;
        }
        let texts = match option.kind {
            Kind::Switch => vec!["true".to_owned()],
            Kind::Value | Kind::List => self.flags.get_many::<String>(option.name)?.cloned().collect(),
        };
        Some(Given { texts, origin: Origin::Flag(option.name) })
    }

    fn by_variable(&mut self, option: &'static Opt) -> Option<Given> {
        let (text, origin) = self.variable(option.variable?)?;
        let items = |text: &str| {
            text.split(',').map(str::trim).filter(|s| !s.is_empty()).map(ToOwned::to_owned).collect()
        };
        let texts = if option.kind == Kind::List { items(&text) } else { vec![text] };
        Some(Given { texts, origin })
    }

    fn by_file(&mut self, option: &'static Opt) -> Option<Given> {
        let origin = Origin::File(option.name, self.file.0.clone());
        match take(&mut self.file.1, option.name, option.kind)? {
            Ok(texts) => Some(Given { texts, origin }),
            Err(reason) => {
                self.faults.push(format!("{origin}: {reason}"));
                self.unread.insert(option.name);
                None
            }
        }
    }

    fn read_env_file(&mut self, given: &Given) {
        let path = given.texts.concat();
        match self.read_text(&path) {
            Ok(text) => {
                let (variables, faults) = env_file::read(&text, &names_of_variables());
                self.unread.extend(faults.iter().filter_map(|fault| fault.name));
                self.faults
                    .extend(faults.into_iter().map(|fault| format!("{}: {path}: {fault}", given.origin)));
                self.env_file = (path, variables);
            }
            Err(error) => {
                // All that has to be given has a variable, which may be in it.
                self.has_unread_file |= self.may_say_something(&error);
                self.faults.push(format!("{}: {path}: {error}", given.origin));
            }
        }
    }

    fn read_file(&mut self, given: &Given) {
        let path = given.texts.concat();
        let text = match self.read_text(&path) {
            Ok(text) => text,
            Err(error) => {
                self.has_unread_file |= self.may_say_something(&error);
                return self.faults.push(format!("{}: {path}: {error}", given.origin));
            }
        };
        match text.parse::<toml::Table>() {
            Ok(mut table) => {
                let tables = table.remove(TABLES);
                let known = names_in_file();
                for name in table.keys().filter(|name| !known.contains(&name.as_str())) {
                    self.faults.push(format!("{name:?} in {path}: there is no option of that name"));
                }
                self.file = (path, table);
                self.read_tables(tables);
            }
            Err(error) => {
                self.has_unread_file = true;
                self.faults.push(format!("{}: {path}: {}", given.origin, toml_fault(&text, &error)));
            }
        }
    }
}

impl Sources<'_> {
    fn read_text(&self, path: &str) -> io::Result<String> {
        String::from_utf8(bounded_file::read(path, self.reading)?)
            .map_err(|_| io::Error::other("it is not valid UTF-8"))
    }

    /// A file that is not there says nothing, and what is required and not given otherwise is missing as well. One that was
    /// there before is missed by itself.
    fn may_say_something(&self, error: &io::Error) -> bool {
        self.reading == Reading::Again || error.kind() != io::ErrorKind::NotFound
    }
}
