use proptest::prelude::*;

use super::*;
use crate::{AccessRule, Mode, StreamEnd};

fn faults(text: &str) -> Vec<String> {
    let error = parse(text).expect_err("a fault");
    let told: Vec<String> = error.faults().iter().map(ToString::to_string).collect();
    assert_eq!(format!("{error:?}"), told.join("\n"));
    told
}

#[test]
fn a_line_is_a_method_and_its_rule() {
    let scopes = AccessRule::all_of(["a#b", "c"]).expect("a rule");
    let text = "\u{feff}# rules\r\n\r\n  \t# more\n\
        p.v1.S/Public { public: true }\r\n\
        \t/p.v1.S/Scopes\t{ all_of: ['a#b', \"c\"], mode: REPORT_ONLY } # a \" and a }\n\
        p.v1.S.Dotted{authenticated:true stream_end:NEVER}#x\n\
        S/NoPackage { optional: true }\n\
        S.Short { public: true }";
    assert_eq!(
        parse(text).expect("rules"),
        [
            ("p.v1.S/Public".to_owned(), AccessRule::Public.into()),
            ("p.v1.S/Scopes".to_owned(), scopes.with_mode(Mode::ReportOnly)),
            ("p.v1.S/Dotted".to_owned(), AccessRule::Authenticated.with_stream_end(StreamEnd::Never)),
            ("S/NoPackage".to_owned(), AccessRule::Optional.into()),
            ("S/Short".to_owned(), AccessRule::Public.into()),
        ]
    );
    for empty in ["", "\n\n", "# nothing", "\u{feff}"] {
        assert_eq!(parse(empty), Ok(Vec::new()), "{empty:?}");
    }
}

#[test]
fn every_fault_is_told_with_its_line() {
    let no_name = |name: &str| {
        format!(
            "{name} is no name of a method; write a line as `package.Service/Method {{ all_of: \"SCOPE\" }}`"
        )
    };
    let text = "p.S/Get { public: true }\n\
        p.S/Put\n\
        # a comment\n\
        p.S/Post # { public: true }\n\
        p.S/Gut { public: true authenticated: true }\n\
        { public: true }\n\
        Get { public: true }\n\
        p.S/T/U { public: true }\n\
        <<<<<<< HEAD\n\
        p.S/G\u{202e}t { public: true }\n\
        p.S.Get { public: true }\n\
        /p.S/Get { authenticated: true }\n\
        //p.S/Get { public: true }\n\
        p.S/Gat { public: true } { public: true }";
    let told = faults(text);
    assert_eq!(
        told[..11],
        [
            "line 2: p.S/Put has no rule; write it behind the name: `{ all_of: \"SCOPE\" }`".to_owned(),
            "line 4: p.S/Post has no rule; write it behind the name: `{ all_of: \"SCOPE\" }`".to_owned(),
            "line 5: character 16 of the rule: the access rule has public and authenticated; write exactly one of them"
                .to_owned(),
            format!("line 6: {}", no_name("\"\"")),
            format!("line 7: {}", no_name("\"Get\"")),
            format!("line 8: {}", no_name("\"p.S/T/U\"")),
            format!("line 9: {}", no_name("\"<<<<<<<\"")),
            format!("line 10: {}", no_name("\"p.S/G\\u{202e}t\"")),
            "line 11: p.S/Get has a rule on line 1 already; keep one of them".to_owned(),
            "line 12: p.S/Get has a rule on line 11 already; keep one of them".to_owned(),
            format!("line 13: {}", no_name("\"//p.S/Get\"")),
        ]
    );
    assert!(told.len() == 12 && told[11].starts_with("line 14: character 18 of the rule: "), "{told:?}");
}

#[test]
fn what_is_too_long_is_not_read_and_not_told() {
    assert_eq!(faults(&" ".repeat(LONGEST + 1)), ["line 1: the file is too long; at most 16 MiB are read"]);
    assert_eq!(parse(&" ".repeat(LONGEST)), Ok(Vec::new()));
    let told = faults(&"x".repeat(1_000));
    assert!(told[0].starts_with(&format!("line 1: \"{}…\" is no name", "x".repeat(100))), "{told:?}");
}

#[test]
fn many_rules_are_read_in_order() {
    let lines: Vec<String> = (0..4_000).map(|at| format!("p.S/M{at} {{ all_of: \"s{at}\" }}\n")).collect();
    let text = lines.concat();
    let rules = parse(&text).expect("rules");
    assert!(rules.iter().zip(0..).all(|((method, _), at)| *method == format!("p.S/M{at}")));
    assert_eq!(rules.len(), 4_000);
    let error = parse(&text.repeat(2)).expect_err("faults");
    assert_eq!(error.faults().len() + error.more_faults(), 4_000);
}

proptest! {
    #[test]
    fn no_text_is_a_panic(text in any::<String>()) {
        let _ = parse(&text);
    }

    /// What is made of the pieces of such a file.
    #[test]
    fn no_file_is_a_panic(pieces in prop::collection::vec(
        prop::sample::select(vec!["p.S/M", " ", "{", "}", "public", ":", "true", "\"", "'", "#", "\n", "/", "é", "[", ","]),
        0..30,
    )) {
        let _ = parse(&pieces.concat());
    }
}

#[test]
fn of_many_faults_the_first_are_told_and_all_are_counted() {
    let rules = |count: usize| parse(&"x\n".repeat(count)).expect_err("faults");
    for (count, last, more) in
        [(99, "", 0), (100, "", 0), (101, "1 more fault", 1), (5_000, "4900 more faults", 4_900)]
    {
        let error = rules(count);
        assert_eq!((error.faults().len(), error.more_faults()), (count.min(100), more));
        let text = error.to_string();
        assert_eq!(text.lines().count(), count.min(100) + usize::from(more > 0));
        assert!(text.lines().last().expect("a line").ends_with(last), "{text}");
    }
    let twice = "p.S/M { public: true }\n".repeat(1_000);
    let error = parse(&twice).expect_err("faults");
    assert_eq!((error.faults().len(), error.faults()[0].line, error.more_faults()), (100, 2, 899));
}
