//! Sets with keys that cannot be used, and answers that are no sets.

use sekisho::jwks::Algorithm;

use super::*;

#[tokio::test]
async fn row_47_the_same_kid_twice() {
    let world = World::start().await;
    let twin = world.rotated("test-key");
    world.publish(&[twin.jwk(), world.issuer.jwk()]);
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&world.token()).await, Code::Ok);
    assert_eq!(world.code(&World::token_of(&twin)).await, Code::Ok);
    assert_eq!(world.code(&World::token_of(&world.rotated("test-key"))).await, Code::Unauthenticated);
}

#[tokio::test]
async fn rows_48_to_52_keys_that_cannot_be_used_are_left_out_one_by_one() {
    let world = World::start().await;
    let bad = world.rotated("bad");
    let with = |name: &str, value: Value| {
        let mut jwk = bad.jwk();
        jwk[name] = value;
        jwk
    };
    let cases = [
        ("48: use", with("use", json!("enc"))),
        ("48: key_ops", with("key_ops", json!(["encrypt"]))),
        ("48: alg of encryption", with("alg", json!("RSA-OAEP"))),
        ("48: alg of another signature", with("alg", json!("PS256"))),
        ("48: kty", with("kty", json!("EC"))),
        ("49: exponent 1", with("e", json!("AQ"))),
        ("49: even exponent", with("e", json!("Ag"))),
        ("49: 1024 bits", with("n", json!("_".repeat(171)))),
        ("49: over 8192 bits", with("n", json!("_".repeat(1_374)))),
        ("51: private", with("d", json!("AQAB"))),
        ("52: unknown kty", with("kty", json!("AKP"))),
        ("52: modulus in standard base64", with("n", json!("+/+/"))),
        ("52: no modulus", with("n", json!(null))),
        ("52: not an object", json!("bad")),
    ];
    for (name, jwk) in cases {
        world.publish(&[jwk.clone(), world.issuer.jwk()]);
        world.keys.refresh().await.expect(name);
        world.clock.advance(COOLDOWN);
        assert_eq!(world.code(&world.token()).await, Code::Ok, "{name}: the good one works");
        assert_eq!(world.code(&World::token_of(&bad)).await, Code::Unauthenticated, "{name}");
    }
    world.publish(&[bad.jwk(), world.issuer.jwk()]);
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&World::token_of(&bad)).await, Code::Ok, "as it should be, it works");
}

#[tokio::test]
async fn row_51_a_key_that_is_published_with_and_without_its_private_members_is_compromised() {
    let world = World::start().await;
    let bad = world.rotated("bad");
    let modulus = bad.jwk()["n"].as_str().expect("a modulus").to_owned();
    // The same number after three zero bytes.
    let padded = format!("AAAA{modulus}");
    let cases = [
        ("as it is", json!({"d": "AQAB"})),
        ("another exponent", json!({"e": "Aw", "d": "AQAB"})),
        ("an even exponent", json!({"e": "Ag", "d": "AQAB"})),
        ("no exponent", json!({"e": null, "p": "AQAB"})),
        ("zeros before the modulus", json!({"n": padded, "d": "AQAB"})),
        ("no kty", json!({"kty": null, "q": "AQAB"})),
        ("a kty of something else", json!({"kty": "EC", "d": "AQAB"})),
        ("another use", json!({"use": "enc", "d": "AQAB"})),
    ];
    for (name, members) in cases {
        let mut private = bad.jwk();
        private["kid"] = json!("another name");
        for (member, value) in members.as_object().expect("an object") {
            private[member] = value.clone();
        }
        world.publish(&[bad.jwk(), private.clone(), world.issuer.jwk()]);
        world.keys.refresh().await.expect("keys");
        assert_eq!(world.code(&World::token_of(&bad)).await, Code::Unauthenticated, "{name}");
        assert_eq!(world.code(&world.token()).await, Code::Ok, "{name}");

        private["n"] = json!("AQAB");
        world.publish(&[bad.jwk(), private, world.issuer.jwk()]);
        world.keys.refresh().await.expect("keys");
        assert_eq!(world.code(&World::token_of(&bad)).await, Code::Ok, "{name}, of another modulus");
    }
}

