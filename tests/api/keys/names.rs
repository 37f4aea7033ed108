//! Issuers whose name is no URL: nothing is fetched from there, and tokens carry it byte for byte.

use sekisho_server::cli::{Command, parse};

use super::*;

#[tokio::test]
async fn an_issuer_may_be_called_anything_where_its_keys_are_elsewhere() {
    for name in ["appid-oauth.example", "urn:example:issuer", "http://host/adfs/services/trust"] {
        let issuer = TestIssuer::new(name, AUDIENCE);
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("jwks.json");
        std::fs::write(&path, issuer.jwks()).expect("a file");
        let arguments = ["sekisho", "serve", "--issuer", name, "--audience", AUDIENCE, "--jwks"];
        let arguments = arguments.iter().map(Into::into).chain([path.clone().into_os_string()]);
        let Ok(Command::Serve(settings, _)) = parse(arguments, []) else { panic!("settings") };

        let clock = Arc::new(ManualClock::new());
        let told = &settings.issuers[0];
        let file = JwksFile::new(told.issuer.name.as_str(), path);
        let keys = Keys::remote(file, Schedule::default(), clock.clone());
        keys.readiness_other_than(false).await;
        let trusted = Issuer::new(keys, told.token.verifier());
        let app = App::start_with(Setup { issuer: trusted, clock, ..Setup::default() }).await;
        let call = async |token: String| app.call(API1).bearer(&token).send().await.code();
        let token = || issuer.token().scope("api1:read:status");
        assert_eq!(call(token().sign()).await, Code::Ok, "{name}");
        for other in [format!("{name}/"), name.to_uppercase(), format!("https://{name}"), String::new()] {
            assert_eq!(
                call(token().claim("iss", other.as_str()).sign()).await,
                Code::Unauthenticated,
                "{other}"
            );
        }
    }
}
