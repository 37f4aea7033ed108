//! How much an encoded `google.protobuf.FileDescriptorProto` declares. A field of a message takes two bytes on the wire, and
//! hundreds of times that once it is decoded: whoever decodes a stranger's file counts first.

use prost::DecodeError;

use super::wire::fields;

/// How many there are of what is decoded one by one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Files that are imported.
    pub(super) imports: usize,
    /// Messages, their fields, services, methods, the places of all these, and whatever else is a message of its own.
    pub(super) declarations: usize,
    /// Whatever is said of them: each field on the wire.
    pub(super) fields: usize,
}

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
            // Ranges that are reserved, places, and options that nobody has interpreted.
            (Self::Message, 9) | (Self::Enum, 4) | (Self::Source, 1) | (Self::Options, 999) => Self::Leaf,
            _ => return None,
        })
    }
}

impl Counts {
    /// The most that files may have together: more than those of any server, and less than fills the memory.
    pub(super) const MOST: Self = Self { imports: 200_000, declarations: 500_000, fields: 4_000_000 };

    /// Adds those of an encoded file, of which nothing is kept.
    ///
    /// # Errors
    /// It is no message, or they are more than [`Self::MOST`].
    pub(super) fn with(mut self, file: &[u8]) -> Result<Self, String> {
        let is_message = self.add(Level::File, file, 0);
        is_message.map_err(|error| format!("it sent a file that is no FileDescriptorProto ({error})"))?;
        match self.excess() {
            Some((most, what)) => Err(format!("its files have more than {most} {what}")),
            None => Ok(self),
        }
    }

    fn add(&mut self, level: Level, message: &[u8], depth: usize) -> Result<(), DecodeError> {
        /// No deeper is anything decoded.
        const DEEPEST: usize = 100;
        for field in fields(message) {
            let (number, content) = field?;
            self.fields += 1;
            if level == Level::File && matches!(number, 3 | 15) {
                self.imports += 1;
            }
            if let Some(below) = level.below(number).filter(|_| depth < DEEPEST) {
                self.declarations += 1;
                self.add(below, content, depth + 1)?;
            }
            if self.excess().is_some() {
                break;
            }
        }
        Ok(())
    }

    fn excess(&self) -> Option<(usize, &'static str)> {
        let most = Self::MOST;
        let each = [
            (self.imports, most.imports, "imports"),
            (self.declarations, most.declarations, "declarations"),
            (self.fields, most.fields, "fields"),
        ];
        each.into_iter().find(|(count, most, _)| count > most).map(|(_, most, what)| (most, what))
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
        let declarations = of_messages + 1 + 4 + 1 + 5;
        let counts = of(&file.encode_to_vec());
        assert_eq!(counts, Counts { imports: 3, declarations, fields: declarations + 3 });
        assert_eq!(counts.with(&file.encode_to_vec()).unwrap().declarations, 2 * declarations);
    }
}
