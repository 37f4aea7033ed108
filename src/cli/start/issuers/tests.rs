use std::path::PathBuf;

use super::*;
use crate::cli::{Command, parse};
use sekisho::authorizer::Authorizer;
use sekisho::jwks::{Algorithm, HttpUrl, PlainHttp};
use sekisho::policy::Policy;
use sekisho::testing::TestIssuer;

/// An issuer whose keys are in a file, with the rest as flags have it.
fn trusted(iss: &str, file: PathBuf) -> TrustedIssuer {
    let arguments =
        ["sekisho", "serve", "--audience", "api", "--jwks", "https://keys.example/", "--issuer", iss];
    let Ok(Command::Serve(mut settings, _)) = parse(arguments.map(Into::into), []) else {
        panic!("settings")
    };
    let mut trusted = settings.issuers.remove(0);
    trusted.issuer.keys = KeyLocation::File(file);
    trusted
}

/// A folder of key files, each named as its issuer.
struct Files(tempfile::TempDir);

impl Files {
    fn of(issuers: &[&str]) -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        for iss in issuers {
            std::fs::write(files.path(iss), TestIssuer::new(*iss, "api").jwks()).unwrap();
        }
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn trusted(&self, iss: &str) -> TrustedIssuer {
        trusted(iss, self.path(iss))
    }
}

