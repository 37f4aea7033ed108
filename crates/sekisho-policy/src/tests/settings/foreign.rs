//! Copies of `access.proto` that declare the settings otherwise, or not at all.

use prost::Message as _;
use prost_types::FileDescriptorSet;

use super::*;

fn unknown(field: &str) -> Result<&'static str, String> {
    Err(format!(
        "test.proto:7:5: test.v1.S.Get: the access rule has a field that this version does not know, \
         or knows otherwise ({field}); use a version of sekisho that knows it, and its sekisho/v1/access.proto"
    ))
}

fn replaced(pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(ACCESS_PROTO.to_owned(), |text, (ours, theirs)| {
        assert!(text.contains(ours), "{ours} is not in {text}");
        text.replace(ours, theirs)
    })
}

#[test]
fn values_that_were_exchanged_or_renamed_are_not_misunderstood() {
    for setting in &SETTINGS {
        let [unspecified, default, other] = setting.values;
        let [zero, one, two] = [0, 1, 2].map(|number| format!("  {} = {number};", setting.values[number]));
        let exchanged = replaced(&[(&one, &format!("  {default} = 2;")), (&two, &format!("  {other} = 1;"))]);
        let at_zero =
            replaced(&[(&zero, &format!("  {other} = 0;")), (&two, &format!("  {unspecified} = 2;"))]);
        let alias = |number: u8| {
            let first = format!("  option allow_alias = true;\n  {default} = {number};");
            replaced(&[(&one, &first), (&two, &format!("  {other} = {number};"))])
        };
        let and = |added: &str| replaced(&[(&two, &format!("{two}\n  {added};"))]);
        let cases = [
            (exchanged.clone(), other, "1"),
            (exchanged, default, "2"),
            (replaced(&[(&two, "  LATER = 2;")]), "LATER", "2"),
            (replaced(&[(&two, &format!("  {other} = 3;"))]), other, "3"),
            (and("FURTHER = 3"), "FURTHER", "3"),
            (and("BEFORE = -1"), "BEFORE", "-1"),
            (alias(1), other, "1"),
            (alias(1), default, "1"),
            (alias(2), other, "2"),
            (alias(2), default, "2"),
            // Not written to the set at all, since it is the value of what is not set.
            (at_zero, other, "0"),
        ];
        for (access_proto, value, number) in cases {
            let told =
                setting.read_against(&access_proto, &format!("all_of: \"a\" {}: {value}", setting.name));
            assert_eq!(told, unknown(&format!("{}: {number}", setting.name)), "{value} = {number}");
        }
    }
}

/// `access.proto` with the enum within the message of the rule.
fn nested(setting: &Setting) -> String {
    let top = format!("\nenum {} {{", setting.declared_enum);
    let (before, from) = ACCESS_PROTO.split_once(&top).expect("the enum");
    let (values, after) = from.split_once('}').expect("its end");
    let declaration = setting.declaration();
    let before = before.replace(&declaration, &format!("{declaration}\n{} {values}}}", top.trim_start()));
    before + after
}

#[test]
fn another_type_of_the_field_is_not_misunderstood() {
    for setting in &SETTINGS {
        let Setting { name, number, declared_enum, values, .. } = setting;
        let ours = setting.declaration();
        let other = values[2];
        let renamed_enum = replaced(&[
            (&ours, &format!("  Another {name} = {number};")),
            (&format!("\nenum {declared_enum} "), "\nenum Another "),
        ]);
        let list = replaced(&[(&ours, &format!("  repeated {declared_enum} {name} = {number};"))]);
        let integer = replaced(&[(&ours, &format!("  int32 {name} = {number};"))]);
        let numbered = format!("{name}: 2");
        for (access_proto, value, field) in [
            (&renamed_enum, other, numbered.as_str()),
            (&nested(setting), other, &numbered),
            (&list, other, name),
            (&integer, "2", name),
        ] {
            let told = setting.read_against(access_proto, &format!("all_of: \"a\" {name}: {value}"));
            assert_eq!(told, unknown(field), "{access_proto}");
        }
        // By its number and its name, as every field.
        let renumbered = replaced(&[(&ours, &format!("  {declared_enum} {name} = 8;"))]);
        assert_eq!(
            setting.read_against(&renumbered, &format!("all_of: \"a\" {name}: {other}")),
            unknown(name)
        );
        let renamed = replaced(&[(&ours, &format!("  {declared_enum} other = {number};"))]);
        assert_eq!(
            setting.read_against(&renamed, &format!("all_of: \"a\" other: {other}")),
            unknown("other")
        );
    }
}

