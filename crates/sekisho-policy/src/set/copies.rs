//! Copies of files. A set that is appended to another one is part of it: that is how protobuf merges messages.

use std::collections::HashSet;

use prost_reflect::prost::{DecodeError, Message as _};
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{FileDescriptorProto, FileDescriptorSet};
use prost_reflect::{DynamicMessage, Value};

use super::adapted::{field, first_of, message};

/// The files that have the name of one before them.
pub(super) fn named_again(set: &FileDescriptorSet) -> impl Iterator<Item = &FileDescriptorProto> {
    let mut names = HashSet::new();
    set.file.iter().filter(move |file| !names.insert(file.name()))
}

/// The set without the files that are, to the byte, what one before them is.
pub(super) fn taken_out(encoded: &[u8]) -> Result<Vec<u8>, DecodeError> {
    // Its files are bytes here, so that each stays as it is.
    let descriptor = first_of([message("Set", [field("file", 1, Label::Repeated, Type::Bytes)])]);
    let mut set = DynamicMessage::decode(descriptor, encoded)?;
    let mut seen = HashSet::new();
    if let Some(files) = set.get_field_by_name_mut("file").and_then(Value::as_list_mut) {
        files.retain(|file| file.as_bytes().is_none_or(|file| seen.insert(file.clone())));
    }
    Ok(set.encode_to_vec())
}
