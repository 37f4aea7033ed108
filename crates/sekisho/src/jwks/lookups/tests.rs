//! Tables: who asks when, and what comes of it.

use super::*;

const COOLDOWN: Duration = Duration::from_secs(30);
const NONE_HELD: fn(&str) -> bool = |_| false;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn date(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

fn not_published(looked_for_at: SystemTime, rest: u64) -> Ask {
    Ask::NotPublished { looked_for_at, rest: at(rest) }
}

fn looked_for_in_vain(kid: &str) -> Lookups {
    let mut lookups = Lookups::default();
    assert_eq!(lookups.ask(kid, at(0)), Ask::Wait);
    let cause = lookups.begin(date(0));
    lookups.end(&cause, true, NONE_HELD, at(0), COOLDOWN);
    lookups
}

#[test]
fn only_a_key_that_was_looked_for_is_called_wrong() {
    let mut lookups = looked_for_in_vain("junk");
    assert_eq!(lookups.ask("junk", at(29)), not_published(date(0), 1));
    assert_eq!(lookups.ask("rotated", at(10)), Ask::Later(at(20)));
    assert_eq!(lookups.ask("rotated", at(30)), Ask::Wait, "the cooldown is over");
    assert_eq!(lookups.ask("junk", at(30)), Ask::Wait, "and so is what was remembered");
}

#[test]
fn a_key_named_while_a_fetch_is_under_way_was_not_looked_for() {
    let mut lookups = Lookups::default();
    lookups.ask("junk", at(0));
    let cause = lookups.begin(date(0));
    assert_eq!(lookups.ask("rotated", at(0)), Ask::Wait);
    lookups.end(&cause, true, NONE_HELD, at(1), COOLDOWN);
    assert_eq!(lookups.outcome("junk", at(1)), not_published(date(0), 30));
    assert_eq!(lookups.outcome("rotated", at(1)), Ask::Later(COOLDOWN));
    assert_eq!(lookups.ask("rotated", at(1)), Ask::Later(COOLDOWN));
}

#[test]
fn a_refresh_neither_starts_the_cooldown_nor_ends_a_wait() {
    let mut lookups = Lookups::default();
    let refresh = lookups.begin(date(0));
    lookups.ask("rotated", at(0));
    lookups.ask("found", at(0));
    lookups.end(&refresh, true, |kid| kid == "found", at(1), COOLDOWN);
    assert_eq!(lookups.outcome("rotated", at(1)), Ask::Wait);
    assert_eq!(lookups.outcome("found", at(1)), Ask::Later(Duration::ZERO));
}

#[test]
fn a_fetch_that_failed_found_nothing_out() {
    let mut lookups = Lookups::default();
    lookups.ask("rotated", at(0));
    let cause = lookups.begin(date(0));
    lookups.end(&cause, false, NONE_HELD, at(0), COOLDOWN);
    assert_eq!(lookups.ask("rotated", at(5)), Ask::Later(at(25)));
}

#[test]
fn a_fetch_that_was_under_way_is_not_the_one_that_was_asked_for() {
    let mut lookups = Lookups::default();
    let first = lookups.request();
    let under_way = lookups.begin(date(0));
    assert!(under_way.requests >= first && !lookups.want_fetch());
    let second = lookups.request();
    assert!(under_way.requests < second && lookups.want_fetch());
    assert!(lookups.begin(date(0)).requests >= second);
    // One that nobody asked for is as good, where who asked did not see the one before.
    assert!(lookups.begin(date(0)).requests >= second);
}

#[test]
fn a_key_that_is_withdrawn_is_known_to_be_gone() {
    let mut lookups = looked_for_in_vain("junk");
    lookups.withdraw(["withdrawn".into(), "junk".into()], date(7));
    // Since the fetch that found it gone, and not since the one that began the cooldown.
    assert_eq!(lookups.ask("withdrawn", at(10)), not_published(date(7), 20));
    assert_eq!(lookups.ask("junk", at(10)), not_published(date(7), 20), "it was there in between");
    assert_eq!(lookups.ask("withdrawn", at(30)), Ask::Wait, "it may have come back");
    let many = (0..2 * MAX_REMEMBERED).map(|index| index.to_string().into());
    let mut lookups = looked_for_in_vain("junk");
    lookups.withdraw(many, date(7));
    assert_eq!(lookups.ask("0", at(10)), not_published(date(7), 20));
    assert_eq!(lookups.ask(&(2 * MAX_REMEMBERED - 1).to_string(), at(10)), Ask::Later(at(20)));
}

#[test]
fn names_that_wait_are_bounded() {
    let mut lookups = Lookups::default();
    for index in 0..MAX_ASKED {
        assert_eq!(lookups.ask(&index.to_string(), at(0)), Ask::Wait);
    }
    assert_eq!(lookups.ask("one more", at(0)), Ask::Later(at(1)));
    assert_eq!(lookups.ask("0", at(0)), Ask::Wait, "one that waits already costs nothing");
}

#[test]
fn what_a_fetch_did_not_find_is_told_though_no_cooldown_is_left() {
    let mut lookups = Lookups::default();
    lookups.ask("junk", at(0));
    let cause = lookups.begin(date(0));
    lookups.end(&cause, true, NONE_HELD, at(1), Duration::ZERO);
    assert_eq!(lookups.outcome("junk", at(1)), not_published(date(0), 0));
    assert_eq!(lookups.ask("junk", at(1)), Ask::Wait);
}

#[test]
fn a_bad_signature_is_reason_for_one_fetch_a_cooldown() {
    let mut lookups = Lookups::default();
    assert!(lookups.ask_for_bad_signature(at(0)) && lookups.want_fetch());
    assert!(!lookups.ask_for_bad_signature(at(0)), "it is asked already");
    let cause = lookups.begin(date(0));
    assert!(cause.is_of_tokens() && !lookups.want_fetch());
    assert!(!lookups.ask_for_bad_signature(at(5)), "the fetch is under way");
    for succeeded in [true, false] {
        lookups.end(&cause, succeeded, NONE_HELD, at(5), COOLDOWN);
        assert!(!lookups.ask_for_bad_signature(at(34)) && !lookups.want_fetch(), "{succeeded}");
    }
    assert!(lookups.ask_for_bad_signature(at(35)) && lookups.want_fetch());
}

#[test]
fn a_bad_signature_during_a_fetch_for_something_else_asks_for_the_next_one() {
    let mut lookups = Lookups::default();
    let refresh = lookups.begin(date(0));
    // That one may have been answered before the key was changed.
    assert!(lookups.ask_for_bad_signature(at(0)));
    lookups.end(&refresh, true, NONE_HELD, at(1), COOLDOWN);
    assert!(lookups.want_fetch());
    assert!(lookups.begin(date(1)).is_of_tokens());
}

#[test]
fn neither_kind_of_junk_starves_the_other() {
    let mut lookups = looked_for_in_vain("junk");
    assert!(lookups.ask_for_bad_signature(at(10)), "in the cooldown of unknown keys");
    let cause = lookups.begin(date(10));
    assert_eq!(lookups.ask("rotated", at(10)), Ask::Later(at(20)));
    lookups.end(&cause, true, NONE_HELD, at(11), COOLDOWN);
    assert_eq!(lookups.ask("rotated", at(11)), Ask::Later(at(19)), "its cooldown is as it was");
    assert_eq!(lookups.ask("rotated", at(30)), Ask::Wait, "in the cooldown of bad signatures");
    let cause = lookups.begin(date(30));
    lookups.end(&cause, true, NONE_HELD, at(31), COOLDOWN);
    assert!(!lookups.ask_for_bad_signature(at(40)) && lookups.ask_for_bad_signature(at(41)));
}

#[test]
fn a_key_that_is_asked_for_during_the_fetch_for_a_bad_signature_is_looked_for_by_the_next() {
    let mut lookups = Lookups::default();
    lookups.ask_for_bad_signature(at(0));
    let cause = lookups.begin(date(0));
    assert_eq!(lookups.ask("rotated", at(0)), Ask::Wait);
    lookups.end(&cause, true, NONE_HELD, at(1), COOLDOWN);
    assert_eq!(lookups.outcome("rotated", at(1)), Ask::Wait);
    assert!(lookups.want_fetch());
}
