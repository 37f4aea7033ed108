//! What a file declares, by full names.

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, ServiceDescriptorProto,
};

#[derive(Default)]
pub(super) struct Declarations {
    pub(super) symbols: Vec<(String, Kind)>,
    pub(super) extensions: Vec<Extension>,
    /// In the order of the file.
    pub(super) services: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    Service,
    Method,
    /// A field, extension, oneof, enum or enum value.
    Other,
}

impl Kind {
    /// The service that a symbol of this kind and name is, or is part of.
    pub(super) fn service_of(self, name: &str) -> Option<&str> {
        match self {
            Self::Service => Some(name),
            Self::Method => name.rsplit_once('.').map(|(service, _)| service),
            Self::Message | Self::Other => None,
        }
    }
}

pub(super) struct Extension {
    /// Where it is declared: a package or a message.
    pub(super) scope: String,
    /// As it is written: with a dot before it, the full name.
    pub(super) extendee: String,
    pub(super) number: i32,
}

impl Declarations {
    pub(super) fn of(file: &FileDescriptorProto) -> Self {
        let mut found = Self::default();
        let package = file.package();
        file.message_type.iter().for_each(|message| found.message(package, message));
        file.enum_type.iter().for_each(|each| found.enumeration(package, each));
        file.extension.iter().for_each(|extension| found.extension(package, extension));
        file.service.iter().for_each(|service| found.service(package, service));
        found
    }

    /// As deep as prost decodes, which is 100 messages.
    fn message(&mut self, scope: &str, message: &DescriptorProto) {
        let name = self.symbol(scope, message.name(), Kind::Message);
        for field in &message.field {
            self.symbol(&name, field.name(), Kind::Other);
        }
        for oneof in &message.oneof_decl {
            self.symbol(&name, oneof.name(), Kind::Other);
        }
        message.extension.iter().for_each(|extension| self.extension(&name, extension));
        message.enum_type.iter().for_each(|each| self.enumeration(&name, each));
        message.nested_type.iter().for_each(|nested| self.message(&name, nested));
    }

    /// A value's name stands beside its enum's, as in C++. Some servers take it for one within the enum, and clients
    /// that are used to them ask so.
    fn enumeration(&mut self, scope: &str, each: &EnumDescriptorProto) {
        let name = self.symbol(scope, each.name(), Kind::Other);
        for value in &each.value {
            self.symbol(scope, value.name(), Kind::Other);
            self.symbol(&name, value.name(), Kind::Other);
        }
    }

    fn extension(&mut self, scope: &str, extension: &FieldDescriptorProto) {
        self.symbol(scope, extension.name(), Kind::Other);
        let (extendee, number) = (extension.extendee().to_owned(), extension.number());
        self.extensions.push(Extension { scope: scope.to_owned(), extendee, number });
    }

    fn service(&mut self, scope: &str, service: &ServiceDescriptorProto) {
        let name = self.symbol(scope, service.name(), Kind::Service);
        for method in &service.method {
            self.symbol(&name, method.name(), Kind::Method);
        }
        self.services.push(name);
    }

    fn symbol(&mut self, scope: &str, name: &str, kind: Kind) -> String {
        let name = within(scope, name);
        self.symbols.push((name.clone(), kind));
        name
    }
}

/// The full name of what stands in a scope, which is empty for a file without a package.
pub(super) fn within(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}
