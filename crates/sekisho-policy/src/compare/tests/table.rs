//! The changes that a reviewer asks about, each with its verdict and its witnesses in words.

use super::*;

const CALL: &str = "can now call `p.S/M`";
const NO_CALL: &str = "no longer can call `p.S/M`";
const NOBODY: &str = "";

/// Name, before, after, verdict, who gains, who loses.
type Case = (&'static str, &'static str, &'static str, Verdict, String, String);

fn check(is_streaming: bool, cases: impl IntoIterator<Item = Case>) {
    for (name, before, after, verdict, gained, lost) in cases {
        let change = compare((&rule(before), is_streaming), (&rule(after), is_streaming));
        let tell =
            |witness: &Option<Witness>| witness.as_ref().map_or_else(String::new, |it| it.tell("p.S/M"));
        let told = (change.verdict, tell(&change.gained), tell(&change.lost));
        assert_eq!(told, (verdict, gained, lost), "{name}: {before} -> {after}");
    }
}

fn looser(name: &'static str, before: &'static str, after: &'static str, who: &str) -> Case {
    (name, before, after, Verdict::Looser, format!("{who} {CALL}"), NOBODY.to_owned())
}

fn tighter(name: &'static str, before: &'static str, after: &'static str, who: &str) -> Case {
    (name, before, after, Verdict::Tighter, NOBODY.to_owned(), format!("{who} {NO_CALL}"))
}

fn incomparable(
    name: &'static str,
    before: &'static str,
    after: &'static str,
    gained: &str,
    lost: &str,
) -> Case {
    (name, before, after, Verdict::Incomparable, format!("{gained} {CALL}"), format!("{lost} {NO_CALL}"))
}

fn equivalent(name: &'static str, before: &'static str, after: &'static str) -> Case {
    (name, before, after, Verdict::Equivalent, NOBODY.to_owned(), NOBODY.to_owned())
}

#[test]
fn a_change_of_scopes() {
    let two = r#"{ any_of: [{ all_of: ["b", "a"] }, { all_of: "c" }] }"#;
    let cases = [
        equivalent("nothing", r#"{ all_of: "a" }"#, r#"{ all_of: ["a"] }"#),
        equivalent("another order", two, r#"{ any_of: [{ all_of: "c" }, { all_of: ["a", "b"] }] }"#),
        equivalent(
            "a superfluous alternative",
            two,
            r#"{ any_of: [{ all_of: ["c", "a"] }, { all_of: "c" }, { all_of: ["a", "b"] }] }"#,
        ),
        looser("one scope less", r#"{ all_of: ["a", "b"] }"#, r#"{ all_of: "b" }"#, "a token with only `b`"),
        tighter("one scope more", r#"{ all_of: "a" }"#, r#"{ all_of: ["b", "a"] }"#, "a token with only `a`"),
        looser(
            "a further alternative",
            r#"{ all_of: "a" }"#,
            r#"{ any_of: [{ all_of: "a" }, { all_of: ["c", "b"] }] }"#,
            "a token with only `b` and `c`",
        ),
        tighter("an alternative less", two, r#"{ all_of: ["a", "b"] }"#, "a token with only `c`"),
        looser(
            "all of becomes any of",
            r#"{ all_of: ["a", "b"] }"#,
            r#"{ any_of: [{ all_of: "b" }, { all_of: "a" }] }"#,
            "a token with only `a`",
        ),
        tighter(
            "any of becomes all of",
            r#"{ any_of: [{ all_of: "a" }, { all_of: "b" }] }"#,
            r#"{ all_of: ["a", "b"] }"#,
            "a token with only `a`",
        ),
        incomparable(
            "another scope",
            r#"{ all_of: "a" }"#,
            r#"{ all_of: "b" }"#,
            "a token with only `b`",
            "a token with only `a`",
        ),
        incomparable(
            "another case",
            r#"{ all_of: "a" }"#,
            r#"{ all_of: "A" }"#,
            "a token with only `A`",
            "a token with only `a`",
        ),
        incomparable(
            "a longer scope is another scope",
            r#"{ all_of: "a:read" }"#,
            r#"{ all_of: "a" }"#,
            "a token with only `a`",
            "a token with only `a:read`",
        ),
        incomparable(
            "one alternative wider, another one gone",
            two,
            r#"{ all_of: "a" }"#,
            "a token with only `a`",
            "a token with only `c`",
        ),
        looser(
            "the smallest one is shown",
            r#"{ all_of: "x" }"#,
            r#"{ any_of: [{ all_of: ["a", "b", "c"] }, { all_of: ["x"] }, { all_of: ["e", "d"] }, { all_of: ["d", "c"] }] }"#,
            "a token with only `c` and `d`",
        ),
        tighter(
            "what stays is not shown",
            r#"{ any_of: [{ all_of: "a" }, { all_of: ["b", "c"] }] }"#,
            r#"{ any_of: [{ all_of: "a" }, { all_of: ["b", "c", "d"] }] }"#,
            "a token with only `b` and `c`",
        ),
    ];
    check(false, cases.clone());
    check(true, cases);
}

#[test]
fn a_change_of_the_kind() {
    let (public, authenticated, optional, scope) =
        ("{ public: true }", "{ authenticated: true }", "{ optional: true }", r#"{ all_of: "a" }"#);
    let (nobody, invalid, none) =
        ("a caller without a token", "a caller with an invalid token", "a token without scopes");
    let cases = [
        looser("opened to all", scope, public, nobody),
        looser("opened to all tokens", scope, authenticated, none),
        looser("opened to who has none", authenticated, optional, nobody),
        looser("opened to who has none, too", scope, optional, nobody),
        looser("a bad token passes", optional, public, invalid),
        looser("tokens are not looked at", authenticated, public, nobody),
        tighter("closed by a scope", public, scope, nobody),
        tighter("a scope asked for", authenticated, scope, none),
        tighter("a token asked for", optional, authenticated, nobody),
        tighter("bad tokens refused", public, optional, invalid),
        tighter("a scope asked for of everyone", optional, scope, nobody),
        equivalent("public", public, public),
        equivalent("optional", optional, optional),
    ];
    check(false, cases.clone());
    check(true, cases);
}

#[test]
fn a_change_of_the_mode() {
    let (enforced, reported) = (r#"{ all_of: "a" }"#, r#"{ all_of: "a" mode: REPORT_ONLY }"#);
    let (nobody, invalid) = ("a caller without a token", "a caller with an invalid token");
    let cases = [
        looser("only reported", enforced, reported, nobody),
        tighter("enforced", reported, enforced, nobody),
        looser(
            "optional, only reported",
            "{ optional: true }",
            "{ optional: true mode: REPORT_ONLY }",
            invalid,
        ),
        equivalent("one reports as another", reported, r#"{ all_of: "b" mode: REPORT_ONLY }"#),
        equivalent("reporting is public", reported, "{ public: true }"),
        equivalent("public refuses nobody", "{ public: true }", "{ public: true mode: REPORT_ONLY }"),
        tighter("enforced, and another rule", reported, "{ authenticated: true }", nobody),
    ];
    check(false, cases.clone());
    check(true, cases);
}

#[test]
fn a_change_of_the_end_of_streams() {
    let (cut, uncut) = (
        r#"{ any_of: [{ all_of: ["b", "c"] }, { all_of: "a" }] }"#,
        r#"{ any_of: [{ all_of: ["b", "c"] }, { all_of: "a" }] stream_end: NEVER }"#,
    );
    let goes_on =
        |who: &str| format!("a stream of `p.S/M` that {who} began now goes on after the token has expired");
    let ends =
        |who: &str| format!("a stream of `p.S/M` that {who} began is now ended when the token expires");
    let (a, none) = ("a token with only `a`", "a token without scopes");
    let nobody = || NOBODY.to_owned();
    check(
        true,
        [
            ("streams run on", cut, uncut, Verdict::Looser, goes_on(a), nobody()),
            ("streams are ended", uncut, cut, Verdict::Tighter, nobody(), ends(a)),
            (
                "of any token",
                "{ authenticated: true }",
                "{ authenticated: true stream_end: NEVER }",
                Verdict::Looser,
                goes_on(none),
                nobody(),
            ),
            (
                "of who is optional",
                "{ optional: true stream_end: NEVER }",
                "{ optional: true }",
                Verdict::Tighter,
                nobody(),
                ends(none),
            ),
            (
                "fewer callers, longer streams",
                "{ authenticated: true }",
                r#"{ all_of: "a" stream_end: NEVER }"#,
                Verdict::Incomparable,
                goes_on(a),
                format!("{none} {NO_CALL}"),
            ),
            (
                "more callers, shorter streams",
                r#"{ all_of: "a" stream_end: NEVER }"#,
                "{ authenticated: true }",
                Verdict::Incomparable,
                format!("{none} {CALL}"),
                ends(a),
            ),
            (
                "both looser: who may call is shown",
                "{ all_of: [\"a\", \"b\"] }",
                r#"{ all_of: ["a"] stream_end: NEVER }"#,
                Verdict::Looser,
                format!("{a} {CALL}"),
                nobody(),
            ),
            tighter(
                "public cuts none",
                "{ public: true }",
                "{ authenticated: true stream_end: NEVER }",
                "a caller without a token",
            ),
            looser(
                "public cuts none, the other way",
                "{ authenticated: true stream_end: NEVER }",
                "{ public: true }",
                "a caller without a token",
            ),
            equivalent("of public ones", "{ public: true }", "{ public: true stream_end: NEVER }"),
            equivalent(
                "of what reports",
                r#"{ all_of: "a" mode: REPORT_ONLY }"#,
                r#"{ all_of: "a" mode: REPORT_ONLY stream_end: NEVER }"#,
            ),
            tighter(
                "enforced with streams that run on",
                "{ authenticated: true mode: REPORT_ONLY }",
                "{ authenticated: true stream_end: NEVER }",
                "a caller without a token",
            ),
        ],
    );
    check(
        false,
        [
            equivalent("a unary call has no stream", cut, uncut),
            equivalent("nor does it the other way", uncut, cut),
        ],
    );
}

#[test]
fn a_method_that_becomes_streaming() {
    let (cut, uncut) = (rule(r#"{ all_of: "a" }"#), rule(r#"{ all_of: "a" stream_end: NEVER }"#));
    let verdict = |before, after| compare(before, after).verdict;
    assert_eq!(verdict((&cut, false), (&cut, true)), Verdict::Equivalent);
    assert_eq!(verdict((&uncut, false), (&uncut, true)), Verdict::Looser);
    assert_eq!(verdict((&uncut, true), (&uncut, false)), Verdict::Tighter);
    assert_eq!(verdict((&uncut, false), (&cut, true)), Verdict::Equivalent);
    let public = rule("{ public: true }");
    assert_eq!(verdict((&public, false), (&public, true)), Verdict::Equivalent);
}
