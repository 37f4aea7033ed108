//! Source positions (`SourceCodeInfo` in `google/protobuf/descriptor.proto`), where a set carries them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use prost_reflect::prost_types::source_code_info::Location;
use prost_reflect::{ExtensionDescriptor, FileDescriptor, MethodDescriptor, ServiceDescriptor};

use super::Position;
use super::option::NUMBER;

/// Field numbers of `descriptor.proto`: what the paths of source positions are made of.
mod field {
    pub(super) const SERVICE: i32 = 6;
    pub(super) const METHOD: i32 = 2;
    pub(super) const SERVICE_OPTIONS: i32 = 3;
    pub(super) const METHOD_OPTIONS: i32 = 4;
    /// Of a file, and of a message.
    pub(super) const EXTENSIONS: [i32; 2] = [7, 6];
}

const OPTION: i32 = NUMBER.cast_signed();

/// What a position is asked of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'a> {
    Service(&'a ServiceDescriptor),
    Method(&'a MethodDescriptor),
    MethodOption(&'a MethodDescriptor),
    ServiceOption(&'a ServiceDescriptor),
    Extension(&'a ExtensionDescriptor),
}

impl<'a> Target<'a> {
    pub(super) fn full_name(self) -> &'a str {
        match self {
            Self::Service(service) | Self::ServiceOption(service) => service.full_name(),
            Self::Method(method) | Self::MethodOption(method) => method.full_name(),
            Self::Extension(extension) => extension.full_name(),
        }
    }

    fn file(self) -> FileDescriptor {
        match self {
            Self::Service(service) | Self::ServiceOption(service) => service.parent_file(),
            Self::Method(method) | Self::MethodOption(method) => method.parent_file(),
            Self::Extension(extension) => extension.parent_file(),
        }
    }
}

/// The positions of a set's files. A file's are indexed when one of them is first asked for: to look through all of them
/// for each of its methods would take time by the square of their number.
#[derive(Debug, Default)]
pub(super) struct Positions {
    by_file: HashMap<String, ByPath>,
}

type ByPath = HashMap<Box<[i32]>, Place>;

#[derive(Debug, Clone, Copy)]
struct Place {
    line: u32,
    column: u32,
    /// Whether it is of the whole, and not of something inside.
    is_whole: bool,
}

impl Positions {
    /// Where the target begins; an option whose own place is not told stands with what it belongs to.
    pub(super) fn of(&mut self, target: Target<'_>) -> Option<Position> {
        let file = &target.file();
        match target {
            Target::Service(service) => self.find(file, service.path()),
            Target::Method(method) => self.find(file, method.path()),
            Target::MethodOption(method) => {
                let path = [method.path(), &[field::METHOD_OPTIONS, OPTION]].concat();
                self.find(file, &path).or_else(|| self.find(file, method.path()))
            }
            Target::ServiceOption(service) => {
                let path = [service.path(), &[field::SERVICE_OPTIONS, OPTION]].concat();
                self.find(file, &path).or_else(|| self.find(file, service.path()))
            }
            Target::Extension(extension) => self.find(file, extension.path()),
        }
    }

    fn find(&mut self, file: &FileDescriptor, path: &[i32]) -> Option<Position> {
        if !self.by_file.contains_key(file.name()) {
            self.by_file.insert(file.name().to_owned(), index(file));
        }
        let place = self.by_file.get(file.name())?.get(path)?;
        Some(Position { file: file.name().to_owned(), line: place.line, column: place.column })
    }
}

/// The first place of each path. Of an option, a compiler may tell only the places of the fields inside; the first of
/// them is near enough.
fn index(file: &FileDescriptor) -> ByPath {
    let mut by_path = ByPath::new();
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    for location in info.iter().flat_map(|info| &info.location) {
        let Some(target) = target_of(&location.path) else { continue };
        let Some(place) = place(location, target.len() == location.path.len()) else { continue };
        match by_path.entry(target.into()) {
            Entry::Vacant(entry) => {
                entry.insert(place);
            }
            Entry::Occupied(mut entry) if place.is_whole && !entry.get().is_whole => {
                entry.insert(place);
            }
            Entry::Occupied(_) => {}
        }
    }
    by_path
}

/// What of a path leads to something that a position is asked of.
fn target_of(path: &[i32]) -> Option<&[i32]> {
    match path {
        [field::SERVICE, _] | [field::SERVICE, _, field::METHOD, _] => Some(path),
        [field::SERVICE, _, field::SERVICE_OPTIONS, OPTION, ..] => Some(&path[..4]),
        [field::SERVICE, _, field::METHOD, _, field::METHOD_OPTIONS, OPTION, ..] => Some(&path[..6]),
        [.., kind, _] if field::EXTENSIONS.contains(kind) => Some(path),
        _ => None,
    }
}

fn place(location: &Location, is_whole: bool) -> Option<Place> {
    let [line, column, ..] = location.span[..] else { return None };
    let from_one = |number: i32| u32::try_from(number).ok()?.checked_add(1);
    Some(Place { line: from_one(line)?, column: from_one(column)?, is_whole })
}

#[cfg(test)]
mod tests {
    use prost_reflect::DescriptorPool;
    use prost_reflect::prost_types::{
        FileDescriptorProto, MethodDescriptorProto, ServiceDescriptorProto, SourceCodeInfo,
    };

    use super::*;

    /// A path, and the span that is told of it.
    type Told<'a> = (&'a [i32], &'a [i32]);
    /// What is told, and where option and method then stand.
    type Case<'a> = (&'a [Told<'a>], [Option<&'a str>; 2]);

    /// Where the option of a method is said to be, and the method itself, by what a set says: paths and spans.
    fn of_method(locations: &[Told<'_>]) -> [Option<String>; 2] {
        let location = |(path, span): &Told<'_>| Location {
            path: path.to_vec(),
            span: span.to_vec(),
            ..Location::default()
        };
        let method = MethodDescriptorProto {
            name: Some("Get".to_owned()),
            input_type: Some(".M".to_owned()),
            output_type: Some(".M".to_owned()),
            ..MethodDescriptorProto::default()
        };
        let file = FileDescriptorProto {
            name: Some("a.proto".to_owned()),
            message_type: vec![prost_reflect::prost_types::DescriptorProto {
                name: Some("M".to_owned()),
                ..Default::default()
            }],
            service: vec![ServiceDescriptorProto {
                name: Some("S".to_owned()),
                method: vec![method],
                ..ServiceDescriptorProto::default()
            }],
            source_code_info: Some(SourceCodeInfo { location: locations.iter().map(location).collect() }),
            ..FileDescriptorProto::default()
        };
        let mut pool = DescriptorPool::new();
        pool.add_file_descriptor_proto(file).expect("a file");
        let method = pool.services().next().and_then(|service| service.methods().next()).expect("a method");
        let mut positions = Positions::default();
        [Target::MethodOption(&method), Target::Method(&method)]
            .map(|target| positions.of(target).map(|position| position.to_string()))
    }

    #[test]
    fn an_option_stands_at_its_own_place_or_its_first_part_or_its_method() {
        let method: Told<'_> = (&[6, 0, 2, 0], &[4, 2, 9]);
        let whole: Told<'_> = (&[6, 0, 2, 0, 4, OPTION], &[7, 4, 9]);
        let parts: [Told<'_>; 2] =
            [(&[6, 0, 2, 0, 4, OPTION, 3, 0], &[5, 4, 9]), (&[6, 0, 2, 0, 4, OPTION, 3, 1], &[6, 4, 9])];
        let other: Told<'_> = (&[6, 0, 2, 1, 4, OPTION], &[1, 1, 1]);
        let broken: [Told<'_>; 3] =
            [(whole.0, &[1]), (whole.0, &[-1, 0, 0]), (method.0, &[i32::MIN, i32::MAX, 0])];
        let cases: [Case<'_>; 7] = [
            (&[], [None, None]),
            (&[method], [Some("5:3"), Some("5:3")]),
            (&[method, other, parts[0], parts[1]], [Some("6:5"), Some("5:3")]),
            (&[method, parts[0], whole, parts[1]], [Some("8:5"), Some("5:3")]),
            (
                &[whole, (whole.0, &[0, 0, 0]), parts[0], method, (method.0, &[0, 0, 0])],
                [Some("8:5"), Some("5:3")],
            ),
            (&[broken[0], broken[1], broken[2], method], [Some("5:3"), Some("5:3")]),
            (&[broken[2], parts[1]], [Some("7:5"), None]),
        ];
        for (locations, expected) in cases {
            let expected = expected.map(|place| place.map(|place| format!("a.proto:{place}")));
            assert_eq!(of_method(locations), expected, "{locations:?}");
        }
    }
}