/// What proto2 can say of a field that is not set.
#[test]
fn a_default_that_is_not_ours_is_refused() {
    let proto2 = access_proto_in_proto2();
    for setting in &SETTINGS {
        let Setting { name, number, values: [_, _, other], .. } = setting;
        for (written, said) in setting.written() {
            assert_eq!(
                setting.read_against(&proto2, &format!("all_of: \"a\" {written}")),
                Ok(said),
                "{written}"
            );
        }
        let field = format!("{name} = {number}");
        let defaulted = proto2.replace(&format!("{field};"), &format!("{field} [default = {other}];"));
        assert_ne!(defaulted, proto2);
        assert_eq!(setting.read_against(&defaulted, "all_of: \"a\""), unknown(&format!("{name}: 2")));
    }
}

/// The set of a rule `all_of: "a"`, to whose bytes these are added: in place of a scope that is as long.
fn with_bytes(access_proto: &str, added: &[u8]) -> Vec<u8> {
    let (filler, mut scope, mut found) = ("a".repeat(1 + added.len()), Vec::new(), Vec::new());
    prost::encoding::string::encode(3, &"a".to_owned(), &mut scope);
    prost::encoding::string::encode(3, &filler, &mut found);
    let compiler = compile(&test_proto(&body(&format!("all_of: {filler:?}"))), access_proto);
    let test = file(&compiler, "test.proto");
    let at = test.windows(found.len()).position(|window| window == found).expect("the rule");
    let changed = [&test[..at], &scope, added, &test[at + found.len()..]].concat();
    let [descriptor, access] =
        ["google/protobuf/descriptor.proto", "sekisho/v1/access.proto"].map(|name| file(&compiler, name));
    assemble([descriptor, access, changed])
}

#[test]
fn a_number_of_no_value_is_refused() {
    for setting in &SETTINGS {
        let (default, other) = setting.default_and_other();
        let key = setting.number << 3;
        let read = |bytes: &[u8]| setting.read(&with_bytes(ACCESS_PROTO, bytes));
        let unknown = |number: &str| unknown(&format!("{}: {number}", setting.name));
        assert_eq!(read(&[key, 2]), Ok(other));
        assert_eq!(read(&[key, 1]), Ok(default));
        assert_eq!(read(&[key, 0]), Ok(default));
        // The last of several counts.
        assert_eq!(read(&[key, 2, key, 1]), Ok(default));
        assert_eq!(read(&[key, 1, key, 2]), Ok(other));
        assert_eq!(read(&[key, 3]), unknown("3"));
        let minus_one = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
        assert_eq!(read(&[&[key], &minus_one[..]].concat()), unknown("-1"));
    }
}

/// As this version reads what is newer than a copy of `access.proto`; and fields that are yet to come.
#[test]
fn fields_that_a_copy_does_not_declare_are_refused_by_their_number() {
    let stripped = FileDescriptorSet::decode(ACCESS_DESCRIPTOR_SET).expect("a set");
    let rule =
        &stripped.file.iter().find(|file| file.package() == "sekisho.v1").expect("ours").message_type[0];
    let numbers: Vec<i32> = rule.field.iter().map(prost_types::FieldDescriptorProto::number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    let read = |access_proto: &str, bytes: &[u8]| SETTINGS[0].read(&with_bytes(access_proto, bytes));
    for (field, bytes) in [("8", b"\x40\x01"), ("9", b"\x48\x02")] {
        assert_eq!(read(ACCESS_PROTO, bytes), unknown(field));
    }
    let declarations =
        ["  bool optional = 5;".to_owned(), SETTINGS[0].declaration(), SETTINGS[1].declaration()];
    for (number, declaration) in (5..).zip(&declarations) {
        let before = replaced(&[(declaration, "")]);
        for value in [1, 2] {
            assert_eq!(read(&before, &[number << 3, value]), unknown(&number.to_string()));
        }
        assert_eq!(read(&before, b""), Ok("ENFORCE"));
    }
}
