//! A descriptor set as prost-reflect 0.16 can read it. The policy is read from services and their options alone, which
//! no change that is made here touches.
//!
//! - A file of an edition is read as proto2, whose fields may be whatever an edition's may be.
//! - `import public` counts through any number of files. prost-reflect follows the first alone, and takes time by the power
//!   of two where many files import each other publicly. So each file is given what it sees as imports of its own, and no
//!   import is public.

use std::borrow::Cow;
use std::collections::BTreeSet;

use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, UnknownField, Value};

use super::Unreadable;
use super::public_imports::PublicImports;

/// The `syntax` of a file of an edition.
pub(super) const EDITIONS: &str = "editions";

/// The field that buf adds to `FileDescriptorProto`: `buf.alpha.image.v1.ImageFileExtension`, `bool is_import = 1`.
const BUF_EXTENSION: u32 = 8042;

/// An encoded set, changed where it had to be.
pub(super) struct Adapted<'a> {
    pub(super) encoded: Cow<'a, [u8]>,
    /// The files that buf marks as imported, by name.
    pub(super) imported: BTreeSet<String>,
}

impl<'a> Adapted<'a> {
    pub(super) fn from_encoded(encoded: &'a [u8]) -> Result<Self, Unreadable> {
        // Of all messages this one alone keeps what it has no field for, options and buf's field among it.
        let mut set = DynamicMessage::decode(set_descriptor(), encoded)?;
        let imported = files(&set).filter(|file| is_import(file)).map(|file| text(file, "name")).collect();
        let mut public = PublicImports::of(&set);
        let mut changed = false;
        for file in files_mut(&mut set) {
            changed |= read_edition_as_proto2(file);
            changed |= public.make_own(file)?;
        }
        let encoded = if changed { Cow::Owned(set.encode_to_vec()) } else { Cow::Borrowed(encoded) };
        Ok(Self { encoded, imported })
    }
}

/// `google.protobuf.FileDescriptorSet`, with the fields alone that are read or changed here.
fn set_descriptor() -> MessageDescriptor {
    let files = FieldDescriptorProto {
        type_name: Some(".File".to_owned()),
        ..field("file", 1, Label::Repeated, Type::Message)
    };
    let file = [
        field("name", 1, Label::Optional, Type::String),
        field("dependency", 3, Label::Repeated, Type::String),
        field("public_dependency", 10, Label::Repeated, Type::Int32),
        field("syntax", 12, Label::Optional, Type::String),
    ];
    first_of([message("Set", [files]), message("File", file)])
}

/// The first of these messages, in a pool of its own. `DescriptorPool::global` would bring all the well-known types, which
/// are never freed again.
#[expect(clippy::expect_used, reason = "the messages are written here")]
pub(super) fn first_of(messages: impl Into<Vec<DescriptorProto>>) -> MessageDescriptor {
    let proto = FileDescriptorProto {
        name: Some("set.proto".to_owned()),
        message_type: messages.into(),
        ..FileDescriptorProto::default()
    };
    let mut pool = DescriptorPool::new();
    pool.add_file_descriptor_proto(proto).expect("a file without a fault");
    pool.all_messages().next().expect("the file's first message")
}

pub(super) fn message(name: &str, fields: impl Into<Vec<FieldDescriptorProto>>) -> DescriptorProto {
    DescriptorProto { name: Some(name.to_owned()), field: fields.into(), ..DescriptorProto::default() }
}

pub(super) fn field(name: &str, number: i32, label: Label, kind: Type) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(label.into()),
        r#type: Some(kind.into()),
        ..FieldDescriptorProto::default()
    }
}

fn is_import(file: &DynamicMessage) -> bool {
    file.unknown_fields().filter(|field| field.number() == BUF_EXTENSION).any(says_is_import)
}

/// Its first field is what `google.protobuf.BoolValue` has, which is prost's `bool`.
fn says_is_import(extension: &UnknownField) -> bool {
    let mut bytes = Vec::new();
    extension.encode(&mut bytes);
    let mut message = bytes.as_slice();
    let Ok((_, wire_type)) = prost_reflect::prost::encoding::decode_key(&mut message) else { return false };
    wire_type == prost_reflect::prost::encoding::WireType::LengthDelimited
        && bool::decode_length_delimited(message).unwrap_or(false)
}

fn read_edition_as_proto2(file: &mut DynamicMessage) -> bool {
    let is_edition = text(file, "syntax") == EDITIONS;
    if is_edition {
        file.set_field_by_name("syntax", Value::String("proto2".to_owned()));
    }
    is_edition
}

pub(super) fn files(set: &DynamicMessage) -> impl Iterator<Item = &DynamicMessage> {
    let files = set.fields().filter(|(field, _)| field.name() == "file");
    files.flat_map(|(_, files)| files.as_list().unwrap_or_default()).filter_map(Value::as_message)
}

fn files_mut(set: &mut DynamicMessage) -> impl Iterator<Item = &mut DynamicMessage> {
    let files = set.get_field_by_name_mut("file").and_then(Value::as_list_mut);
    files.into_iter().flatten().filter_map(Value::as_message_mut)
}

pub(super) fn text(message: &DynamicMessage, field: &str) -> String {
    message.get_field_by_name(field).and_then(|value| Some(value.as_str()?.to_owned())).unwrap_or_default()
}

pub(super) fn list(message: &DynamicMessage, field: &str) -> Vec<Value> {
    message.get_field_by_name(field).and_then(|value| Some(value.as_list()?.to_vec())).unwrap_or_default()
}
