use std::path::PathBuf;

use super::*;
use crate::cli::{Command, parse};
use sekisho::jwks::{PlainHttp, Schedule};
use sekisho::testing::TestIssuer;

fn settings(file: PathBuf) -> IssuerSettings {
    IssuerSettings {
        name: "https://issuer.example/".to_owned(),
        keys: KeyLocation::File(file),
        schedule: Schedule::default(),
        ca_file: Vec::new(),
        plain_http: PlainHttp::LoopbackOnly,
    }
}

#[tokio::test]
async fn keys_of_a_file_are_held_before_anything_listens() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    std::fs::write(path("keys"), TestIssuer::new("https://issuer.example/", "api").jwks()).unwrap();
    std::fs::write(path("none yet"), r#"{"keys": []}"#).unwrap();
    assert!(keys_of_file(&settings(path("keys"))).await.is_some_and(|keys| keys.is_ready()));
    assert!(keys_of_file(&settings(path("gone"))).await.is_none());
    // One that gets its keys later serves from then on.
    let late = settings(path("none yet"));
    assert!(keys_of_file(&late).await.is_none());
    let keys = late.remote_keys().unwrap();
    assert!(keys.refresh().await.is_err());
    std::fs::copy(path("keys"), path("none yet")).unwrap();
    keys.refresh().await.unwrap();
    assert!(keys.is_ready());
}

fn trusted(name: &str, file: PathBuf) -> TrustedIssuer {
    let told = ["sekisho", "serve", "--audience", "api", "--jwks", "https://keys.example/", "--issuer", name];
    let Ok(Command::Serve(mut settings, _)) = parse(told.map(Into::into), []) else { panic!("settings") };
    let mut trusted = settings.issuers.remove(0);
    trusted.issuer.keys = KeyLocation::File(file);
    trusted
}

#[tokio::test]
async fn each_issuer_has_the_keys_of_its_own_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    for name in ["one", "two"] {
        std::fs::write(path(name), TestIssuer::new(name, "api").jwks()).unwrap();
    }
    let all = [trusted("one", path("one")), trusted("gone", path("gone")), trusted("two", path("two"))];
    let at_hand = keys_at_hand(&all).await;
    let held: Vec<_> = at_hand.iter().map(Option::is_some).collect();
    assert_eq!(held, [true, false, true]);
    let issuers = issuers(&all, at_hand).unwrap();
    for (issuer, trusted) in issuers.iter().zip(&all) {
        assert!(issuer.keys().may_be_of(&trusted.issuer.name), "{}", trusted.issuer.name);
        assert_eq!(issuer.keys().is_ready(), trusted.issuer.name != "gone");
    }
}
