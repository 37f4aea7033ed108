//! One file in sets that have some of its services each, as the build helper writes them.

use prost_types::{MethodDescriptorProto, ServiceDescriptorProto};

use super::*;

fn service(name: &str, methods: &[&str]) -> ServiceDescriptorProto {
    let method = |name: &&str| MethodDescriptorProto { name: Some((*name).to_owned()), ..Default::default() };
    ServiceDescriptorProto {
        name: Some(name.to_owned()),
        method: methods.iter().map(method).collect(),
        ..Default::default()
    }
}

fn with(services: &[&ServiceDescriptorProto]) -> FileDescriptorProto {
    let services = services.iter().map(|&service| service.clone());
    FileDescriptorProto { service: services.collect(), ..file("one.proto", "one", &["M"]) }
}

#[test]
fn the_services_of_all_sets_are_told() {
    let (a, b, c) = (service("A", &["Get"]), service("B", &["Get"]), service("C", &[]));
    let cases = [
        (vec![vec![], vec![&a, &b]], vec!["one.A", "one.B"]),
        (vec![vec![&a, &b], vec![&b]], vec!["one.A", "one.B"]),
        (vec![vec![&b], vec![&a]], vec!["one.A", "one.B"]),
        (vec![vec![&a, &b], vec![&b, &c], vec![&a]], vec!["one.A", "one.B", "one.C"]),
    ];
    for (sets, expected) in cases {
        let sets: Vec<_> = sets.iter().map(|services| set([with(services)])).collect();
        let reflection = described(&sets.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert_eq!(answered_services(&reflection), expected);
        let sent = first(&reflection, Question::FileWithSymbol("one.A.Get")).expect("the file");
        let mut services: Vec<_> = sent.service.iter().map(|each| format!("one.{}", each.name())).collect();
        services.sort();
        assert_eq!(services, expected);
    }
}

#[test]
fn a_service_that_differs_is_a_contradiction() {
    let (get, put, b) = (service("A", &["Get"]), service("A", &["Get", "Put"]), service("B", &[]));
    // Nor does one service more excuse one message less.
    let shorter = FileDescriptorProto { message_type: Vec::new(), ..with(&[&get, &b]) };
    for other in [with(&[&put, &b]), shorter] {
        let told = fault(&[&set([with(&[&get])]), &set([other])]);
        assert!(told.starts_with("one.proto is in two descriptor sets and differs"), "{told}");
    }
}
