//! How much an encoded `google.protobuf.FileDescriptorProto` declares. A field of a message takes two bytes on the wire, and
//! hundreds of times that once it is decoded: whoever decodes a stranger's file counts first.

use prost::DecodeError;

use super::wire::fields;

/// What encoded files hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Files that are imported.
    pub(super) imports: usize,
    /// How much memory the files take where they are decoded, in bytes: an estimate.
    pub(super) memory: usize,
}

/// The most that files may hold together: more than those of any server, and less than fills the memory.
const MOST_IMPORTS: usize = 200_000;
const MOST_MEMORY: usize = 400 * MIB;
const MIB: usize = 1024 * 1024;

/// What is taken, as it was measured: by each message, field, service, method, and whatever else is a message of its own; by
/// each place in the source; by each field on the wire.
const OF_DECLARATION: usize = 2000;
const OF_PLACE: usize = 512;
const OF_FIELD: usize = 128;

/// What the fields of an encoded message are those of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    File,
    Message,
    Field,
    Oneof,
    Enum,
    /// A value of an enum, or a range.
    Value,
    Service,
    Method,
    Options,
    Source,
    Place,
    /// One in which nothing is counted but its own fields.
    Leaf,
}

impl Level {
    /// What a field of it is, where it is a message.
    const fn below(self, number: u32) -> Option<Self> {
        Some(match (self, number) {
            (Self::File, 4) | (Self::Message, 3) => Self::Message,
            (Self::File, 5) | (Self::Message, 4) => Self::Enum,
            (Self::File, 6) => Self::Service,
            (Self::File, 7) | (Self::Message, 2 | 6) => Self::Field,
            (Self::File, 9) => Self::Source,
            (Self::Message, 5) | (Self::Enum, 2) => Self::Value,
            (Self::Message, 8) => Self::Oneof,
            (Self::Service, 2) => Self::Method,
            (Self::File | Self::Field, 8)
            | (Self::Message, 7)
            | (Self::Oneof, 2)
            | (Self::Enum | Self::Value | Self::Service, 3)
            | (Self::Method, 4) => Self::Options,
            (Self::Source, 1) => Self::Place,
            // Ranges that are reserved, and options that nobody has interpreted.
            (Self::Message, 9) | (Self::Enum, 4) | (Self::Options, 999) => Self::Leaf,
            _ => return None,
        })
    }
}

impl Counts {
    /// Adds those of an encoded file, of which nothing is kept.
    ///
    /// # Errors
    /// It is no message, or they are more than files may hold together.
    pub(super) fn with(mut self, file: &[u8]) -> Result<Self, String> {
        let is_message = self.add(Level::File, file, 0);
        if self.imports > MOST_IMPORTS {
            return Err(format!("its files have more than {MOST_IMPORTS} imports"));
        }
        if self.memory > MOST_MEMORY {
            return Err(format!("its files would take more than {} MiB of memory", MOST_MEMORY / MIB));
        }
        is_message.map_err(|error| format!("it sent a file that is no FileDescriptorProto ({error})"))?;
        Ok(self)
    }

    fn add(&mut self, level: Level, message: &[u8], depth: usize) -> Result<(), DecodeError> {
        /// No deeper is anything decoded.
        const DEEPEST: usize = 100;
        for field in fields(message) {
            let (number, content) = field?;
            self.memory += OF_FIELD;
            if level == Level::File && matches!(number, 3 | 15) {
                self.imports += 1;
            }
            if let Some(below) = level.below(number).filter(|_| depth < DEEPEST) {
                self.memory += if below == Level::Place { OF_PLACE } else { OF_DECLARATION };
                self.add(below, content, depth + 1)?;
            }
            if self.imports > MOST_IMPORTS || self.memory > MOST_MEMORY {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_types::FileDescriptorProto;

    use super::*;

    fn of(file: &[u8]) -> Counts {
        Counts::default().with(file).unwrap()
    }

    #[test]
    fn all_that_takes_memory_is_counted() {
        use prost_types::source_code_info::Location;
        use prost_types::{
            DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto,
            FieldOptions, MethodDescriptorProto, ServiceDescriptorProto, SourceCodeInfo, UninterpretedOption,
        };
        let empty = of(&FileDescriptorProto::default().encode_to_vec());
        assert_eq!(empty, Counts::default());
        let options = FieldOptions {
            uninterpreted_option: vec![UninterpretedOption::default()],
            ..FieldOptions::default()
        };
        let field = FieldDescriptorProto { options: Some(options), ..FieldDescriptorProto::default() };
        let values = EnumDescriptorProto {
            value: vec![EnumValueDescriptorProto::default(); 2],
            ..EnumDescriptorProto::default()
        };
        let inner = DescriptorProto { enum_type: vec![values], ..DescriptorProto::default() };
        let file = FileDescriptorProto {
            dependency: vec![String::new(); 3],
            message_type: vec![DescriptorProto {
                field: vec![field],
                nested_type: vec![inner],
                ..DescriptorProto::default()
            }],
            service: vec![ServiceDescriptorProto {
                method: vec![MethodDescriptorProto::default(); 4],
                ..ServiceDescriptorProto::default()
            }],
            source_code_info: Some(SourceCodeInfo { location: vec![Location::default(); 5] }),
            ..FileDescriptorProto::default()
        };
        let of_messages = 1 + 3 + 1 + 1 + 2;
        // The places are in one message.
        let declarations = of_messages + 1 + 4 + 1;
        let memory = OF_DECLARATION * declarations + OF_PLACE * 5 + OF_FIELD * (declarations + 5 + 3);
        let counts = of(&file.encode_to_vec());
        assert_eq!(counts, Counts { imports: 3, memory });
        assert_eq!(counts.with(&file.encode_to_vec()).unwrap(), Counts { imports: 6, memory: 2 * memory });
    }
}
