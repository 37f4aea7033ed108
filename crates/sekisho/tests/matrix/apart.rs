//! What is expected is written down apart from the code that is tested.

/// What says what should have become of a call, and what reads what did.
const SOURCES: [(&str, &str); 5] = [
    ("answer.rs", include_str!("../../src/testing/matrix/answer.rs")),
    ("call.rs", include_str!("../../src/testing/matrix/call.rs")),
    ("expected.rs", include_str!("../../src/testing/matrix/expected.rs")),
    ("outcome.rs", include_str!("../../src/testing/matrix/outcome.rs")),
    ("scopes.rs", include_str!("../../src/testing/matrix/scopes.rs")),
];

/// A fault in what both share would be expected to be there.
#[test]
fn expectations_take_nothing_from_the_code_under_test() {
    for (name, source) in SOURCES {
        for shared in ["crate::", "super::super", "sekisho_policy"] {
            assert!(!source.contains(shared), "matrix/{name} uses {shared}");
        }
    }
}
