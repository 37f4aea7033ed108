//! Sets that are right, ones that are not, and what is told of them.

mod every_name;
mod services_of_several_sets;

use proptest::prelude::*;
use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::source_code_info::Location;
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, FileOptions,
    SourceCodeInfo,
};

use tonic::Code;

use super::answer::{Answer, Question, Refusal};
use super::*;

fn file(name: &str, package: &str, messages: &[&str]) -> FileDescriptorProto {
    let message = |name: &&str| DescriptorProto { name: Some((*name).to_owned()), ..Default::default() };
    FileDescriptorProto {
        name: Some(name.to_owned()),
        package: Some(package.to_owned()),
        message_type: messages.iter().map(message).collect(),
        ..Default::default()
    }
}

fn set(files: impl IntoIterator<Item = FileDescriptorProto>) -> Vec<u8> {
    FileDescriptorSet { file: files.into_iter().collect() }.encode_to_vec()
}

fn described(sets: &[&[u8]]) -> Reflection {
    Reflection::new(sets.iter().copied()).expect("a reflection")
}

fn fault(sets: &[&[u8]]) -> String {
    Reflection::new(sets.iter().copied()).expect_err("a fault").to_string()
}

fn answer(reflection: &Reflection, question: Question<'_>) -> Result<Answer, Refusal> {
    reflection.dialog(Extensions::new()).answer(question)
}

/// The file that is sent first, if one is.
fn first(reflection: &Reflection, question: Question<'_>) -> Option<FileDescriptorProto> {
    let Ok(Answer::Files(files)) = answer(reflection, question) else { return None };
    Some(FileDescriptorProto::decode(files[0].as_slice()).expect("a file"))
}

fn name_of_first(reflection: &Reflection, question: Question<'_>) -> Option<String> {
    first(reflection, question).map(|file| file.name().to_owned())
}

fn numbers(reflection: &Reflection, extendee: &str) -> Option<Vec<i32>> {
    let Ok(Answer::ExtensionNumbers { numbers, .. }) =
        answer(reflection, Question::ExtensionNumbers { extendee })
    else {
        return None;
    };
    Some(numbers)
}

#[test]
fn a_set_that_nobody_could_read_is_no_reflection() {
    let one = set([file("one.proto", "one", &["M"])]);
    let another = set([file("one.proto", "one", &["M", "N"])]);
    let importing = set([FileDescriptorProto {
        dependency: vec!["one.proto".to_owned()],
        ..file("two.proto", "two", &[])
    }]);
    let nameless = set([FileDescriptorProto::default()]);
    let cases: [(&[&[u8]], &str); 4] = [
        (&[b"\xff"], "a descriptor set cannot be decoded: "),
        (&[&nameless], "a file of a descriptor set has no name"),
        (&[&one, &another], "one.proto is in two descriptor sets and differs between them; "),
        (&[&importing], "two.proto imports one.proto, which no descriptor set has; "),
    ];
    for (sets, expected) in cases {
        let found = fault(sets);
        assert!(found.starts_with(expected), "{found}");
    }
    // Their twins.
    described(&[&one, &one]);
    described(&[&importing, &one]);
}

#[test]
fn of_one_file_in_two_sets_comments_and_options_of_the_file_may_differ() {
    let plain = file("one.proto", "one", &["M"]);
    let options = FileOptions { go_package: Some("example".to_owned()), ..Default::default() };
    let comments = SourceCodeInfo { location: vec![Location::default()] };
    let dressed =
        FileDescriptorProto { options: Some(options), source_code_info: Some(comments), ..plain.clone() };
    let sent = |sets: &[&[u8]]| first(&described(sets), Question::FileByName("one.proto"));
    let (one, two) = (set([plain.clone()]), set([dressed.clone()]));
    assert_eq!(sent(&[&one, &two]), Some(plain));
    assert_eq!(sent(&[&two, &one]), Some(dressed));
}

#[test]
fn of_protobufs_own_files_the_longest_is_sent() {
    let name = "google/protobuf/any.proto";
    let older = file(name, "google.protobuf", &["Any"]);
    let newer = file(name, "google.protobuf", &["Any", "AnyOfLater"]);
    let (one, two) = (set([older]), set([newer.clone()]));
    for sets in [[&one[..], &two], [&two, &one]] {
        assert_eq!(first(&described(&sets), Question::FileByName(name)), Some(newer.clone()));
    }
}

#[test]
fn the_details_of_a_refusal_are_described_by_the_names_that_imports_have() {
    let set_of_details = tonic_types::pb::FILE_DESCRIPTOR_SET;
    // Another file of the name that tonic-types gives its own.
    let other = set([file("status.proto", "shop", &["Status"])]);
    for sets in [&[&other[..]][..], &[&other, set_of_details]] {
        let reflection = described(sets);
        for (symbol, expected) in [
            ("google.rpc.ErrorInfo", "google/rpc/error_details.proto"),
            ("google.rpc.Status", "google/rpc/status.proto"),
            ("shop.Status", "status.proto"),
        ] {
            let found = first(&reflection, Question::FileWithSymbol(symbol)).expect(symbol);
            assert_eq!(found.name(), expected);
            // It is the file that it was, but for the name.
            let names: Vec<_> = found.message_type.iter().map(DescriptorProto::name).collect();
            assert!(names.contains(&symbol.rsplit('.').next().expect("a name")), "{names:?}");
        }
        assert_eq!(answered_services(&reflection), [""; 0]);
    }
}

