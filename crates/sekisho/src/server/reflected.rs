//! Reflection beside the services: who declares it, and the two services themselves.

use tonic_reflection::pb::{v1, v1alpha};

use super::registered::Registered;
use crate::reflection::{Error, Reflection};

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
    let reflection = Reflection::new(descriptor_sets.iter().map(Vec::as_slice))?;
    Ok([
        Registered::new(reflection.v1().max_decoding_message_size(max_question_size)),
        Registered::new(reflection.v1alpha().max_decoding_message_size(max_question_size)),
    ])
}
