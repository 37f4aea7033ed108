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

/// What is advised is what the server goes by: of a token that names nobody, the rules of the first issuer; the names of all,
/// each once, where any of them would do.
#[tokio::test]
async fn who_follows_the_advice_is_not_refused_for_the_same_again() {
    let issuers = ["one", "two", "three"].map(issuer);
    let [one, two, three] = &issuers;
    let strict = "algorithm = ['ES256']\ntoken-profile = 'rfc9068'";
    let tables = [table("one", ""), table("two", strict), table("three", "")].concat();
    let server = Serving::start(&tables, &[one, two, three]).await;
    let nobody = || token(one).claim("iss", "https://nobody.example/");
    let arguments = "--token-file token --config sekisho.toml";
    let first_alone = [
        (nobody().header("alg", "ES256"), "algorithm", "a token that is signed by RS256 (--algorithm)"),
        (nobody().header("typ", "x"), "type", "a token whose header typ is at+jwt or JWT, or that has none"),
    ];
    for (token, check, advice) in first_alone {
        write_token(&server, &[format!("Bearer {}", token.sign())]);
        let explained = explain(&server, METHOD, arguments).await;
        assert_eq!(explained.refused_by(), Some(check), "{}", explained.out);
        assert_eq!(explained.json["enough"]["advice"], serde_json::json!([advice]), "{check}");
    }
    write_token(&server, &[format!("Bearer {}", token(two).header("alg", "RS256").sign())]);
    let of_second = explain(&server, METHOD, arguments).await;
    let advice = "a token that is signed by ES256 (--algorithm)";
    assert_eq!(of_second.json["enough"]["advice"], serde_json::json!([advice]));
    write_token(&server, &[format!("Bearer {}", nobody().sign())]);
    let of_nobody = explain(&server, METHOD, arguments).await;
    let names = ["one", "two", "three"].map(|name| format!("just \"https://{name}.example/\"")).join(" or ");
    let advice = format!("a token whose iss is {names} (--issuer)");
    assert_eq!(of_nobody.json["enough"]["advice"], serde_json::json!([advice]));
}

/// As with a token, and as for a server.
#[tokio::test]
async fn what_describes_one_issuer_is_a_fault_beside_tables_whatever_is_presented() {
    let one = issuer("one");
    let config = table("one", "scope-prefix = 'one/'");
    let server = Serving::start(&config, &[&one]).await;
    write_token(&server, &[format!("Bearer {}", token(&one).sign())]);
    let mut told = Vec::new();
    for presented in ["--token-file token", "--scopes x", ""] {
        let arguments = format!("{presented} --config sekisho.toml");
        let prefixed = explain(&server, METHOD, &arguments).await;
        assert!(matches!(prefixed.code, Some(0 | 1)), "{}", prefixed.stderr);
        let explained = explain(&server, METHOD, &format!("{arguments} --scope-prefix two/")).await;
        assert_eq!((explained.code, explained.out.as_str()), (Some(2), ""));
        told.push(explained.stderr);
    }
    assert!(
        told[0].starts_with("error: --scope-prefix: the issuers are described by [[issuers]]"),
        "{}",
        told[0]
    );
    assert!(told.iter().all(|text| *text == told[0]), "{told:?}");
}
