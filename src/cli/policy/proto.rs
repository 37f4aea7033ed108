//! `sekisho policy proto`: the option's own file, for who has no Cargo.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Arg;

use super::report::Report;
use super::{Asked, whole_file};
use crate::cli::bounded_file;
use crate::cli::text::one_line;
use sekisho::policy::{ACCESS_PROTO, ACCESS_PROTO_NAME};

/// How large the file that is there may be: more than any version of it.
const LARGEST: u64 = 1024 * 1024;

pub(super) fn command() -> clap::Command {
    clap::Command::new("proto")
        .about("Print sekisho/v1/access.proto, which declares the option, or write it to a folder of protos")
        .after_help(
            "Examples:\n  sekisho policy proto --out proto    writes proto/sekisho/v1/access.proto, for --include proto, buf or protoc -I proto\n  \
             sekisho policy proto                prints it\n\n\
             A file that is there already is replaced if it is another version of this one, and left alone otherwise (exit code 2).",
        )
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("DIR")
                .help("Write DIR/sekisho/v1/access.proto, with its folders")
                .value_parser(clap::value_parser!(PathBuf)),
        )
}

pub(super) fn run(asked: &Asked<'_>) -> Report {
    let Some(folder) = asked.flags.get_one::<PathBuf>("out") else { return Report::as_asked(ACCESS_PROTO) };
    let path = folder.join(ACCESS_PROTO_NAME);
    match put(&path) {
        Ok(done) => Report::as_asked(format!("{done}: {}\n", one_line(&path.to_string_lossy()))),
        Err(reason) => Report::not_judged(vec![format!("--out: {}: {reason}", path.display())]),
    }
}

/// What was done.
fn put(path: &Path) -> Result<&'static str, String> {
    match standing(path)? {
        Some(text) if text == ACCESS_PROTO.as_bytes() => Ok("Unchanged"),
        Some(text) if is_ours(&text) => write(path, whole_file::write).map(|()| "Replaced"),
        Some(_) => {
            Err("it is there, and is no sekisho/v1/access.proto of Sekisho; nothing is written".to_owned())
        }
        None => write(path, whole_file::write_new).map(|()| "Written"),
    }
}

/// The file that is there. A link to nowhere is something as well.
fn standing(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let is_there = fs::symlink_metadata(path).is_ok();
    match bounded_file::read_up_to(path, LARGEST) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_there => {
            Err("it is a link to a file that is not there; nothing is written".to_owned())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether it is a version of the file that declares the option.
fn is_ours(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let has = |line: &str| text.lines().any(|found| found.trim() == line);
    has("package sekisho.v1;") && has("AccessRule access = 57205;")
}

fn write(path: &Path, write: fn(&Path, &[u8]) -> io::Result<()>) -> Result<(), String> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| write(path, ACCESS_PROTO.as_bytes()))
        .map_err(|error| error.to_string())
}
