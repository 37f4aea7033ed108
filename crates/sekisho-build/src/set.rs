//! An encoded descriptor set, changed without a loss: of all messages prost-reflect's alone keeps what it has no field
//! for, and the options are among that.

use std::collections::BTreeSet;

use prost_reflect::prost::{DecodeError, Message as _};
use prost_reflect::prost_types::FileDescriptorSet;
use prost_reflect::{DynamicMessage, ReflectMessage as _, Value};

/// The field number of `service` in `FileDescriptorProto`, with which the paths of its source positions begin.
const SERVICE: i32 = 6;

/// The field that buf adds to `FileDescriptorProto`, to say that a file is there only because another imports it.
const BUF_EXTENSION: u32 = 8042;

/// A `google.protobuf.FileDescriptorSet`.
pub(super) struct DescriptorSet(DynamicMessage);

impl DescriptorSet {
    pub(super) fn decode(encoded: &[u8]) -> Result<Self, DecodeError> {
        DynamicMessage::decode(FileDescriptorSet::default().descriptor(), encoded).map(Self)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        self.0.encode_to_vec()
    }

    /// Leaves out every service that has methods and is not named: messages are kept, since others may need them.
    pub(super) fn retain_services(&mut self, names: &BTreeSet<String>) {
        for file in self.files() {
            let package = text(file, "package");
            retain_in_file(file, |service| {
                let name = text(service, "name");
                let name = if package.is_empty() { name } else { format!("{package}.{name}") };
                list(service, "method").is_empty() || names.contains(&name)
            });
        }
    }

    /// Takes buf's mark of imported files away. Once services are chosen, it would hide those that were named and are in
    /// such a file.
    pub(super) fn forget_imported(&mut self) -> Result<(), DecodeError> {
        for file in self.files() {
            let mut kept = Vec::new();
            let unknown = file.take_unknown_fields().filter(|field| field.number() != BUF_EXTENSION);
            unknown.for_each(|field| field.encode(&mut kept));
            file.merge(kept.as_slice())?;
        }
        Ok(())
    }

    /// The files that prost can generate no code for, by name: it knows two syntaxes.
    pub(super) fn editions(&mut self) -> Vec<String> {
        let is_known =
            |file: &DynamicMessage| matches!(text(file, "syntax").as_str(), "" | "proto2" | "proto3");
        self.files().filter(|file| !is_known(file)).map(|file| text(file, "name")).collect()
    }

    fn files(&mut self) -> impl Iterator<Item = &mut DynamicMessage> {
        let files = self.0.get_field_by_name_mut("file").and_then(Value::as_list_mut);
        files.into_iter().flatten().filter_map(Value::as_message_mut)
    }
}

fn retain_in_file(file: &mut DynamicMessage, mut keep: impl FnMut(&DynamicMessage) -> bool) {
    let services = list(file, "service");
    let kept: Vec<bool> =
        services.iter().map(|service| service.as_message().is_some_and(&mut keep)).collect();
    if kept.iter().all(|kept| *kept) {
        return;
    }
    let left = services.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(service, _)| service);
    file.set_field_by_name("service", Value::List(left.collect()));
    let info = file.get_field_by_name_mut("source_code_info").and_then(Value::as_message_mut);
    let locations = info.and_then(|info| info.get_field_by_name_mut("location")?.as_list_mut());
    if let Some(locations) = locations {
        locations.retain_mut(|location| {
            location.as_message_mut().is_none_or(|location| renumber(location, &kept))
        });
    }
}

/// Whether a location is of what is left; a service is then counted without those that are not.
fn renumber(location: &mut DynamicMessage, kept: &[bool]) -> bool {
    let path = location.get_field_by_name_mut("path").and_then(Value::as_list_mut);
    let Some([Value::I32(SERVICE), Value::I32(index), ..]) = path.map(Vec::as_mut_slice) else { return true };
    let Ok(before) = usize::try_from(*index) else { return false };
    let is_kept = kept.get(before).copied().unwrap_or_default();
    let left_out = kept.iter().take(before).filter(|kept| !**kept).count();
    *index -= i32::try_from(left_out).unwrap_or_default();
    is_kept
}

fn text(message: &DynamicMessage, field: &str) -> String {
    message.get_field_by_name(field).and_then(|value| Some(value.as_str()?.to_owned())).unwrap_or_default()
}

fn list(message: &DynamicMessage, field: &str) -> Vec<Value> {
    message.get_field_by_name(field).and_then(|value| Some(value.as_list()?.to_vec())).unwrap_or_default()
}