#[test]
fn a_copy_of_the_details_of_a_refusal_counts() {
    let own = file("google/rpc/error_details.proto", "google.rpc", &["ErrorInfo"]);
    let reflection = described(&[&set([own.clone()])]);
    assert_eq!(first(&reflection, Question::FileWithSymbol("google.rpc.ErrorInfo")), Some(own));
}

fn answered_services(reflection: &Reflection) -> Vec<String> {
    let Ok(Answer::Services(services)) = answer(reflection, Question::Services) else { panic!("no list") };
    services
}

#[test]
fn an_extendee_without_a_dot_before_it_is_looked_for_outward() {
    let extension = |extendee: &str, number| FieldDescriptorProto {
        name: Some(format!("e{number}")),
        extendee: Some(extendee.to_owned()),
        number: Some(number),
        label: Some(Label::Optional.into()),
        r#type: Some(Type::Bool.into()),
        ..Default::default()
    };
    let mut declared = file("one.proto", "one.v1", &["M"]);
    declared.extension = vec![extension(".one.v1.M", 100), extension("M", 101), extension("v1.M", 102)];
    declared.message_type[0].extension = vec![extension("M", 103), extension("one.v1.M", 104)];
    let reflection = described(&[&set([declared])]);
    assert_eq!(numbers(&reflection, "one.v1.M"), Some(vec![100, 101, 102, 103, 104]));
    assert_eq!(numbers(&reflection, "M"), None);
}

#[test]
fn files_of_an_edition_are_sent_as_they_came() {
    // Its name; and `edition`, which is 14 and EDITION_2023, and which prost-types does not know.
    let edition = b"\x0a\x0c\x0a\x07e.proto\x70\xe8\x07";
    let Ok(Answer::Files(files)) = answer(&described(&[edition]), Question::FileByName("e.proto")) else {
        panic!("no file")
    };
    assert_eq!(files, [edition[2..].to_vec()]);
}

#[test]
fn an_import_of_options_alone_may_be_missing() {
    // Its name; and `option_dependency`, which is 15 (edition 2024): `o.proto`.
    let importing = b"\x0a\x12\x0a\x07e.proto\x7a\x07o.proto";
    let imported = set([file("o.proto", "", &[])]);
    for (sets, expected) in [(&[&importing[..]][..], 1), (&[&importing[..], &imported], 2)] {
        let answer = answer(&described(sets), Question::FileByName("e.proto"));
        let Ok(Answer::Files(files)) = answer else { panic!("no file") };
        assert_eq!(files.len(), expected);
    }
}

#[test]
fn a_stream_is_sent_no_file_twice_unless_it_asks_for_it() {
    let importing = |name: &str, imports: &[&str]| FileDescriptorProto {
        dependency: imports.iter().map(ToString::to_string).collect(),
        ..file(name, "", &[])
    };
    // A diamond, and on top of it a circle, which no compiler makes.
    let files = [
        importing("top", &["left", "right"]),
        importing("left", &["bottom"]),
        importing("right", &["bottom"]),
        importing("bottom", &["top"]),
        importing("other", &["left", "alone"]),
        importing("alone", &[]),
    ];
    let mut dialog = described(&[&set(files)]).dialog(Extensions::new());
    let mut ask = |name| {
        let Ok(Answer::Files(files)) = dialog.answer(Question::FileByName(name)) else { panic!("no file") };
        let decoded = |file: &Vec<u8>| FileDescriptorProto::decode(file.as_slice()).expect("a file");
        files.iter().map(|file| decoded(file).name().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ask("left"), ["left", "bottom", "top", "right"]);
    assert_eq!(ask("left"), ["left"]);
    assert_eq!(ask("other"), ["other", "alone"]);
}

proptest! {
    #[test]
    fn any_name_has_an_answer(name in ".*", number in any::<i32>()) {
        let reflection = described(&[crate::policy::ACCESS_DESCRIPTOR_SET]);
        for question in [
            Question::FileByName(&name),
            Question::FileWithSymbol(&name),
            Question::FileWithExtension { extendee: &name, number },
            Question::ExtensionNumbers { extendee: &name },
        ] {
            prop_assert_eq!(answer(&reflection, question).err().map(|refusal| refusal.code), Some(Code::NotFound));
        }
        let of_options = Question::FileWithExtension { extendee: "google.protobuf.MethodOptions", number };
        prop_assert_eq!(answer(&reflection, of_options).is_ok(), number == 57205);
    }
}
