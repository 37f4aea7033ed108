//! Several issuers, by the tables of a server's own configuration.

use sekisho::testing::TestIssuer;

use super::cases::METHOD;
use super::support::{call, explain, write_token};
use crate::support::serving::{SCOPE, Serving, issuer, table, token};

#[tokio::test]
async fn of_several_issuers_a_token_is_explained_by_the_one_that_it_names() {
    let [one, two] = [issuer("one"), issuer("two")];
    let config = format!("{}{}", table("one", ""), table("two", "scope-prefix = 'two/'\nleeway = '1s'"));
    let config = config.replace("leeway = '1s'\n", "");
    let mut server = Serving::start(&config, &[&one, &two]).await;
    let twice = |issuer: &TestIssuer| {
        let payload = token(issuer).payload_json().replacen('{', r#"{"iss":"https://one.example/","#, 1);
        issuer.sign(&token(issuer).header_json(), &payload)
    };
    let cases = [
        ("of the first", token(&one).sign(), None),
        ("of the second", token(&two).sign(), None),
        ("of nobody", token(&one).claim("iss", "https://three.example/").sign(), Some("trusted-issuer")),
        ("of two", twice(&one), Some("trusted-issuer")),
        ("without a name", token(&one).without_claim("iss").sign(), Some("trusted-issuer")),
        (
            "by the key of another",
            token(&two).claim("iss", "https://one.example/").claim("iat", 1).sign(),
            Some("key"),
        ),
        ("but for a slash", token(&one).claim("iss", "https://one.example").sign(), Some("issuer")),
        ("of the second, lacking scope", token(&two).scope("two/other").sign(), Some("scopes")),
    ];
    for (name, token, check) in cases {
        let sent = [format!("Bearer {token}")];
        write_token(&server, &sent);
        let explained = explain(&server, METHOD, "--token-file token --config sekisho.toml").await;
        assert_eq!(
            (explained.code, explained.refused_by()),
            (Some(i32::from(check.is_some())), check),
            "{name}"
        );
        match call(&server, METHOD, &sent).await {
            Ok(()) => assert_eq!(check, None, "{name}"),
            Err(told) => {
                explained.says_the_words_of(&told, name);
                let line = server.line_with("outcome=\"refused\"").await;
                assert!(line.ends_with(&explained.log_line), "{name}: {line}\n{}", explained.log_line);
            }
        }
        if check == Some("scopes") {
            let as_it_is_written = serde_json::json!([[format!("two/{SCOPE}")]]);
            assert_eq!(explained.json["enough"]["missing_scopes"], as_it_is_written);
        }
    }
}
