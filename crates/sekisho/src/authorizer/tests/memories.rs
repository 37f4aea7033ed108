//! Each issuer has a memory of its own.

use super::super::memory::MEMORIES;
use super::super::trusted::Trust;
use super::*;

fn is_remembered(authorizer: &Authorizer, token: &TokenBuilder<'_>) -> bool {
    let verdict = verdict(authorizer, token);
    assert!(verdict.result().is_ok(), "{verdict:?}");
    verdict.is_remembered()
}

#[test]
fn row_117_an_issuer_that_signs_tokens_without_end_pushes_out_none_of_another() {
    let one = TestIssuer::new("https://one.example/", "api");
    let two = TestIssuer::new("https://two.example/", "api");
    let both = authorizer(one.issuer()).also_trusting(two.issuer()).remember_tokens(4);
    let token = |issuer, subject: &str| TestIssuer::token(issuer).scope("read").subject(subject);
    assert!(!is_remembered(&both, &token(&one, "alice")));
    assert!(!is_remembered(&both, &token(&two, "first")));
    for number in 0..100 {
        assert!(!is_remembered(&both, &token(&two, &number.to_string())));
    }
    assert!(is_remembered(&both, &token(&one, "alice")));
    assert!(!is_remembered(&both, &token(&two, "first")), "its own are pushed out");
}

#[test]
fn issuers_that_stay_keep_their_memories_and_others_get_what_is_free() {
    let issuer = TestIssuer::new("https://one.example/", "api");
    let issuers: Vec<Issuer> = (0..MEMORIES + 2).map(|_| issuer.issuer()).collect();
    let places = |trust: &Trust| -> Vec<usize> {
        trust
            .issuers
            .iter()
            .map(|issuer| trust.memory_of(issuer.identity()).expect("it is trusted"))
            .collect()
    };
    let three = Trust::of(issuers[..3].to_vec());
    assert_eq!(places(&three), [0, 1, 2]);
    let later = three.followed_by([&issuers[4..5], &issuers[2..3], &issuers[5..6], &issuers[1..2]].concat());
    assert_eq!(places(&later), [0, 2, 3, 1]);
    assert_eq!(later.memory_of(issuers[0].identity()), None);
    let many = places(&later.followed_by(issuers.clone()));
    assert!(many.iter().all(|place| *place < MEMORIES), "{many:?}");
    assert_eq!(many[..6], [4, 1, 2, 5, 0, 3], "{many:?}");
}
