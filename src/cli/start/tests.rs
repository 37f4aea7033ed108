use std::path::PathBuf;

use super::*;
use sekisho::jwks::PlainHttp;
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
    for (name, is_ready) in [("keys", true), ("none yet", false), ("gone", false)] {
        let keys = keys_of(&settings(path(name))).await.unwrap();
        assert_eq!(keys.is_ready(), is_ready, "{name}");
    }
    // One that gets its keys later serves from then on.
    let keys = keys_of(&settings(path("none yet"))).await.unwrap();
    std::fs::copy(path("keys"), path("none yet")).unwrap();
    keys.refresh().await.unwrap();
    assert!(keys.is_ready());
}
