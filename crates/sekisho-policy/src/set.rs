//! From bytes to descriptors.

mod adapted;
mod circle;
mod copies;
mod public_imports;

use std::collections::BTreeSet;
use std::error::Error as _;
use std::fmt;

use prost_reflect::DescriptorPool;
use prost_reflect::prost::{DecodeError, Message as _};
use prost_reflect::prost_types::{FileDescriptorProto, FileDescriptorSet};

use super::{ACCESS_DESCRIPTOR_SET, Fault, FaultKind};
use adapted::Adapted;
use circle::circle;

/// What a fault of a whole set is told of, unless the set has a name.
pub(super) const THE_SET: &str = "the descriptor set";

/// The file with the messages that options are of.
const OPTIONS: &str = "google/protobuf/descriptor.proto";

/// Of files that differ from others, as many are told.
const MOST_FAULTS: usize = 100;

/// The files of a descriptor set.
#[derive(Debug)]
pub(super) struct DecodedSet {
    pub(super) pool: DescriptorPool,
    /// The files that buf marks as imported, by name.
    pub(super) imported: BTreeSet<String>,
}

/// Why a set cannot be read, where its bytes are in order.
struct Unreadable(String);

impl From<DecodeError> for Unreadable {
    fn from(error: DecodeError) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Sets that were written one after the other, as by `cat`, are one set, in which each has a copy of what it imports. A
/// copy that differs is a fault.
pub(super) fn decode(encoded: &[u8]) -> Result<DecodedSet, Vec<Fault>> {
    let set = decode_files(encoded)?;
    if copies::named_again(&set).next().is_none() {
        return check(encoded, &set);
    }
    let encoded = copies::taken_out(encoded).map_err(|error| vec![undecodable(&error)])?;
    let set = decode_files(&encoded)?;
    let differing: Vec<Fault> =
        copies::named_again(&set).take(MOST_FAULTS).map(|file| fault(file, FaultKind::FilesDiffer)).collect();
    if differing.is_empty() { check(&encoded, &set) } else { Err(differing) }
}

fn decode_files(encoded: &[u8]) -> Result<FileDescriptorSet, Vec<Fault>> {
    FileDescriptorSet::decode(encoded).map_err(|error| vec![undecodable(&error)])
}

/// Syntaxes and circles of imports first: prost-reflect 0.16 panics at a syntax that it does not know, and ends the process at
/// a circle.
fn check(encoded: &[u8], set: &FileDescriptorSet) -> Result<DecodedSet, Vec<Fault>> {
    let faults: Vec<Fault> = set.file.iter().filter(|file| !is_known(file)).map(unknown_syntax).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    if let Some(file) = circle(&set.file) {
        return Err(vec![fault(file, FaultKind::ImportCircle)]);
    }
    let adapted = Adapted::from_encoded(encoded).map_err(|error| vec![undecodable(&error)])?;
    let pool = with_options_of_ours(set, &adapted.encoded);
    let pool = pool.map_or_else(|| DescriptorPool::decode(adapted.encoded.as_ref()), Ok);
    let pool = pool.map_err(|error| match error.source() {
        // Its text does not say what is wrong with the bytes.
        Some(cause) => vec![undecodable(&format!("{error}: {cause}"))],
        None => vec![undecodable(&error)],
    });
    Ok(DecodedSet { pool: pool?, imported: adapted.imported })
}

/// A set that lacks the messages which options are of, with ours. For such a set prost-reflect would take those of
/// `DescriptorPool::global`, with all the well-known types, which are never freed again. `None` where the set has its own,
/// or says that it has, or names that are in the way of ours.
fn with_options_of_ours(set: &FileDescriptorSet, encoded: &[u8]) -> Option<DescriptorPool> {
    let is_options = |file: &FileDescriptorProto| file.name() == OPTIONS;
    let needs_its_own =
        |file: &FileDescriptorProto| is_options(file) || file.dependency.iter().any(|name| name == OPTIONS);
    if set.file.iter().any(needs_its_own) {
        return None;
    }
    let ours = FileDescriptorSet::decode(ACCESS_DESCRIPTOR_SET).ok()?;
    let mut pool = DescriptorPool::new();
    pool.add_file_descriptor_proto(ours.file.into_iter().find(is_options)?).ok()?;
    pool.decode_file_descriptor_set(encoded).ok()?;
    Some(pool)
}

/// What says nothing is proto2.
fn is_known(file: &FileDescriptorProto) -> bool {
    matches!(file.syntax.as_deref(), None | Some("proto2" | "proto3" | adapted::EDITIONS))
}

fn unknown_syntax(file: &FileDescriptorProto) -> Fault {
    fault(file, FaultKind::UnknownSyntax { syntax: file.syntax().to_owned() })
}

fn fault(file: &FileDescriptorProto, kind: FaultKind) -> Fault {
    let name = if file.name().is_empty() { "a file without a name" } else { file.name() };
    Fault { position: None, subject: name.to_owned(), kind }
}

fn undecodable(error: &impl fmt::Display) -> Fault {
    let kind = FaultKind::Undecodable { reason: error.to_string() };
    Fault { position: None, subject: THE_SET.to_owned(), kind }
}