#[tokio::test]
async fn keys_of_a_file_are_held_before_anything_listens() {
    let files = Files::of(&["here"]);
    std::fs::write(files.path("none yet"), r#"{"keys": []}"#).unwrap();
    let late = files.trusted("none yet");
    let at_hand = keys_at_hand(&[files.trusted("here"), files.trusted("gone"), late.clone()]).await;
    let ready: Vec<_> = at_hand.iter().map(|keys| keys.as_ref().is_some_and(Keys::is_ready)).collect();
    assert_eq!(ready, [true, false, false]);
    // One that gets its keys later serves from then on.
    let keys = late.issuer.remote_keys().unwrap();
    assert!(keys.refresh().await.is_err());
    std::fs::copy(files.path("here"), files.path("none yet")).unwrap();
    keys.refresh().await.unwrap();
    assert!(keys.is_ready());
}

#[tokio::test]
async fn each_issuer_has_the_keys_of_its_own_file() {
    let files = Files::of(&["one", "two"]);
    let named = TrustedIssuer { name: Some("second".to_owned()), required: false, ..files.trusted("two") };
    let all = [files.trusted("one"), files.trusted("gone"), named];
    let issuers = issuers(&all, keys_at_hand(&all).await).unwrap();
    let facts: Vec<_> = issuers
        .iter()
        .map(|issuer| (issuer.name(), issuer.is_required(), issuer.keys().is_ready()))
        .collect();
    assert_eq!(facts, [(None, true, true), (None, true, false), (Some("second"), false, true)]);
    for (issuer, trusted) in issuers.iter().zip(&all) {
        assert!(issuer.keys().may_be_of(&trusted.issuer.name), "{}", trusted.issuer.name);
    }
}

/// Once the first keys have come, or were waited for.
async fn all(changed: Result<ChangedIssuers, Failure>) -> Vec<Issuer> {
    let changed = changed.unwrap();
    changed.first_keys().await;
    changed.all
}

/// Whether a file that is gone by now is held all the same shows whether keys were kept.
#[tokio::test]
async fn keys_that_come_from_where_they_came_from_are_kept() {
    let files = Files::of(&["one", "two", "three", "moved"]);
    let before = ["one", "two", "three"].map(|iss| files.trusted(iss));
    let running = issuers(&before, keys_at_hand(&before).await).unwrap();
    for iss in ["one", "two", "three"] {
        std::fs::remove_file(files.path(iss)).unwrap();
    }
    let mut other_rules = files.trusted("two");
    other_rules.token.audience = "other".to_owned();
    let mut other_file = files.trusted("three");
    other_file.issuer.keys = KeyLocation::File(files.path("moved"));
    let mut other_schedule = files.trusted("one");
    other_schedule.issuer.schedule.refresh *= 2;
    let now = [other_rules, other_file, files.trusted("one")];
    let issuers = all(changed(&before, &running, &now)).await;
    assert!(issuers.iter().all(|issuer| issuer.keys().is_ready()));
    // Those of a file that is gone cannot be fetched anew, and are held on.
    let issuers = all(changed(&before, &running, &[other_schedule])).await;
    assert!(issuers[0].keys().is_ready());
    assert!(issuers[0].keys().refresh().await.is_err());
    assert!(issuers[0].keys().is_ready());
    // One of another name has none of them.
    let mut renamed = files.trusted("one");
    renamed.issuer.name = "other".to_owned();
    let issuers = all(changed(&before, &running, &[renamed])).await;
    assert!(!issuers[0].keys().is_ready());
}

/// What was fetched from a place, or by roots, that are not to be trusted any more serves until the first fetch from the new
/// one is over, and no longer.
#[tokio::test]
async fn keys_from_another_place_serve_until_the_first_fetch_is_over() {
    let files = Files::of(&["one"]);
    let before = [files.trusted("one")];
    let running = issuers(&before, keys_at_hand(&before).await).unwrap();
    let mut moved = files.trusted("one");
    moved.issuer.keys = KeyLocation::File(files.path("gone"));
    let mut other_roots = files.trusted("one");
    other_roots.issuer.ca_file = b"other".to_vec();
    let mut less_strict = files.trusted("one");
    less_strict.issuer.plain_http = PlainHttp::DangerousAnywhere;
    std::fs::remove_file(files.path("one")).unwrap();
    for now in [moved, other_roots, less_strict] {
        let changed = changed(&before, &running, std::slice::from_ref(&now)).unwrap();
        assert!(changed.first_keys.is_empty(), "nothing is waited for");
        let keys = changed.all[0].keys().clone();
        assert!(keys.is_ready());
        assert!(keys.refresh().await.is_err());
        assert!(!keys.is_ready(), "{now:?}");
    }
}

/// Discovery says whether tokens name the issuer with a slash at the end. Nobody answers at its URL.
#[tokio::test]
async fn an_issuer_that_is_discovered_is_the_same_but_for_its_last_slash() {
    let files = Files::of(&["one"]);
    let discovered = |url: &str| {
        let mut trusted = files.trusted(url);
        trusted.issuer.keys = KeyLocation::Discovered(HttpUrl::parse(url, PlainHttp::LoopbackOnly).unwrap());
        trusted
    };
    let (with, without) = ("http://127.0.0.1:1/realm/", "http://127.0.0.1:1/realm");
    for (old, new, is_same) in [
        (with, without, true),
        (without, with, true),
        (with, "http://127.0.0.1:1/", false),
        (with, "http://127.0.0.1:1/realm//", false),
    ] {
        let before = [discovered(old)];
        let file = JwksFile::new(old, files.path("one"));
        let keys = Keys::fetch(file, before[0].issuer.schedule, Arc::new(SystemClock::new())).await.unwrap();
        let running = [before[0].with_keys(keys)];
        let changed = changed(&before, &running, &[discovered(new)]).unwrap();
        let keys = changed.all[0].keys();
        assert_eq!(keys.is_ready(), is_same, "{old} {new}");
        assert_eq!(changed.first_keys.is_empty(), is_same, "{old} {new}");
        assert!(keys.refresh().await.is_err());
        assert_eq!(keys.is_ready(), is_same, "{old} {new}");
    }
}

/// Where keys are named, so is the issuer: exactly.
#[tokio::test]
async fn an_issuer_whose_keys_are_named_is_another_by_its_last_slash() {
    let files = Files::of(&["one"]);
    let before = [files.trusted("one")];
    let running = issuers(&before, keys_at_hand(&before).await).unwrap();
    let mut with_slash = files.trusted("one");
    with_slash.issuer.name.push('/');
    let changed = changed(&before, &running, &[with_slash]).unwrap();
    assert_eq!(changed.first_keys.len(), 1);
    changed.first_keys().await;
    assert_eq!(changed.all[0].keys().issuer(), "one/");
    assert!(changed.all[0].keys().is_ready());
}

/// No call is told that its token is wrong where no token can be right.
#[tokio::test]
async fn keys_are_given_up_where_none_is_for_an_algorithm_that_is_accepted_now() {
    let files = Files::of(&["one"]);
    let before = [files.trusted("one")];
    let running = issuers(&before, keys_at_hand(&before).await).unwrap();
    let authorizer = authorizer_of(&running[0]);
    let ready_with = async |algorithms: &[Algorithm]| {
        let mut other = files.trusted("one");
        other.token.algorithms = algorithms.to_vec();
        let issuers = all(changed(&before, &running, &[other])).await;
        authorizer.replace_issuers(issuers).unwrap();
        authorizer.is_ready()
    };
    assert!(ready_with(&[Algorithm::Es256, Algorithm::Rs256]).await);
    assert!(!ready_with(&[Algorithm::Es256]).await);
    assert!(ready_with(&[Algorithm::Rs256]).await);
}

fn authorizer_of(issuer: &Issuer) -> Authorizer {
    let policy = Policy::from_descriptor_set(crate::services::DESCRIPTOR_SET).unwrap();
    Authorizer::new(policy, issuer.clone())
}
