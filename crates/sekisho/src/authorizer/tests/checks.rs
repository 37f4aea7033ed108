//! The checks, by name and in their order: a call that is wrong in everything is mended one check at a time.

use super::*;
use crate::token::TokenProfile;

/// A call, and its token member by member, each as JSON text. A member that is named again stands there twice.
struct Call {
    path: &'static str,
    scheme: &'static str,
    header: Vec<(&'static str, &'static str)>,
    payload: Vec<(&'static str, &'static str)>,
    has_payload: bool,
    is_signed: bool,
}

impl Call {
    fn wrong_in_everything() -> Self {
        let header =
            vec![("alg", "\"none\""), ("alg", "\"HS256\""), ("crit", "[]"), ("kid", "1"), ("typ", "\"X\"")];
        let payload = vec![
            ("iss", "\"https://three.example/\""),
            ("sub", "[]"),
            ("sub", "7"),
            ("nonce", "1"),
            ("cnf", "{}"),
            ("aud", "\"other\""),
            ("exp", "1"),
            ("nbf", "4000000000"),
            ("iat", "4000000000"),
            ("jti", "[]"),
            ("azp", "[]"),
        ];
        let path = "/a.v1.A/Gone";
        Self { path, scheme: "Basic", header, payload, has_payload: false, is_signed: false }
    }

    fn set(
        members: &mut Vec<(&'static str, &'static str)>,
        name: &str,
        value: &[(&'static str, &'static str)],
    ) {
        members.retain(|(other, _)| *other != name);
        members.extend(value);
    }

    /// Puts right what a check finds, and nothing else.
    fn mend(&mut self, check: Check) {
        let (header, payload) = (&mut self.header, &mut self.payload);
        match check {
            Check::Method => self.path = PATH,
            // It refuses nobody.
            Check::Rule => {}
            Check::Credentials => self.scheme = "Bearer",
            Check::Form => self.has_payload = true,
            Check::Header => Self::set(header, "alg", &[("alg", "\"HS256\"")]),
            Check::Algorithm => Self::set(header, "alg", &[("alg", "\"RS256\"")]),
            Check::Critical => Self::set(header, "crit", &[]),
            Check::KeyId => Self::set(header, "kid", &[("kid", "\"unknown\"")]),
            Check::Type => Self::set(header, "typ", &[("typ", "\"at+jwt\"")]),
            Check::TrustedIssuer => {
                Self::set(payload, "iss", &[("iss", "\"https://one.example/\"")]);
            }
            Check::Key => Self::set(header, "kid", &[("kid", "\"test-key\"")]),
            Check::Signature => self.is_signed = true,
            Check::Payload => Self::set(payload, "sub", &[("sub", "7"), ("at_hash", "1")]),
            Check::IdToken => Self::set(payload, "at_hash", &[]),
            Check::SenderConstraint => Self::set(payload, "cnf", &[]),
            Check::Issuer => Self::set(payload, "iss", &[("iss", "\"https://one.example/\"")]),
            Check::Audience => Self::set(payload, "aud", &[("aud", "\"one-api\"")]),
            Check::Expiry => Self::set(payload, "exp", &[("exp", "3000000000")]),
            Check::NotBefore => Self::set(payload, "nbf", &[]),
            Check::IssuedAt => Self::set(payload, "iat", &[("iat", "1")]),
            Check::Profile => {
                Self::set(payload, "jti", &[("jti", "\"1\"")]);
                payload.push(("client_id", "\"c\""));
            }
            Check::Subject => Self::set(payload, "sub", &[("sub", "\"alice\"")]),
            Check::TokenId => Self::set(payload, "jti", &[("jti", "\"1\"")]),
            Check::Client => Self::set(payload, "azp", &[]),
            Check::Scopes => payload.push(("scope", "\"read\"")),
        }
    }

    fn token(&self, issuer: &TestIssuer) -> String {
        let object = |members: &[(&str, &str)]| {
            let members: Vec<_> = members.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
            format!("{{{}}}", members.join(","))
        };
        let (header, payload) = (object(&self.header), object(&self.payload));
        let payload = if self.has_payload { payload } else { "[]".to_owned() };
        if self.is_signed { issuer.sign(&header, &payload) } else { unsigned(&header, &payload) }
    }

    fn judged_by(&self, authorizer: &Authorizer, issuer: &TestIssuer) -> Verdict {
        let entry = format!("{} {}", self.scheme, self.token(issuer));
        let metadata = HeaderMap::from_iter([(AUTHORIZATION, entry.parse().expect("a value"))]);
        match authorizer.authorize(self.path, &metadata) {
            Authorization::Decided(verdict) => verdict,
            Authorization::AwaitingKey(_) => panic!("nothing is to be awaited"),
        }
    }
}

fn unsigned(header: &str, payload: &str) -> String {
    let encode = |text: &str| crate::base64url::encode(text.as_bytes());
    format!("{}.{}.AAAA", encode(header), encode(payload))
}

/// The checks at which a call ends that is mended by each of them, until it is allowed.
fn ladder(authorizer: &Authorizer, issuer: &TestIssuer) -> Vec<Check> {
    let mut call = Call::wrong_in_everything();
    let mut ended_at = Vec::new();
    loop {
        let verdict = call.judged_by(authorizer, issuer);
        let check = verdict.last_check();
        if verdict.denial().is_none() {
            assert_eq!(check, Check::Scopes, "what is allowed has passed all of them");
            return ended_at;
        }
        assert!(!ended_at.contains(&check), "{check} is mended, and refuses again: {verdict:?}");
        ended_at.push(check);
        call.mend(check);
    }
}

