//! What real sets declare, beside what prost-reflect finds in them.

use prost_reflect::DescriptorPool;

use super::*;

#[test]
fn what_real_sets_declare_is_found_by_every_name() {
    let [v1, v1alpha] = [v1::FILE_DESCRIPTOR_SET, v1alpha::FILE_DESCRIPTOR_SET];
    let sets = [crate::policy::ACCESS_DESCRIPTOR_SET, v1, v1alpha];
    let reflection = described(&sets);
    let mut found = 0;
    for set in sets {
        let pool = DescriptorPool::decode(set).expect("a pool");
        for (name, file) in names(&pool) {
            found += 1;
            let answer = name_of_first(&reflection, Question::FileWithSymbol(&name));
            assert_eq!(answer.as_deref(), Some(file.as_str()), "{name}");
        }
        for extension in pool.all_extensions() {
            let extendee = extension.containing_message();
            let (extendee, number) = (extendee.full_name(), extension.number().cast_signed());
            let answer = name_of_first(&reflection, Question::FileWithExtension { extendee, number });
            assert_eq!(answer.as_deref(), Some(extension.parent_file().name()));
            assert!(numbers(&reflection, extendee).expect("a message").contains(&number));
        }
        for message in pool.all_messages() {
            assert!(numbers(&reflection, message.full_name()).is_some(), "{}", message.full_name());
        }
    }
    assert!(found > 300, "the names are not found: {found}");
    assert_eq!(numbers(&reflection, "google.protobuf.MethodOptions"), Some(vec![57205]));
}

/// Every full name of a pool, with the name of its file.
fn names(pool: &DescriptorPool) -> Vec<(String, String)> {
    let mut names = Vec::new();
    let mut add = |name: &str, file: prost_reflect::FileDescriptor| {
        names.push((name.to_owned(), file.name().to_owned()));
    };
    for message in pool.all_messages() {
        add(message.full_name(), message.parent_file());
        message.fields().for_each(|field| add(field.full_name(), field.parent_file()));
        message.oneofs().for_each(|oneof| add(oneof.full_name(), oneof.parent_file()));
    }
    for each in pool.all_enums() {
        add(each.full_name(), each.parent_file());
        each.values().for_each(|value| add(value.full_name(), value.parent_file()));
    }
    pool.all_extensions().for_each(|extension| add(extension.full_name(), extension.parent_file()));
    for service in pool.services() {
        add(service.full_name(), service.parent_file());
        service.methods().for_each(|method| add(method.full_name(), method.parent_file()));
    }
    names
}
