//! Source positions (`SourceCodeInfo` in `google/protobuf/descriptor.proto`), where a set carries them.

use prost_reflect::{ExtensionDescriptor, FileDescriptor, MethodDescriptor, ServiceDescriptor};

use super::Position;
use super::option::NUMBER;

/// Field numbers of `descriptor.proto` that lead from a service or a method to its options.
mod field {
    pub(super) const SERVICE_OPTIONS: i32 = 3;
    pub(super) const METHOD_OPTIONS: i32 = 4;
}

/// What a position is asked of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'a> {
    Service(&'a ServiceDescriptor),
    Method(&'a MethodDescriptor),
    MethodOption(&'a MethodDescriptor),
    ServiceOption(&'a ServiceDescriptor),
    Extension(&'a ExtensionDescriptor),
}

/// Where the target begins; an option whose own place is not told stands with what it belongs to.
pub(super) fn position(file: &FileDescriptor, target: Target<'_>) -> Option<Position> {
    match target {
        Target::Service(service) => find(file, service.path()),
        Target::Method(method) => find(file, method.path()),
        Target::MethodOption(method) => {
            let path = [method.path(), &[field::METHOD_OPTIONS, NUMBER.cast_signed()]].concat();
            find_option(file, &path).or_else(|| position(file, Target::Method(method)))
        }
        Target::ServiceOption(service) => {
            let path = [service.path(), &[field::SERVICE_OPTIONS, NUMBER.cast_signed()]].concat();
            find_option(file, &path).or_else(|| position(file, Target::Service(service)))
        }
        Target::Extension(extension) => find(file, extension.path()),
    }
}

fn find(file: &FileDescriptor, path: &[i32]) -> Option<Position> {
    locate(file, |found| found == path)
}

/// A compiler may tell only of the fields inside of the option; the first of them is near enough.
fn find_option(file: &FileDescriptor, path: &[i32]) -> Option<Position> {
    find(file, path).or_else(|| locate(file, |found| found.starts_with(path)))
}

fn locate(file: &FileDescriptor, matches: impl Fn(&[i32]) -> bool) -> Option<Position> {
    let info = file.file_descriptor_proto().source_code_info.as_ref()?;
    let location = info.location.iter().find(|location| matches(&location.path))?;
    let [line, column, ..] = location.span[..] else { return None };
    let from_one = |number: i32| u32::try_from(number).ok()?.checked_add(1);
    Some(Position { file: file.name().to_owned(), line: from_one(line)?, column: from_one(column)? })
}
