//! `access.lock` and `access.ack`: where they are, what stands in them, and how they are written.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches};

use super::base_ack::BaseAck;

use crate::cli::bounded_file;
use sekisho_policy::ack::Acknowledgements;
use sekisho_policy::lock::{Lock, LockFault};

/// Where they are.
#[derive(Debug)]
pub(in crate::cli::policy) struct Files {
    pub(in crate::cli::policy) lock: PathBuf,
    ack: PathBuf,
    /// Whether it was named, and so has to be there.
    is_ack_named: bool,
}

/// `--lock`.
pub(in crate::cli::policy) fn lock_argument(help: &'static str) -> Arg {
    Arg::new("lock")
        .long("lock")
        .value_name("FILE")
        .help(help)
        .default_value("access.lock")
        .value_parser(clap::value_parser!(PathBuf))
}

/// `--ack`, which has a meaning beside another flag alone.
pub(in crate::cli::policy) fn ack_argument(beside: &'static str) -> Arg {
    Arg::new("ack")
        .long("ack")
        .value_name("FILE")
        .help("Changes that a reviewer has agreed to, a line each: METHOD VERDICT BEFORE..AFTER REASON [default: access.ack beside the lock]")
        .requires(beside)
        .value_parser(clap::value_parser!(PathBuf))
}

/// The lock that stands where one is to be written.
#[derive(Debug)]
pub(in crate::cli::policy) enum Standing {
    /// There is none.
    None,
    /// This one.
    Lock { text: String, lock: Lock },
    /// One that cannot be read, and may be written over: it has faults that only the protos can resolve.
    Faulty { text: String, faults: Vec<String> },
}

/// The file of acknowledgements.
#[derive(Debug)]
pub(in crate::cli::policy) struct Acknowledged {
    pub(in crate::cli::policy) text: String,
    pub(in crate::cli::policy) lines: Acknowledgements,
    /// The base's file, as it was named, where there is one.
    pub(in crate::cli::policy) base: Option<String>,
}

impl Files {
    pub(in crate::cli::policy) fn by(flags: &ArgMatches) -> Self {
        let lock: PathBuf = flags.get_one("lock").cloned().unwrap_or_default();
        let named = flags.get_one::<PathBuf>("ack").cloned();
        let is_ack_named = named.is_some();
        let ack = named.unwrap_or_else(|| lock.with_file_name("access.ack"));
        Self { lock, ack, is_ack_named }
    }

    /// The lock, and its text.
    ///
    /// # Errors
    /// All that is wrong with it. One that is not there cannot be judged.
    pub(in crate::cli::policy) fn read_lock(&self) -> Result<(String, Lock), Vec<String>> {
        let bytes = read(&self.lock, Lock::MAX_SIZE).map_err(|fault| {
            vec![format!("{fault}; write it by `sekisho policy lock` with the same files")]
        })?;
        parse_text(&self.lock, bytes)
    }

    /// What stands where the lock is to be written.
    ///
    /// # Errors
    /// It is no lock, or one of a later version: it is not written over.
    pub(in crate::cli::policy) fn standing(&self) -> Result<Standing, Vec<String>> {
        let path = self.lock.display();
        match std::fs::metadata(&self.lock) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Standing::None),
            Ok(found) if !found.is_file() => {
                return Err(vec![format!("{path}: it is no regular file; `--lock -` prints the lock")]);
            }
            _ => {}
        }
        let bytes = read(&self.lock, Lock::MAX_SIZE).map_err(|fault| vec![fault])?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Standing::None);
        }
        if !Lock::is_one(&bytes) {
            return Err(vec![format!(
                "{path}: it is no lock, and is not written over; name another file by --lock"
            )]);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match Lock::parse(&text) {
            Ok(lock) => Ok(Standing::Lock { text, lock }),
            Err(error) => {
                let is_later = |kind: &LockFault| matches!(kind, LockFault::Version { .. });
                let faults = faults_of(&self.lock, &error);
                let is_kept = error.faults().iter().any(|fault| is_later(&fault.kind));
                if is_kept { Err(faults) } else { Ok(Standing::Faulty { text, faults }) }
            }
        }
    }

    /// What a reviewer has agreed to, and what of it the base that the flags name has already.
    ///
    /// # Errors
    /// All that is wrong with either file.
    pub(in crate::cli::policy) fn read_ack(&self, flags: &ArgMatches) -> Result<Acknowledged, Vec<String>> {
        match (self.read_own_ack(), BaseAck::by(flags, &self.ack)) {
            (Ok((text, lines)), Ok(Some(base))) => {
                Ok(Acknowledged { text, lines: base.since(lines), base: Some(base.name) })
            }
            (Ok((text, lines)), Ok(None)) => Ok(Acknowledged { text, lines, base: None }),
            (own, base) => Err(own.err().into_iter().flatten().chain(base.err()).collect()),
        }
    }

    /// One that is not there has no line, unless it was named.
    fn read_own_ack(&self) -> Result<(String, Acknowledgements), Vec<String>> {
        if !self.is_ack_named && !self.ack.exists() {
            return Ok((String::new(), Acknowledgements::default()));
        }
        let bytes = read(&self.ack, Acknowledgements::MAX_SIZE).map_err(|fault| vec![fault])?;
        let text = text(&self.ack, bytes).map_err(|fault| vec![fault])?;
        let lines = Acknowledgements::parse(&text).map_err(|error| faults_of(&self.ack, &error))?;
        Ok((text, lines))
    }

    /// Where the acknowledgements are.
    pub(in crate::cli::policy) fn ack(&self) -> &Path {
        &self.ack
    }
}

/// The bytes of a file.
pub(super) fn read(path: &Path, largest: usize) -> Result<Vec<u8>, String> {
    let largest = u64::try_from(largest).unwrap_or(u64::MAX);
    bounded_file::read_up_to(path, largest).map_err(|error| format!("{}: {error}", path.display()))
}

pub(super) fn parse_lock(path: &Path, bytes: Vec<u8>) -> Result<Lock, Vec<String>> {
    parse_text(path, bytes).map(|(_, lock)| lock)
}

fn parse_text(path: &Path, bytes: Vec<u8>) -> Result<(String, Lock), Vec<String>> {
    let text = text(path, bytes).map_err(|fault| vec![fault])?;
    let lock = Lock::parse(&text).map_err(|error| faults_of(path, &error))?;
    Ok((text, lock))
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| format!("{}: it is not valid UTF-8", path.display()))
}

/// Each with the file that it is in; of many the first, and how many more there are. An error has a line for each.
fn faults_of(path: &Path, error: &impl ToString) -> Vec<String> {
    error.to_string().lines().map(|fault| format!("{}: {fault}", path.display())).collect()
}
