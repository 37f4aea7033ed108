//! One file of a descriptor set. Its bytes are kept as they came: what is decoded into prost's types loses every option
//! that those do not know.

use std::collections::BTreeMap;

use prost::bytes::Bytes;
use prost::{DecodeError, Message as _};
use prost_types::FileDescriptorProto;

use super::Error;
use super::symbols::Declarations;

pub(super) struct File {
    pub(super) name: String,
    pub(super) imports: Vec<String>,
    /// Those that may be missing (`import option`, editions 2024 and later).
    pub(super) option_imports: Vec<String>,
    pub(super) declarations: Declarations,
    encoded: Bytes,
    parts: Parts,
}

impl File {
    pub(super) fn all_of(set: &[u8]) -> Result<Vec<Self>, Error> {
        let set = Set::decode(Bytes::copy_from_slice(set)).map_err(undecodable)?;
        set.file.into_iter().map(Self::decode).collect()
    }

    fn decode(encoded: Bytes) -> Result<Self, Error> {
        let descriptor = FileDescriptorProto::decode(encoded.clone()).map_err(undecodable)?;
        let parts = Parts::decode(encoded.clone()).map_err(undecodable)?;
        let name = parts.name.clone().ok_or(Error::Unnamed)?;
        Ok(Self {
            name,
            imports: parts.dependency.clone(),
            option_imports: parts.option_dependency.clone(),
            declarations: Declarations::of(&descriptor),
            encoded,
            parts,
        })
    }

    pub(super) fn renamed(self, rename: impl FnOnce(&str) -> String) -> Self {
        let name = rename(&self.name);
        let parts = Parts { name: Some(name.clone()), ..self.parts };
        Self { name, encoded: parts.encode_to_vec().into(), parts, ..self }
    }

    /// The file without the services that are not visible.
    pub(super) fn encoded(&self, is_visible: impl Fn(&str) -> bool) -> Vec<u8> {
        let visible: Vec<bool> = self.declarations.services.iter().map(|name| is_visible(name)).collect();
        if visible.iter().all(|is_visible| *is_visible) {
            return self.encoded.to_vec();
        }
        let services = self.parts.service.iter().zip(&visible);
        let service = services.filter(|(_, is_visible)| **is_visible).map(|(service, _)| service.clone());
        // Comments go by the position of what they are about, and there are some about what is left out.
        let parts = Parts { service: service.collect(), source_code_info: None, ..self.parts.clone() };
        parts.encode_to_vec()
    }

    /// Whether both declare the same. Comments are not compared, nor options of the file, which say how code is
    /// generated: compilers and copies differ in them.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self.parts.compared() == other.parts.compared()
    }

    /// The file with the services of both, where nothing else differs: a set that `sekisho-build` has written is without
    /// the services that its server does not serve, and another server's set has them.
    pub(super) fn with_services_of(&self, other: Self) -> Result<Option<Self>, Error> {
        let (own, others) = (self.services(), other.services());
        let agree = others.iter().all(|(name, other)| own.get(name).is_none_or(|own| own == other));
        if self.parts.without_services() != other.parts.without_services() || !agree {
            return Ok(None);
        }
        if own.keys().all(|name| others.contains_key(name)) {
            return Ok(Some(other));
        }
        let service =
            own.into_iter().chain(others).collect::<BTreeMap<_, _>>().into_values().cloned().collect();
        // As where services are left out, comments are about other positions.
        let parts = Parts { service, source_code_info: None, ..self.parts.clone() };
        Self::decode(parts.encode_to_vec().into()).map(Some)
    }

    fn services(&self) -> BTreeMap<&str, &Bytes> {
        self.declarations.services.iter().map(String::as_str).zip(&self.parts.service).collect()
    }

    pub(super) fn is_longer_than(&self, other: &Self) -> bool {
        self.parts.compared().encoded_len() > other.parts.compared().encoded_len()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed on by `map_err`")]
fn undecodable(error: DecodeError) -> Error {
    Error::Undecodable { reason: error.to_string() }
}

/// `google.protobuf.FileDescriptorSet`, whose files are left as they are.
#[derive(Clone, PartialEq, prost::Message)]
struct Set {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    file: Vec<Bytes>,
}

/// `google.protobuf.FileDescriptorProto`, whose parts are left as they are.
#[derive(Clone, PartialEq, prost::Message)]
struct Parts {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(string, optional, tag = "2")]
    package: Option<String>,
    #[prost(string, repeated, tag = "3")]
    dependency: Vec<String>,
    #[prost(int32, repeated, packed = "false", tag = "10")]
    public_dependency: Vec<i32>,
    #[prost(int32, repeated, packed = "false", tag = "11")]
    weak_dependency: Vec<i32>,
    #[prost(string, repeated, tag = "15")]
    option_dependency: Vec<String>,
    #[prost(bytes = "bytes", repeated, tag = "4")]
    message_type: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "5")]
    enum_type: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "6")]
    service: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "7")]
    extension: Vec<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "8")]
    options: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "9")]
    source_code_info: Option<Bytes>,
    #[prost(string, optional, tag = "12")]
    syntax: Option<String>,
    #[prost(int32, optional, tag = "14")]
    edition: Option<i32>,
}

impl Parts {
    fn compared(&self) -> Self {
        Self { options: None, source_code_info: None, ..self.clone() }
    }

    fn without_services(&self) -> Self {
        Self { service: Vec::new(), ..self.compared() }
    }
}
