//! Which unknown keys were asked for, and what came of it. Pure bookkeeping: no time passes here and
//! nothing is fetched.
//!
//! A token may name any key it likes, so an unknown name may cost the issuer one fetch a cooldown and
//! this process a bounded memory. A name that the fetch did not look for is never called wrong.

use std::collections::HashSet;
use std::time::Duration;

/// How many unknown names wait for the next fetch. Names beyond it are told to try again.
const MAX_ASKED: usize = 64;

/// How many names are remembered as not published.
const MAX_REMEMBERED: usize = 1024;

/// Names of keys.
pub(super) type Kids = HashSet<Box<str>>;

#[derive(Debug, Default)]
pub(super) struct Lookups {
    /// Named since the last fetch began, to be looked for by the next.
    asked: Kids,
    /// How many fetches were asked for outright, and how many of these the last one that began is for.
    requests: u64,
    begun: u64,
    /// Until when no unknown key causes a fetch, and what the last one did not find.
    cooldown: Option<Cooldown>,
}

#[derive(Debug)]
struct Cooldown {
    until: Duration,
    not_published: Kids,
}

/// What a call that names an unknown key is to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// The last fetch looked for it in vain.
    NotPublished,
    /// It may not be looked for yet.
    Later(Duration),
    /// It will be looked for by the next fetch.
    Wait,
}

/// Why a fetch is made.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cause {
    /// The unknown keys that it looks for; empty for a fetch that none caused.
    pub(super) looked_for: Kids,
    /// It is for the first so many that were asked for outright.
    pub(super) requests: u64,
}

impl Lookups {
    /// A call names a key that is not held.
    pub(super) fn ask(&mut self, kid: &str, now: Duration) -> Ask {
        if let Some(cooldown) = self.cooldown.as_ref().filter(|cooldown| now < cooldown.until) {
            if cooldown.not_published.contains(kid) {
                return Ask::NotPublished;
            }
            return Ask::Later(cooldown.until.saturating_sub(now));
        }
        if self.asked.len() >= MAX_ASKED && !self.asked.contains(kid) {
            return Ask::Later(Duration::from_secs(1));
        }
        self.asked.insert(kid.into());
        Ask::Wait
    }

    /// Whether a key is yet to be looked for.
    pub(super) fn is_asked(&self, kid: &str) -> bool {
        self.asked.contains(kid)
    }

    /// The rest of the cooldown.
    pub(super) fn rest(&self, now: Duration) -> Duration {
        self.cooldown.as_ref().map_or(Duration::ZERO, |cooldown| cooldown.until.saturating_sub(now))
    }

    /// Asks for a fetch outright: one that begins from now on, whose [`Cause::requests`] is no less than this.
    pub(super) fn request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Whether there is reason for a fetch before the next one is due.
    pub(super) fn want_fetch(&self) -> bool {
        self.begun < self.requests || !self.asked.is_empty()
    }

    /// A fetch begins.
    pub(super) fn begin(&mut self) -> Cause {
        self.begun = self.requests;
        Cause { looked_for: std::mem::take(&mut self.asked), requests: self.begun }
    }

    /// Keys that a refresh found gone. While the cooldown runs, they need not be looked for to be known so.
    pub(super) fn withdraw(&mut self, kids: impl IntoIterator<Item = Box<str>>) {
        if let Some(cooldown) = &mut self.cooldown {
            let room = MAX_REMEMBERED.saturating_sub(cooldown.not_published.len());
            cooldown.not_published.extend(kids.into_iter().take(room));
        }
    }

