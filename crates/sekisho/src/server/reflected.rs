//! Reflection beside the services: who declares it, and the two services themselves.

use std::collections::HashSet;

use super::health::HealthHandle;
use super::registered::Registered;
use crate::reflection::{Error, Reflection, V1_DESCRIPTOR_SET, V1ALPHA_DESCRIPTOR_SET};

/// What declares the two services.
pub(super) const DESCRIPTOR_SETS: [&[u8]; 2] = [V1_DESCRIPTOR_SET, V1ALPHA_DESCRIPTOR_SET];

/// Their only methods.
pub(super) const METHODS: [&str; 2] = [
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// Both versions: grpcurl before 1.9 speaks only v1alpha. A descriptor set may declare services that are not served;
/// only what is in `served` is told of.
pub(super) fn services(
    descriptor_sets: &[Vec<u8>],
    served: &[String],
    handle: HealthHandle,
    max_question_size: usize,
) -> Result<[Registered; 2], Error> {
    let served: HashSet<String> = served.iter().cloned().collect();
    let reflection = Reflection::new(descriptor_sets.iter().map(Vec::as_slice))?
        .visible_to(move |_, service| served.contains(service))
        .until(move || {
            let handle = handle.clone();
            async move { handle.shut_down().await }
        });
    Ok([
        Registered::new(reflection.v1().max_decoding_message_size(max_question_size)),
        Registered::new(reflection.v1alpha().max_decoding_message_size(max_question_size)),
    ])
}
