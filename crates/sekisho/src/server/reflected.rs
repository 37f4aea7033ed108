//! Reflection: what is served, for clients that ask. The one place that says which implementation serves it.

use tonic_reflection::pb::{v1, v1alpha};
use tonic_reflection::server::Builder;

use super::registered::Registered;

/// Why descriptors cannot be served.
pub(super) use tonic_reflection::server::Error;

/// What declares the two services.
pub(super) const DESCRIPTOR_SETS: [&[u8]; 2] = [v1::FILE_DESCRIPTOR_SET, v1alpha::FILE_DESCRIPTOR_SET];

/// Their only methods.
pub(super) const METHODS: [&str; 2] = [
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// Both versions: grpcurl before 1.9 speaks only v1alpha.
pub(super) fn services(
    descriptor_sets: &[Vec<u8>],
    max_question_size: usize,
) -> Result<[Registered; 2], Error> {
    // `google.rpc` besides, so that clients can decode the details of a refusal.
    let described =
        || descriptor_sets.iter().map(Vec::as_slice).chain([tonic_types::pb::FILE_DESCRIPTOR_SET]);
    let builder = || {
        let empty = Builder::configure().include_reflection_service(false);
        described().fold(empty, Builder::register_encoded_file_descriptor_set)
    };
    Ok([
        Registered::new(builder().build_v1()?.max_decoding_message_size(max_question_size)),
        Registered::new(builder().build_v1alpha()?.max_decoding_message_size(max_question_size)),
    ])
}
