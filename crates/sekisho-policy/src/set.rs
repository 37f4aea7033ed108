//! From bytes to descriptors.

use std::fmt;

use prost_reflect::DescriptorPool;
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::{FileDescriptorProto, FileDescriptorSet};

use super::{Fault, FaultKind};

/// Syntaxes first: prost-reflect 0.16 panics at one that it does not know.
pub(super) fn decode(encoded: &[u8]) -> Result<DescriptorPool, Vec<Fault>> {
    let set = FileDescriptorSet::decode(encoded).map_err(|error| vec![undecodable(&error)])?;
    // What says nothing is proto2.
    let is_known =
        |file: &FileDescriptorProto| matches!(file.syntax.as_deref(), None | Some("proto2" | "proto3"));
    let unknown = set.file.iter().filter(|file| !is_known(file));
    let faults: Vec<Fault> = unknown.map(unknown_syntax).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    DescriptorPool::decode(encoded).map_err(|error| vec![undecodable(&error)])
}

fn unknown_syntax(file: &FileDescriptorProto) -> Fault {
    let kind = FaultKind::UnknownSyntax { syntax: file.syntax().to_owned() };
    Fault { position: None, subject: file.name().to_owned(), kind }
}

fn undecodable(error: &impl fmt::Display) -> Fault {
    let kind = FaultKind::Undecodable { reason: error.to_string() };
    Fault { position: None, subject: "the descriptor set".to_owned(), kind }
}
