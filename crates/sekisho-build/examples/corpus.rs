//! Compiles the same protos with plain tonic, which runs protoc, and with the build helper, and compares what they write.
//!
//! ```text
//! cargo run --release -p sekisho-build --example corpus -- DIRECTORY [STEP]
//! ```
//!
//! All `.proto` files below DIRECTORY are compiled, a directory at a time; with a STEP, only one directory in STEP. Files
//! that import what is not there, and files of an edition, are refused by both. Ends with 1 where the two differ, or where
//! no two agree. What cargo would read goes to stdout, and what has been found to stderr.
#![allow(clippy::print_stderr, reason = "this is a program")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use prost_reflect::prost::Message as _;
use prost_types::FileDescriptorSet;
use sekisho_policy::AccessRule;

/// What was written, by file name.
type Output = BTreeMap<String, Vec<u8>>;

/// How many files came to what.
#[derive(Default)]
struct Tally {
    agreed: usize,
    refused_by_both: usize,
    refused_by_protoc: usize,
    differing: usize,
    /// Of the files that agreed.
    methods: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { agreed, refused_by_both, refused_by_protoc, differing, methods } = self;
        let files = agreed + refused_by_both + refused_by_protoc + differing;
        write!(
            f,
            "{files} files: {agreed} agreed, with {methods} methods; {refused_by_both} refused by both, \
             {refused_by_protoc} by protoc alone; {differing} differing"
        )
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().ok_or("usage: corpus DIRECTORY [STEP]")?);
    let step: usize = arguments.next().map_or(Ok(1), |step| step.parse())?;
    // What the code generator panics with is told with the file.
    std::panic::set_hook(Box::new(|_| {}));
    let mut directories = BTreeMap::new();
    collect(&root, &mut directories)?;
    let mut tally = Tally::default();
    for files in directories.values().step_by(step.max(1)) {
        tally.compare(&root, files)?;
    }
    eprintln!("{tally}");
    Ok(if tally.differing == 0 && tally.agreed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The protos of each directory.
fn collect(directory: &Path, found: &mut BTreeMap<PathBuf, Vec<PathBuf>>) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            found.entry(directory.to_owned()).or_default().push(path);
        }
    }
    for files in found.values_mut() {
        files.sort();
    }
    Ok(())
}

impl Tally {
    /// Files that only one way compiles, or neither, are tried one by one.
    fn compare(&mut self, root: &Path, files: &[PathBuf]) -> std::io::Result<()> {
        let by_tonic = Scratch::new()?;
        let by_sekisho = Scratch::new()?;
        let tonic = by_tonic.compile_plainly(root, files);
        let rules = tonic.as_ref().map_or_else(|_| Vec::new(), |()| by_tonic.methods(root, files));
        let sekisho = by_sekisho.compile(root, files, &rules);
        match (tonic, sekisho) {
            (Ok(()), Ok(())) => {
                self.methods += rules.len();
                self.count(files, &differences(&by_tonic.output()?, &by_sekisho.output()?, rules.len()));
            }
            _ if files.len() > 1 => {
                for file in files {
                    self.compare(root, std::slice::from_ref(file))?;
                }
            }
            (Err(_), Err(_)) => self.refused_by_both += 1,
            // An older protoc than a file is for.
            (Err(error), Ok(())) => {
                self.refused_by_protoc += 1;
                eprintln!("{}: {error}", files[0].display());
            }
            (Ok(()), Err(error)) => self.count(files, &[error]),
        }
        Ok(())
    }

    fn count(&mut self, files: &[PathBuf], differences: &[String]) {
        if differences.is_empty() {
            self.agreed += files.len();
            return;
        }
        self.differing += files.len();
        eprintln!("{} files from {}:\n    {}", files.len(), files[0].display(), differences.join("\n    "));
    }
}

/// An output directory.
struct Scratch(tempfile::TempDir);

const TONIC_SET: &str = "tonic_set";
const SEKISHO_SET: &str = "sekisho_descriptor_set.bin";

impl Scratch {
    fn new() -> std::io::Result<Self> {
        tempfile::tempdir().map(Self)
    }

    fn compile_plainly(&self, root: &Path, files: &[PathBuf]) -> Result<(), String> {
        let builder = tonic_prost_build::configure().out_dir(self.0.path());
        let builder = builder.file_descriptor_set_path(self.0.path().join(TONIC_SET));
        told(|| builder.compile_protos(files, &[root.to_owned()]))
    }

    fn compile(&self, root: &Path, files: &[PathBuf], rules: &[String]) -> Result<(), String> {
        let mut builder = sekisho_build::configure().out_dir(self.0.path());
        for method in rules {
            builder = builder.rule(method, AccessRule::Authenticated);
        }
        told(|| builder.compile(files, &[root]))
    }

    /// The methods of these files, without those of the files that they import.
    fn methods(&self, root: &Path, files: &[PathBuf]) -> Vec<String> {
        let set = fs::read(self.0.path().join(TONIC_SET)).unwrap_or_default();
        let set = FileDescriptorSet::decode(set.as_slice()).unwrap_or_default();
        let names: Vec<_> = files.iter().filter_map(|file| file.strip_prefix(root).ok()?.to_str()).collect();
        let asked_for = set.file.iter().filter(|file| names.contains(&file.name()));
        let services =
            asked_for.flat_map(|file| file.service.iter().map(|service| (file.package(), service)));
        let dot = |package: &str| if package.is_empty() { String::new() } else { format!("{package}.") };
        let methods = services.flat_map(|(package, service)| {
            service.method.iter().map(move |m| format!("{}{}/{}", dot(package), service.name(), m.name()))
        });
        methods.collect()
    }

    fn output(&self) -> std::io::Result<Output> {
        let read = |entry: std::io::Result<fs::DirEntry>| {
            let entry = entry?;
            Ok((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?))
        };
        fs::read_dir(self.0.path())?.map(read).collect()
    }
}

fn told<E: std::fmt::Display>(compile: impl FnOnce() -> Result<(), E>) -> Result<(), String> {
    let panicked = |payload: Box<dyn std::any::Any + Send>| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        format!("panicked: {}", text.or(payload.downcast_ref::<&str>().copied()).unwrap_or_default())
    };
    match catch_unwind(AssertUnwindSafe(compile)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(payload) => Err(panicked(payload)),
    }
}

/// The files that only one of them has or that are not the same, but for the sets; and whether the embedded set has as
/// many methods as there are.
fn differences(tonic: &Output, sekisho: &Output, methods: usize) -> Vec<String> {
    let code = |output: &Output| -> Output {
        let is_code = |name: &String| name != TONIC_SET && name != SEKISHO_SET;
        output.iter().filter(|(name, _)| is_code(name)).map(|(n, c)| (n.clone(), c.clone())).collect()
    };
    let (tonic, code) = (code(tonic), code(sekisho));
    let mut found: Vec<String> = tonic
        .iter()
        .filter(|(name, bytes)| code.get(*name) != Some(*bytes))
        .map(|(name, _)| name.clone())
        .collect();
    found.extend(
        code.keys().filter(|name| !tonic.contains_key(*name)).map(|name| format!("only sekisho: {name}")),
    );
    let embedded = sekisho.get(SEKISHO_SET).map_or(0, |set| count_methods(set));
    if embedded != methods {
        found.push(format!("the embedded set has {embedded} of {methods} methods"));
    }
    found
}

fn count_methods(set: &[u8]) -> usize {
    let set = FileDescriptorSet::decode(set).unwrap_or_default();
    set.file.iter().flat_map(|file| &file.service).map(|service| service.method.len()).sum()
}
