//! What is read of a `google.protobuf.FileDescriptorProto`. Its bytes are handed on as they came.

use prost::Message;

#[derive(Clone, PartialEq, Message)]
pub(super) struct FileHead {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) package: String,
    #[prost(string, repeated, tag = "3")]
    pub(super) imports: Vec<String>,
    #[prost(message, repeated, tag = "6")]
    pub(super) services: Vec<ServiceHead>,
    /// `import option`, of edition 2024 on: servers may be without these files.
    #[prost(string, repeated, tag = "15")]
    pub(super) option_imports: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ServiceHead {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    methods: Vec<MethodHead>,
    #[prost(message, optional, tag = "3")]
    options: Option<AccessOption>,
}

#[derive(Clone, PartialEq, Message)]
struct MethodHead {
    #[prost(message, optional, tag = "4")]
    options: Option<AccessOption>,
}

/// `sekisho.v1.access` and `sekisho.v1.default_access` have the same number.
#[derive(Clone, PartialEq, Message)]
struct AccessOption {
    #[prost(bytes = "vec", optional, tag = "57205")]
    access: Option<Vec<u8>>,
}

impl FileHead {
    /// The full name of one of its services.
    pub(super) fn full_name(&self, service: &ServiceHead) -> String {
        match self.package.as_str() {
            "" => service.name.clone(),
            package => format!("{package}.{}", service.name),
        }
    }
}

impl ServiceHead {
    /// Whether its `.proto` says anything of who may call it.
    pub(super) fn has_a_rule(&self) -> bool {
        let options = self.methods.iter().map(|method| &method.options).chain([&self.options]);
        options.flatten().any(|options| options.access.is_some())
    }
}

/// `google.protobuf.FileDescriptorSet`, of files that are not read.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Set {
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub(super) files: Vec<Vec<u8>>,
}
