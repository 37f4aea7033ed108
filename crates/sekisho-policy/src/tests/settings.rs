//! `mode` and `stream_end` of a rule: what they say beside each kind, and the copies of their declaration that are not ours.

mod foreign;

use super::*;

const KINDS: [&str; 5] = [
    "public: true",
    "authenticated: true",
    "optional: true",
    "all_of: \"a\"",
    "any_of: [{ all_of: \"a\" }, { all_of: \"b\" }]",
];

/// A field beside the kind. What a method says of it is told by the value's name.
struct Setting {
    name: &'static str,
    number: u8,
    declared_enum: &'static str,
    /// By their numbers: that of what is not set, the default by its name, and the other.
    values: [&'static str; 3],
    said: fn(&Method) -> &'static str,
}

const SETTINGS: [Setting; 2] = [
    Setting {
        name: "mode",
        number: 6,
        declared_enum: "Mode",
        values: ["MODE_UNSPECIFIED", "ENFORCE", "REPORT_ONLY"],
        said: |method| match method.mode() {
            Mode::Enforce => "ENFORCE",
            Mode::ReportOnly => "REPORT_ONLY",
        },
    },
    Setting {
        name: "stream_end",
        number: 7,
        declared_enum: "StreamEnd",
        values: ["STREAM_END_UNSPECIFIED", "AT_EXPIRY", "NEVER"],
        said: |method| match method.stream_end() {
            StreamEnd::AtExpiry => "AT_EXPIRY",
            StreamEnd::Never => "NEVER",
        },
    },
];

impl Setting {
    /// The default, and what is not.
    fn default_and_other(&self) -> (&'static str, &'static str) {
        (self.values[1], self.values[2])
    }

    /// What may be written in a rule, and what it says.
    fn written(&self) -> [(String, &'static str); 4] {
        let [unspecified, default, other] = self.values;
        let written = |value: &str| format!("{}: {value}", self.name);
        [
            (String::new(), default),
            (written(unspecified), default),
            (written(default), default),
            (written(other), other),
        ]
    }

    /// Its field in our `access.proto`.
    fn declaration(&self) -> String {
        format!("  {} {} = {};", self.declared_enum, self.name, self.number)
    }

    fn read(&self, set: &[u8]) -> Result<&'static str, String> {
        let policy = Policy::from_descriptor_set(set).map_err(|error| error.to_string())?;
        Ok((self.said)(policy.method("/test.v1.S/Get").expect("Get")))
    }

    /// What a rule says that was written against this `access.proto`.
    fn read_against(&self, access_proto: &str, rule: &str) -> Result<&'static str, String> {
        self.read(&compile(&test_proto(&body(rule)), access_proto).encode_file_descriptor_set())
    }
}

/// A method with this rule, on the line 7 at column 5.
fn body(rule: &str) -> String {
    format!(
        "service S {{\n  rpc Get(stream M) returns (M) {{\n    option (sekisho.v1.access) = {{ {rule} }};\n  }}\n}}\n"
    )
}

#[test]
fn each_is_read_beside_each_kind_in_any_order() {
    let [mode, stream_end] = &SETTINGS;
    for kind in KINDS {
        let expected = policy(&body(kind));
        for (mode_written, mode_said) in mode.written() {
            for (end_written, end_said) in stream_end.written() {
                for rule in [
                    format!("{kind} {mode_written} {end_written}"),
                    format!("{end_written} {mode_written} {kind}"),
                    format!("{mode_written} {kind} {end_written}"),
                ] {
                    let policy = policy(&body(&rule));
                    let [method, without] =
                        [&policy, &expected].map(|policy| policy.method("/test.v1.S/Get").expect("Get"));
                    assert_eq!(method.rule(), without.rule(), "{rule}");
                    assert_eq!(
                        ((mode.said)(method), (stream_end.said)(method)),
                        (mode_said, end_said),
                        "{rule}"
                    );
                }
            }
        }
    }
}

#[test]
fn each_may_stand_at_every_method_and_streams_are_told_apart() {
    let methods =
        [("", "", false), ("stream ", "", true), ("", "stream ", true), ("stream ", "stream ", true)];
    for (request, response, is_streaming) in methods {
        let rule =
            "option (sekisho.v1.access) = { authenticated: true mode: REPORT_ONLY stream_end: NEVER };";
        let policy =
            policy(&format!("service S {{ rpc Get({request}M) returns ({response}M) {{ {rule} }} }}"));
        let method = policy.method("/test.v1.S/Get").expect("Get");
        assert_eq!(
            (method.mode(), method.stream_end(), method.is_streaming()),
            (Mode::ReportOnly, StreamEnd::Never, is_streaming)
        );
    }
}

#[test]
fn a_methods_own_rule_replaces_the_default_as_a_whole() {
    for setting in &SETTINGS {
        let (default, other) = setting.default_and_other();
        let said = format!("{}: {other}", setting.name);
        let policy = policy(&format!(
            r#"service Defaulted {{
  option (sekisho.v1.default_access) = {{ all_of: "a" {said} }};
  rpc Inherits(stream M) returns (M);
  rpc Overrides(stream M) returns (M) {{ option (sekisho.v1.access) = {{ all_of: "a" }}; }}
}}
service Overridden {{
  option (sekisho.v1.default_access) = {{ all_of: "a" }};
  rpc Inherits(stream M) returns (M);
  rpc Overrides(stream M) returns (M) {{ option (sekisho.v1.access) = {{ all_of: "a" {said} }}; }}
}}"#
        ));
        for (path, expected) in [
            ("/test.v1.Defaulted/Inherits", other),
            ("/test.v1.Defaulted/Overrides", default),
            ("/test.v1.Overridden/Inherits", default),
            ("/test.v1.Overridden/Overrides", other),
        ] {
            assert_eq!((setting.said)(policy.method(path).expect(path)), expected, "{path}");
        }
    }
}

/// Nor does a method take who may call from the default where its own rule says one of these alone.
#[test]
fn a_default_does_not_complete_a_methods_own_rule() {
    for setting in &SETTINGS {
        let text = faults_of(&format!(
            r"service S {{
  option (sekisho.v1.default_access) = {{ public: true }};
  rpc Get(stream M) returns (M) {{ option (sekisho.v1.access) = {{ {}: {} }}; }}
}}",
            setting.name, setting.values[2]
        ));
        let expected = "test.proto:7:35: test.v1.S.Get: the access rule does not say who";
        assert!(text.starts_with(expected), "{text}");
    }
}