fn issuers() -> [TestIssuer; 2] {
    [TestIssuer::new("https://one.example/", "one-api"), TestIssuer::new("https://two.example/", "two-api")]
}

fn all_but(left_out: &[Check]) -> Vec<Check> {
    Check::in_order().iter().copied().filter(|check| !left_out.contains(check)).collect()
}

#[test]
fn a_call_that_is_wrong_in_everything_is_refused_by_one_check_after_the_other_in_their_order() {
    let [one, two] = issuers();
    let strict = one.issuer().verified_by(|verifier| verifier.profile(TokenProfile::Rfc9068));
    // What the profile wants, it has looked at before others do. One issuer is asked whatever a token names.
    let by_profile = all_but(&[Check::Rule, Check::TrustedIssuer, Check::TokenId]);
    assert_eq!(ladder(&authorizer(strict), &one), by_profile);
    let alone = authorizer(one.issuer());
    assert_eq!(ladder(&alone, &one), all_but(&[Check::Rule, Check::TrustedIssuer, Check::Profile]));
    // A token that names an issuer is judged by that one, whose name it has.
    let both = alone.also_trusting(two.issuer());
    assert_eq!(ladder(&both, &one), all_but(&[Check::Rule, Check::Issuer, Check::Profile]));
}

#[test]
fn the_checks_are_listed_as_they_are_declared_and_each_has_a_name_and_a_sentence_of_its_own() {
    let all = Check::in_order();
    assert!(all.is_sorted() && Check::Scopes as usize + 1 == all.len(), "{all:?}");
    for (index, check) in all.iter().enumerate() {
        let is_plain = check.as_str().chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(is_plain && check.asks().ends_with('?'), "{check}");
        let same = |other: &&Check| other.as_str() == check.as_str() || other.asks() == check.asks();
        assert_eq!(all.iter().position(|other| same(&other)), Some(index), "{check}");
    }
}

/// What a token lacks of its issuer's name is found before its key is looked for, where several are trusted.
#[test]
fn of_several_issuers_the_one_that_is_named_twice_or_not_at_all_is_not_found() {
    let [one, two] = issuers();
    let alone = authorizer(one.issuer());
    let both = authorizer(one.issuer()).also_trusting(two.issuer());
    let mut call = Call::wrong_in_everything();
    for check in Check::in_order() {
        call.mend(*check);
    }
    assert!(call.judged_by(&both, &one).denial().is_none());
    let iss = ("iss", "\"https://one.example/\"");
    let cases = [("twice", vec![iss, iss], Check::Payload), ("none", vec![], Check::Issuer)];
    for (name, members, of_one) in cases {
        Call::set(&mut call.payload, "iss", &members);
        assert_eq!(call.judged_by(&both, &one).last_check(), Check::TrustedIssuer, "{name}");
        assert_eq!(call.judged_by(&alone, &one).last_check(), of_one, "{name}");
    }
}

/// The same claim may be looked at by several checks; the one that found the fault is told.
#[test]
fn a_claim_that_several_checks_read_is_told_of_by_the_one_that_found_it() {
    let issuer = TestIssuer::new("https://one.example/", "one-api");
    let by_client = authorizer(issuer.issuer().verified_by(|verifier| verifier.audience_claim("client_id")));
    let token = || issuer.token().scope("read").without_claim("aud");
    let cases = [
        (token().without_claim("client_id"), Check::Audience),
        (token().claim("client_id", 1), Check::Audience),
        (token().claim("client_id", vec!["one-api"]), Check::Client),
        (token().claim("client_id", "one-api"), Check::Scopes),
    ];
    for (token, check) in cases {
        assert_eq!(verdict(&by_client, &token).last_check(), check, "{}", token.payload_json());
    }
}

#[test]
fn where_nobody_is_asked_the_rule_is_the_last_check() {
    let source = r#"
        syntax = "proto3";
        package a.v1;
        import "sekisho/v1/access.proto";
        message M {}
        service A {
          rpc Open(M) returns (M) { option (sekisho.v1.access) = { public: true }; }
          rpc Maybe(M) returns (M) { option (sekisho.v1.access) = { optional: true }; }
          rpc Report(M) returns (M) { option (sekisho.v1.access) = { all_of: "read" mode: REPORT_ONLY }; }
        }
    "#;
    let policy = Policy::from_descriptor_set(&sekisho_build::descriptor_set_of(source).expect("a set"));
    let issuer = TestIssuer::new("https://one.example/", "one-api");
    let authorizer =
        Authorizer::new(policy.expect("a policy"), issuer.issuer()).clock(Arc::new(ManualClock::new()));
    let (good, bad) = (format!("Bearer {}", issuer.token().sign()), "Bearer a.b.c".to_owned());
    let cases = [
        ("/a.v1.A/Open", None, Check::Rule),
        ("/a.v1.A/Open", Some(&bad), Check::Rule),
        ("/a.v1.A/Maybe", None, Check::Rule),
        ("/a.v1.A/Maybe", Some(&bad), Check::Form),
        ("/a.v1.A/Maybe", Some(&good), Check::Scopes),
        // It goes through, and what would refuse it is told.
        ("/a.v1.A/Report", None, Check::Credentials),
        ("/a.v1.A/Report", Some(&good), Check::Scopes),
        ("/a.v1.A/None", None, Check::Method),
    ];
    for (path, entry, check) in cases {
        let entry = entry.map(|entry| (AUTHORIZATION, entry.parse().expect("a value")));
        let Authorization::Decided(verdict) = authorizer.authorize(path, &entry.into_iter().collect()) else {
            panic!("nothing is to be awaited")
        };
        assert_eq!(verdict.last_check(), check, "{path}");
    }
}
