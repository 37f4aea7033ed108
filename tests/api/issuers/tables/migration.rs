//! From one issuer to another, step by step as the page has it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use sekisho::authorizer::{Authorizer, Issuer};
use sekisho::testing::TestIssuer;
use sekisho_server::config::{ServeSettings, changes};

use super::{PAGE, STATUS, as_told, auth0, authorizer, files, keycloak, told, trusted, verdict};

pub(super) const HEADING: &str = "From one issuer to another";

/// What is trusted by a file. Issuers whose tables are as before are the same, as in the program.
fn next(before: &ServeSettings, running: &[Issuer], file: &ServeSettings) -> Vec<Issuer> {
    let issuers = file.issuers.iter().map(|table| {
        let same = before.issuers.iter().zip(running).find(|(before, _)| *before == table);
        let keys = if table.name.as_deref() == Some("auth0") { auth0() } else { keycloak() };
        same.map_or_else(|| trusted(table, &keys), |(_, issuer)| issuer.clone())
    });
    issuers.collect()
}

fn is_allowed(authorizer: &Authorizer, issuer: &TestIssuer, subject: &str) -> bool {
    let token = issuer.token().scope(STATUS).subject(subject);
    verdict(authorizer, 1, &token.sign()).result().is_ok()
}

/// Calls all the time, with a token that is remembered and with new ones.
#[derive(Default)]
struct Calls {
    stop: AtomicBool,
    made: AtomicUsize,
}

impl Calls {
    /// The tokens that were refused, once it is told to stop.
    fn run(&self, authorizer: &Authorizer, issuer: &TestIssuer) -> Vec<String> {
        let mut refused = Vec::new();
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.made.fetch_add(1, Ordering::Relaxed);
            for subject in ["comes again".to_owned(), format!("new {number}")] {
                if !is_allowed(authorizer, issuer, &subject) {
                    refused.push(subject);
                }
            }
        }
        refused
    }

    fn some_more(&self) {
        let seen = self.made.load(Ordering::Relaxed);
        while self.made.load(Ordering::Relaxed) < seen + 3 {
            std::thread::yield_now();
        }
    }

    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Stops all of them where the test fails: their threads are waited for.
struct StopAtTheEnd<'a>([&'a Calls; 2]);

impl Drop for StopAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.iter().for_each(|calls| calls.stop());
    }
}

#[test]
fn no_valid_call_is_refused_at_any_step() {
    let files = files(HEADING);
    let [one, both, reordered, last] = files.as_slice() else { panic!("four files") };
    let (old, new) = (auth0(), keycloak());
    let running = authorizer(next(one, &[], one));
    let (of_old, of_new) = (Calls::default(), Calls::default());
    let step = |before: &ServeSettings, file: &ServeSettings| {
        let issuers = next(before, &running.issuers(), file);
        running.replace_issuers(issuers).expect("issuers that can be told apart");
    };
    std::thread::scope(|scope| {
        let _stop = StopAtTheEnd([&of_old, &of_new]);
        let old_calls = scope.spawn(|| of_old.run(&running, &old));
        of_old.some_more();
        assert!(!is_allowed(&running, &new, "too early"));
        step(one, both);
        let new_calls = scope.spawn(|| of_new.run(&running, &new));
        // There and back again.
        for (before, after) in [(both, reordered), (reordered, both), (both, reordered)] {
            of_old.some_more();
            of_new.some_more();
            step(before, after);
        }
        of_old.some_more();
        // All clients have moved.
        of_old.stop();
        assert_eq!(old_calls.join().expect("no panic"), [""; 0]);
        step(reordered, last);
        of_new.some_more();
        of_new.stop();
        assert_eq!(new_calls.join().expect("no panic"), [""; 0]);
    });
    assert!(is_allowed(&running, &new, "comes again"));
    assert_eq!(told(&running, &old.token().scope(STATUS)), as_told("ACCESS_TOKEN_INVALID", "keycloak"));
}

#[test]
fn the_log_says_of_each_step_what_the_page_says() {
    let files = files(HEADING);
    for pair in files.windows(2) {
        let line = format!("`{}`", changes(&pair[0], pair[0].issuers.first(), &pair[1]));
        assert!(line.starts_with("`changed: ") && !line.contains("restart"), "{line}");
        assert!(PAGE.contains(&format!("The log says {line}")), "{line}");
    }
}

#[test]
fn the_server_is_ready_without_the_keys_of_the_one_that_is_not_required() {
    let files = files(HEADING);
    let required = files.iter().map(|file| {
        let tables = file.issuers.iter();
        tables.map(|table| (table.name.clone().unwrap_or_default(), table.required)).collect::<Vec<_>>()
    });
    let (auth0, keycloak) = ("auth0".to_owned(), "keycloak".to_owned());
    let expected = [
        vec![(auth0.clone(), true)],
        vec![(auth0.clone(), true), (keycloak.clone(), false)],
        vec![(keycloak.clone(), true), (auth0, false)],
        vec![(keycloak, true)],
    ];
    assert_eq!(required.collect::<Vec<_>>(), expected);
}
