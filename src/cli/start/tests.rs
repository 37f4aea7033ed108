use std::path::PathBuf;

use super::*;
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
    assert!(keys_at_hand(&settings(path("keys"))).await.is_some_and(|keys| keys.is_ready()));
    assert!(keys_at_hand(&settings(path("gone"))).await.is_none());
    // One that gets its keys later serves from then on.
    let late = settings(path("none yet"));
    assert!(keys_at_hand(&late).await.is_none());
    let keys = late.remote_keys().unwrap();
    assert!(keys.refresh().await.is_err());
    std::fs::copy(path("keys"), path("none yet")).unwrap();
    keys.refresh().await.unwrap();
    assert!(keys.is_ready());
}