    /// A fetch has ended. `held` tells which keys are held now; `cooldown` is how long it is to last.
    pub(super) fn end(
        &mut self,
        cause: &Cause,
        succeeded: bool,
        held: impl Fn(&str) -> bool,
        now: Duration,
        cooldown: Duration,
    ) {
        self.asked.retain(|kid| !held(kid));
        if cause.looked_for.is_empty() {
            return;
        }
        let looked_for = cause.looked_for.iter().filter(|_| succeeded);
        let not_published = looked_for.filter(|kid| !held(kid)).cloned().collect();
        self.cooldown = Some(Cooldown { until: now.saturating_add(cooldown), not_published });
        // Named while the fetch was under way: it may have been answered before their key was published.
        // They were not looked for, and may not be before the cooldown is over.
        self.asked.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOLDOWN: Duration = Duration::from_secs(30);
    const NONE_HELD: fn(&str) -> bool = |_| false;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn looked_for_in_vain(kid: &str) -> Lookups {
        let mut lookups = Lookups::default();
        assert_eq!(lookups.ask(kid, at(0)), Ask::Wait);
        let cause = lookups.begin();
        lookups.end(&cause, true, NONE_HELD, at(0), COOLDOWN);
        lookups
    }

    #[test]
    fn only_a_key_that_was_looked_for_is_called_wrong() {
        let mut lookups = looked_for_in_vain("junk");
        assert_eq!(lookups.ask("junk", at(29)), Ask::NotPublished);
        assert_eq!(lookups.ask("rotated", at(10)), Ask::Later(at(20)));
        assert_eq!(lookups.ask("rotated", at(30)), Ask::Wait, "the cooldown is over");
        assert_eq!(lookups.ask("junk", at(30)), Ask::Wait, "and so is what was remembered");
    }

    #[test]
    fn a_key_named_while_a_fetch_is_under_way_was_not_looked_for() {
        let mut lookups = Lookups::default();
        lookups.ask("junk", at(0));
        let cause = lookups.begin();
        assert_eq!(lookups.ask("rotated", at(0)), Ask::Wait);
        lookups.end(&cause, true, NONE_HELD, at(1), COOLDOWN);
        assert!(!lookups.is_asked("rotated"));
        assert_eq!(lookups.ask("rotated", at(1)), Ask::Later(COOLDOWN));
    }

    #[test]
    fn a_refresh_neither_starts_the_cooldown_nor_ends_a_wait() {
        let mut lookups = Lookups::default();
        let refresh = lookups.begin();
        lookups.ask("rotated", at(0));
        lookups.ask("found", at(0));
        lookups.end(&refresh, true, |kid| kid == "found", at(1), COOLDOWN);
        assert_eq!(lookups.rest(at(1)), Duration::ZERO);
        assert!(lookups.is_asked("rotated") && !lookups.is_asked("found"));
    }

    #[test]
    fn a_fetch_that_failed_found_nothing_out() {
        let mut lookups = Lookups::default();
        lookups.ask("rotated", at(0));
        let cause = lookups.begin();
        lookups.end(&cause, false, NONE_HELD, at(0), COOLDOWN);
        assert_eq!(lookups.ask("rotated", at(5)), Ask::Later(at(25)));
    }

    #[test]
    fn a_fetch_that_was_under_way_is_not_the_one_that_was_asked_for() {
        let mut lookups = Lookups::default();
        let first = lookups.request();
        let under_way = lookups.begin();
        assert!(under_way.requests >= first && !lookups.want_fetch());
        let second = lookups.request();
        assert!(under_way.requests < second && lookups.want_fetch());
        assert!(lookups.begin().requests >= second);
        // One that nobody asked for is as good, where who asked did not see the one before.
        assert!(lookups.begin().requests >= second);
    }

    #[test]
    fn a_key_that_is_withdrawn_is_known_to_be_gone() {
        let mut lookups = looked_for_in_vain("junk");
        lookups.withdraw(["withdrawn".into()]);
        assert_eq!(lookups.ask("withdrawn", at(10)), Ask::NotPublished);
        assert_eq!(lookups.ask("withdrawn", at(30)), Ask::Wait, "it may have come back");
        let many = (0..2 * MAX_REMEMBERED).map(|index| index.to_string().into());
        let mut lookups = looked_for_in_vain("junk");
        lookups.withdraw(many);
        assert_eq!(lookups.ask("0", at(10)), Ask::NotPublished);
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
}
