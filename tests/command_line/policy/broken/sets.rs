//! The program's own descriptor set, changed byte by byte, and sets that are made.

use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, encode_key, encode_varint, skip_field};
use sekisho_server::services::DESCRIPTOR_SET;

/// `google.protobuf.FileDescriptorSet`.
#[derive(Clone, PartialEq, Message)]
struct Set {
    #[prost(bytes = "vec", repeated, tag = "1")]
    files: Vec<Vec<u8>>,
}

/// The fields of a file, each with its number and all of its bytes.
type Fields = Vec<(u32, Vec<u8>)>;

#[derive(Clone)]
pub(super) struct Files(Vec<Fields>);

// Fields of `google.protobuf.FileDescriptorProto`.
const NAME: u32 = 1;
const IMPORT: u32 = 3;
const SERVICE: u32 = 6;
const POSITIONS: u32 = 9;
const SYNTAX: u32 = 12;
const EDITION: u32 = 14;

impl Files {
    pub(super) fn own() -> Self {
        let set = Set::decode(DESCRIPTOR_SET).expect("a set");
        Self(set.files.iter().map(|file| fields(file)).collect())
    }

    pub(super) fn encoded(&self) -> Vec<u8> {
        let join = |fields: &Fields| fields.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        Set { files: self.0.iter().map(join).collect() }.encode_to_vec()
    }

    pub(super) fn without(&self, name: &str) -> Self {
        let mut files = self.clone();
        files.0.retain(|file| !is_named(file, name));
        assert!(files.0.len() < self.0.len(), "there is no {name}");
        files
    }

    /// Once more, with another service.
    pub(super) fn with_a_twin(&self, name: &str) -> Self {
        let twin = self.with_service(name, "Twin").0.into_iter().filter(|file| is_named(file, name));
        Self(self.0.iter().cloned().chain(twin).collect())
    }

    pub(super) fn with_import(&self, name: &str, import: &str) -> Self {
        self.with(name, (IMPORT, text(IMPORT, import.as_bytes())))
    }

    /// With a service that has a method.
    pub(super) fn with_service(&self, name: &str, service: &str) -> Self {
        let service =
            [text(1, service.as_bytes()), text(2, &method("M", ".api1.v1.GetStatusRequest", None))].concat();
        self.with(name, (SERVICE, text(SERVICE, &service)))
    }

    fn with(&self, name: &str, field: (u32, Vec<u8>)) -> Self {
        let mut files = self.clone();
        files.0.iter_mut().find(|file| is_named(file, name)).expect("a file").push(field);
        files
    }

    pub(super) fn without_positions(&self) -> Self {
        let mut files = self.clone();
        files.0.iter_mut().for_each(|file| file.retain(|(number, _)| *number != POSITIONS));
        files
    }

    pub(super) fn of_edition_2023(&self) -> Self {
        let mut files = self.clone();
        for file in &mut files.0 {
            file.retain(|(number, _)| *number != SYNTAX);
            file.push((SYNTAX, text(SYNTAX, b"editions")));
            let mut edition = Vec::new();
            encode_key(EDITION, WireType::Varint, &mut edition);
            encode_varint(1000, &mut edition);
            file.push((EDITION, edition));
        }
        files
    }

    pub(super) fn reversed(&self) -> Self {
        Self(self.0.iter().rev().cloned().collect())
    }
}

fn fields(file: &[u8]) -> Fields {
    let mut rest = file;
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let whole = rest;
        let (number, wire_type) = decode_key(&mut rest).expect("a key");
        skip_field(wire_type, number, &mut rest, DecodeContext::default()).expect("a field");
        fields.push((number, whole[..whole.len() - rest.len()].to_vec()));
    }
    fields
}

fn is_named(file: &Fields, name: &str) -> bool {
    file.contains(&(NAME, text(NAME, name.as_bytes())))
}

/// A field of bytes, a text, or a message.
fn text(number: u32, contents: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_key(number, WireType::LengthDelimited, &mut bytes);
    encode_varint(contents.len() as u64, &mut bytes);
    bytes.extend_from_slice(contents);
    bytes
}

fn method(name: &str, message: &str, scope: Option<&str>) -> Vec<u8> {
    let access = scope.map(|scope| text(4, &text(57205, &text(3, scope.as_bytes()))));
    let types = [text(2, message.as_bytes()), text(3, message.as_bytes())].concat();
    [text(1, name.as_bytes()), types, access.unwrap_or_default()].concat()
}

/// So many methods, in services of 40, each with a scope, beside the files of the option.
pub(super) fn made(methods: usize) -> Vec<u8> {
    let message = text(4, &text(1, b"M"));
    let head =
        [text(NAME, b"made.proto"), text(2, b"made.v1"), text(IMPORT, b"sekisho/v1/access.proto"), message];
    let numbers: Vec<usize> = (0..methods).collect();
    let services = numbers.chunks(40).enumerate().map(|(service, numbers)| {
        let methods = numbers.iter().map(|number| {
            text(2, &method(&format!("M{number}"), ".made.v1.M", Some(&format!("s{service}:{number}"))))
        });
        let body: Vec<u8> = methods.flatten().collect();
        text(SERVICE, &[text(1, format!("S{service}").as_bytes()), body].concat())
    });
    let file: Vec<u8> = head.into_iter().chain(services).chain([text(SYNTAX, b"proto3")]).flatten().collect();
    let mut files = Files::own();
    files.0.retain(|file| !file.iter().any(|(number, _)| *number == SERVICE));
    files.0.push(fields(&file));
    files.encoded()
}

/// A file whose message has a message, and so on.
pub(super) fn nested(depth: usize) -> Vec<u8> {
    let innermost = text(1, b"M");
    let message = (0..depth).fold(innermost, |inner, _| [text(1, b"M"), text(3, &inner)].concat());
    text(1, &[text(NAME, b"nested.proto"), text(4, &message)].concat())
}
