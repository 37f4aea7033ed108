//! Which unknown keys were asked for, what came of it, and whether held ones are in doubt. Pure bookkeeping: no
//! time passes here and nothing is fetched.
//!
//! A token may name any key it likes and carry any signature, so each of the two may cost the issuer one fetch a
//! cooldown, and this process a bounded memory. The two cooldowns are apart: neither kind of junk delays what the
//! other kind of token is looked for. A name that the fetch did not look for is never called wrong.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime};

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
    bad_signature: BadSignature,
}

#[derive(Debug)]
struct Cooldown {
    until: Duration,
    /// With the start of the fetch that looked for it, by the calendar.
    not_published: HashMap<Box<str>, SystemTime>,
}

/// What became of signatures that did not verify under the keys that are held.
#[derive(Debug, Default, PartialEq, Eq)]
enum BadSignature {
    #[default]
    None,
    /// The next fetch is for it.
    Asked,
    /// The fetch that is under way is for it.
    UnderWay,
    /// None causes another fetch until then.
    Cooldown { until: Duration },
}

/// What a call that names an unknown key is to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// A fetch that began then looked for it in vain; how long it is not looked for again.
    NotPublished { looked_for_at: SystemTime, rest: Duration },
    /// It may not be looked for yet.
    Later(Duration),
    /// It will be looked for by the next fetch.
    Wait,
}

/// Why a fetch is made, and when it began.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cause {
    /// The unknown keys that it looks for; empty for a fetch that none caused.
    looked_for: Kids,
    /// A signature did not verify under a key that is held.
    bad_signature: bool,
    /// It is for the first so many that were asked for outright.
    pub(super) requests: u64,
    /// By the calendar.
    pub(super) began_at: SystemTime,
}

impl Cause {
    /// Whether tokens caused it, which anybody may send.
    pub(super) fn is_of_tokens(&self) -> bool {
        self.bad_signature || !self.looked_for.is_empty()
    }
}

impl Lookups {
    /// A call names a key that is not held.
    pub(super) fn ask(&mut self, kid: &str, now: Duration) -> Ask {
        if self.cooldown.as_ref().is_some_and(|cooldown| now < cooldown.until) {
            return self.remembered(kid, now);
        }
        if self.asked.len() >= MAX_ASKED && !self.asked.contains(kid) {
            return Ask::Later(Duration::from_secs(1));
        }
        self.asked.insert(kid.into());
        Ask::Wait
    }

    /// What is to be told of a key that was asked for, once a fetch has ended and did not bring it.
    pub(super) fn outcome(&self, kid: &str, now: Duration) -> Ask {
        if self.asked.contains(kid) { Ask::Wait } else { self.remembered(kid, now) }
    }

    fn remembered(&self, kid: &str, now: Duration) -> Ask {
        let rest = self.cooldown.as_ref().map_or(Duration::ZERO, |it| it.until.saturating_sub(now));
        match self.cooldown.as_ref().and_then(|cooldown| cooldown.not_published.get(kid)) {
            Some(looked_for_at) => Ask::NotPublished { looked_for_at: *looked_for_at, rest },
            None => Ask::Later(rest),
        }
    }

    /// A signature did not verify under the keys that are held. Tells whether that is reason for a fetch that there
    /// was not before.
    pub(super) fn ask_for_bad_signature(&mut self, now: Duration) -> bool {
        let asks = match self.bad_signature {
            BadSignature::None => true,
            BadSignature::Asked | BadSignature::UnderWay => false,
            BadSignature::Cooldown { until } => now >= until,
        };
        if asks {
            self.bad_signature = BadSignature::Asked;
        }
        asks
    }

    /// Asks for a fetch outright: one that begins from now on, whose [`Cause::requests`] is no less than this.
    pub(super) fn request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Whether there is reason for a fetch before the next one is due.
    pub(super) fn want_fetch(&self) -> bool {
        self.begun < self.requests || !self.asked.is_empty() || self.bad_signature == BadSignature::Asked
    }

    /// A fetch begins, at this time of the calendar.
    pub(super) fn begin(&mut self, now: SystemTime) -> Cause {
        self.begun = self.requests;
        let bad_signature = self.bad_signature == BadSignature::Asked;
        if bad_signature {
            self.bad_signature = BadSignature::UnderWay;
        }
        let looked_for = std::mem::take(&mut self.asked);
        Cause { looked_for, bad_signature, requests: self.begun, began_at: now }
    }

    /// Keys that a refresh found gone, and when it began. While the cooldown runs, they need not be looked for to be
    /// known so.
    pub(super) fn withdraw(&mut self, kids: impl IntoIterator<Item = Box<str>>, looked_for_at: SystemTime) {
        if let Some(cooldown) = &mut self.cooldown {
            let room = MAX_REMEMBERED.saturating_sub(cooldown.not_published.len());
            cooldown.not_published.extend(kids.into_iter().take(room).map(|kid| (kid, looked_for_at)));
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
        let until = now.saturating_add(cooldown);
        if cause.bad_signature {
            self.bad_signature = BadSignature::Cooldown { until };
        }
        if cause.looked_for.is_empty() {
            return;
        }
        let looked_for = cause.looked_for.iter().filter(|_| succeeded);
        let not_published = looked_for.filter(|kid| !held(kid)).map(|kid| (kid.clone(), cause.began_at));
        self.cooldown = Some(Cooldown { until, not_published: not_published.collect() });
        // Named while the fetch was under way: it may have been answered before their key was published.
        // They were not looked for, and may not be before the cooldown is over.
        self.asked.clear();
    }
}

#[cfg(test)]
mod tests;
