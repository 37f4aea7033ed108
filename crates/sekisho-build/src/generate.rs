//! Code generation, by the way that `tonic_prost_build::Builder::compile_protos` goes: it is given a descriptor set in
//! place of a run of protoc, and does all the rest. (`compile_fds` leaves out some of the builder's settings.)

use std::fs;
use std::path::{Path, PathBuf};

use tonic_prost_build::{Builder, Config};

use super::Error;

/// Settings of code generation that can be followed.
pub(super) struct Generator {
    builder: Builder,
    config: Config,
    /// Where the caller wants the complete set to be written to.
    set_path: Option<PathBuf>,
}

impl Generator {
    pub(super) fn new(builder: Builder, config: Config) -> Result<Self, Error> {
        refuse_settings(&format!("{builder:?}"), &format!("{config:?}"))?;
        let set_path = requested_set(&builder)?;
        Ok(Self { builder, config, set_path })
    }

    /// Generates code for all files of a set, as tonic does: those that are imported are among them.
    pub(super) fn generate(mut self, set: &[u8]) -> Result<(), Error> {
        if let Some(path) = self.set_path.take() {
            return self.generate_by(&path, set);
        }
        let directory = tempfile::tempdir().map_err(Error::Generate)?;
        self.generate_by(&directory.path().join("set.binpb"), set)
    }

    fn generate_by(self, path: &Path, set: &[u8]) -> Result<(), Error> {
        fs::write(path, set).map_err(|error| Error::Write { path: path.to_owned(), error })?;
        let builder = self.builder.file_descriptor_set_path(path).skip_protoc_run();
        builder.compile_with_config::<&str>(self.config, &[], &[]).map_err(Error::Generate)
    }
}

/// Settings that mean another set than the one that is compiled here.
fn refuse_settings(builder: &str, config: &str) -> Result<(), Error> {
    if builder.contains("skip_protoc_run: true") {
        let instead =
            "skip_protoc_run: call `compile_descriptor_set` of sekisho-build with the path of the set";
        return Err(Error::Setting(instead.to_owned()));
    }
    if !config.contains("file_descriptor_set_path: None") {
        let instead = "file_descriptor_set_path of a prost_build::Config: give it to tonic's builder";
        return Err(Error::Setting(instead.to_owned()));
    }
    Ok(())
}

/// The path that the caller has given the builder, which tells it by its `Debug` alone. That what was
/// read is what was meant is proved by giving it to the builder: nothing may change.
fn requested_set(builder: &Builder) -> Result<Option<PathBuf>, Error> {
    let text = format!("{builder:?}");
    // Before this field there are only `bool`s, so that the first place is the right one.
    let Some((_, rest)) = text.split_once("file_descriptor_set_path: ") else { return Err(unreadable()) };
    if rest.starts_with("None") {
        return Ok(None);
    }
    let path = rest.strip_prefix("Some(\"").and_then(quoted).map(PathBuf::from).ok_or_else(unreadable)?;
    let is_proved = format!("{:?}", builder.clone().file_descriptor_set_path(&path)) == text;
    if is_proved { Ok(Some(path)) } else { Err(unreadable()) }
}

fn unreadable() -> Error {
    let instead = "file_descriptor_set_path: the path has characters that are not plain text; name another, \
                   or use the set that sekisho-build writes (`descriptor_set_name`)";
    Error::Setting(instead.to_owned())
}

/// What stands before the closing quote.
fn quoted(text: &str) -> Option<String> {
    let mut unquoted = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some(unquoted),
            '\\' => unquoted.push(characters.next()?),
            character => unquoted.push(character),
        }
    }
}