#[tokio::test]
async fn row_52_a_key_that_is_no_json_for_us_leaves_the_others() {
    let world = World::start().await;
    let good = world.issuer.jwk();
    let nested = format!("{}{}", "[".repeat(20), "]".repeat(20));
    let private = r#"{"$serde_json::private::RawValue":"{}"}"#;
    for odd in [
        r#"{"kty":1e400}"#,
        r#"{"kid":"\ud800"}"#,
        r#"{"\ud800":1e400}"#,
        r#"{"kty":"RSA","kty":"RSA"}"#,
        private,
        &format!(r#"{{"x":{nested}}}"#),
        &nested,
    ] {
        world
            .server
            .publish(Document::Json(format!(r#"{{"a":{nested},"b":{private},"keys":[{odd},{good}]}}"#)));
        world.keys.refresh().await.expect(odd);
        assert_eq!(world.code(&world.token()).await, Code::Ok, "{odd}");
    }
}

#[tokio::test]
async fn rows_49_and_51_what_is_left_out_is_said_once() {
    let world = World::start().await;
    let mut private = world.rotated("leaked-once").jwk();
    private["d"] = json!("AQAB");
    world.publish(&[private, world.issuer.jwk()]);
    for _ in 0..3 {
        world.keys.refresh().await.expect("keys");
    }
    let said = lines_with("leaked-once");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("WARN") && said[0].contains("private"), "{said:?}");
}

#[tokio::test]
async fn row_48_a_key_that_is_published_for_something_else_makes_no_fetch() {
    let world = World::start().await;
    let encryption = world.rotated("enc");
    let mut jwk = encryption.jwk();
    jwk["use"] = json!("enc");
    world.publish(&[jwk, world.issuer.jwk()]);
    world.keys.refresh().await.expect("keys");
    let fetches = world.server.key_fetches();
    assert_eq!(world.code(&World::token_of(&encryption)).await, Code::Unauthenticated);
    assert_eq!(world.server.key_fetches(), fetches);
}

#[tokio::test]
async fn rows_53_and_54_a_refresh_that_brings_no_keys_leaves_those_that_are_held() {
    let world = World::start().await;
    let good = world.issuer.jwks();
    let beside = |odd: &str| good.replacen('{', &format!(r#"{{"x":{odd},"#), 1);
    // The keys are within a text, for whoever takes the name for what a library means by it.
    let in_text =
        json!({ "keys": { "$serde_json::private::RawValue": json!([world.issuer.jwk()]).to_string() } })
            .to_string();
    let too_many = json!({ "keys": vec![world.issuer.jwk(); 10_000] }).to_string();
    let cases = [
        ("53: HTML", Document::Json("<html></html>".to_owned())),
        ("53: truncated", Document::Json(good[..good.len() - 5].to_owned())),
        ("53: 50 MB", Document::Padded(50_000_000, good.clone())),
        // Four million spaces, in four thousand bytes.
        ("53: compressed", Document::Compressed(include_bytes!("../support/spaces.gz").to_vec())),
        ("53: 10,000 keys", Document::Json(too_many)),
        ("53: 300 keys, which fit", Document::Json(json!({ "keys": vec![json!({}); 300] }).to_string())),
        (
            "100: nested too deeply",
            Document::Json(beside(&format!("{}{}", "[".repeat(34_000), "]".repeat(34_000)))),
        ),
        ("100: nested too deeply in text", Document::Json(in_text)),
        ("53: bytes after it", Document::Json(format!("{good}x"))),
        ("54: no keys", Document::Json(r#"{"keys":[]}"#.to_owned())),
        ("54: an array", Document::Json("[]".to_owned())),
        ("54: keys twice", Document::Json(format!(r#"{{"keys":[],{}"#, &good[1..]))),
        ("500", Document::Status(500)),
        ("404", Document::Status(404)),
        ("204", Document::Status(204)),
    ];
    for (name, document) in cases {
        world.server.publish(document);
        world.keys.refresh().await.expect_err(name);
        assert_eq!(world.code(&world.token()).await, Code::Ok, "{name}");
        assert_eq!(world.app.health("").await.expect("health"), 1, "{name}: still ready");
    }
}

/// A key that is good for a token, though for none that is accepted: RS256 alone is, unless it is set.
fn keys_for_nothing_accepted(world: &World) -> [(&'static str, Value); 3] {
    let mut other_algorithm = world.issuer.jwk();
    other_algorithm["alg"] = json!("RS512");
    let mut unnamed = other_algorithm.clone();
    unnamed["kid"] = json!(null);
    [
        ("an EC key", elliptic_key()),
        ("the same key, for another algorithm", other_algorithm),
        ("the same, without kid", unnamed),
    ]
}

/// RFC 7515 A.3.
fn elliptic_key() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "kid": "ec",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })
}

#[tokio::test]
async fn row_54_a_refresh_with_no_key_for_an_accepted_algorithm_leaves_those_that_are_held() {
    let world = World::start().await;
    for (name, jwk) in keys_for_nothing_accepted(&world) {
        world.publish(std::slice::from_ref(&jwk));
        let error = world.keys.refresh().await.expect_err(name).to_string();
        assert!(error.contains("usable keys is for an accepted algorithm (RS256): they are for "), "{error}");
        assert_eq!(world.code(&world.token()).await, Code::Ok, "{name}: the last good set serves on");
        assert_eq!(world.app.health("").await.expect("health"), 1, "{name}: still ready");
        assert!(!lines_with("none of the issuer's 1 usable keys is for an accepted algorithm").is_empty());

        let rotated = world.rotated("2027");
        world.publish(&[jwk, rotated.jwk(), world.issuer.jwk()]);
        world.keys.refresh().await.expect("one that fits among others");
        assert_eq!(world.code(&World::token_of(&rotated)).await, Code::Ok, "{name}");
    }
}

#[tokio::test]
async fn row_54_cold_with_no_key_for_an_accepted_algorithm() {
    let world = World::start_cold(None).await;
    for (name, jwk) in keys_for_nothing_accepted(&world) {
        world.publish(&[jwk]);
        world.keys.refresh().await.expect_err(name);
        let answer = world.call(&world.token()).await;
        let expected = (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE");
        assert_eq!((answer.code(), answer.reason().as_str()), expected, "{name}");
        assert_eq!(world.app.health("").await.expect("health"), 2, "{name}: not ready");
    }
    world.publish(&[elliptic_key(), world.issuer.jwk()]);
    world.keys.refresh().await.expect("one that fits");
    world.app.ready_is(true).await;
    assert_eq!(world.code(&world.token()).await, Code::Ok);
}

#[tokio::test]
async fn a_set_is_good_where_any_of_its_algorithms_is_accepted() {
    let world = World::start_with(|verifier| verifier.algorithms([Algorithm::Rs256, Algorithm::Es256])).await;
    world.publish(&[elliptic_key()]);
    world.keys.refresh().await.expect("an EC key, which is accepted");
    assert_eq!(world.code(&world.token()).await, Code::Unauthenticated, "its key is withdrawn");
    assert_eq!(world.app.health("").await.expect("health"), 1);
}
