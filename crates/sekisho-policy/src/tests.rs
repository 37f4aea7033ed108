//! Policies from descriptor sets that are made here, good ones and bad ones.

mod circles;
mod faults;
mod foreign;
mod properties;
mod reading;
mod robust;
mod rule;
mod selection;
mod settings;
mod several;
mod survey;
mod written_elsewhere;

use std::collections::HashMap;

use protox::Compiler;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

use super::*;

/// Files in memory, by the name that imports give them.
struct Files(HashMap<&'static str, String>);

impl FileResolver for Files {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let source = self.0.get(name).ok_or_else(|| protox::Error::file_not_found(name))?;
        File::from_source(name, source)
    }
}

/// `test.proto`, and the `access.proto` that it imports: ours, or another's.
fn compile(test_proto: &str, access_proto: &str) -> Compiler {
    let files = HashMap::from([
        ("test.proto", test_proto.to_owned()),
        ("sekisho/v1/access.proto", access_proto.to_owned()),
    ]);
    let mut resolver = ChainFileResolver::new();
    resolver.add(Files(files));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(true);
    compiler.open_file("test.proto").expect("test.proto compiles");
    compiler
}

/// A `test.proto` of the package `test.v1`; `body` begins at its fifth line.
fn test_proto(body: &str) -> String {
    format!(
        "syntax = \"proto3\";\npackage test.v1;\nimport \"sekisho/v1/access.proto\";\nmessage M {{}}\n{body}"
    )
}

pub(super) fn descriptor_set(body: &str) -> Vec<u8> {
    compile(&test_proto(body), ACCESS_PROTO).encode_file_descriptor_set()
}

pub(super) fn policy(body: &str) -> Policy {
    Policy::from_descriptor_set(&descriptor_set(body)).expect("a policy without a fault")
}

/// What is wrong, as it is printed.
fn faults(result: Result<Policy, PolicyError>) -> String {
    result.expect_err("a policy with faults").to_string()
}

fn faults_of(body: &str) -> String {
    faults(Policy::from_descriptor_set(&descriptor_set(body)))
}

pub(super) fn scopes(text: &str) -> crate::scope::ScopeSet {
    text.parse().expect("scopes")
}

/// Our `access.proto` in the syntax proto2, where what is not set is told from what is.
fn access_proto_in_proto2() -> String {
    let optional = [
        "AccessRule access",
        "AccessRule default_access",
        "bool public",
        "bool authenticated",
        "bool optional",
        "Mode mode",
        "StreamEnd stream_end",
    ];
    let proto2 = ACCESS_PROTO.replace("syntax = \"proto3\"", "syntax = \"proto2\"");
    optional
        .iter()
        .fold(proto2, |text, field| text.replace(&format!("  {field}"), &format!("  optional {field}")))
}

fn file(compiler: &Compiler, name: &str) -> Vec<u8> {
    compiler.descriptor_pool().get_file_by_name(name).expect(name).encode_to_vec()
}

/// A `FileDescriptorSet`: its field 1, once for each file.
fn assemble<const N: usize>(files: [Vec<u8>; N]) -> Vec<u8> {
    let mut set = Vec::new();
    for file in files {
        prost::encoding::bytes::encode(1, &file, &mut set);
    }
    set
}
