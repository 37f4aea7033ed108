//! Algorithm, key and signature.

use aws_lc_rs::{hmac, signature};
use base64::engine::general_purpose::STANDARD;
use sekisho::jwks::Algorithm;

use super::*;
use crate::support::impostor;

#[tokio::test]
async fn rows_1_to_3_algorithm() {
    let app = App::start().await;
    let [_, payload, _] = parts(&good().sign());
    let mut cases = Vec::new();
    for alg in ["none", "None", "nOnE", "", "rs256"] {
        let forged = good().header("alg", alg);
        let unsigned = format!("{}.{payload}.", encode(forged.header_json()));
        cases.push(case(format!("1: alg {alg:?}, unsigned"), unsigned, INVALID));
        cases.push(case(format!("1: alg {alg:?}, signed"), forged.sign(), INVALID));
    }
    for (what, secret) in public_key_spellings() {
        for (alg, hash) in
            [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
        {
            let input = format!("{}.{payload}", encode(good().header("alg", alg).header_json()));
            let tag = hmac::sign(&hmac::Key::new(hash, &secret), input.as_bytes());
            cases.push(case(
                format!("2: {alg} keyed with {what}"),
                format!("{input}.{}", encode(tag)),
                INVALID,
            ));
        }
    }
    for alg in ["PS256", "RS384", "ES256"] {
        let (header, payload) = (good().header("alg", alg).header_json(), good().payload_json());
        let encoding: &dyn signature::RsaEncoding =
            if alg == "RS384" { &signature::RSA_PKCS1_SHA384 } else { &signature::RSA_PSS_SHA256 };
        let token = issuer().sign_by(encoding, &header, &payload);
        cases.push(case(format!("3: {alg} where RS256 alone is allowed"), token, INVALID));
    }
    cases.push(case("no alg", good().without_header("alg").sign(), INVALID));
    cases.push(case("alg as an array", good().header("alg", json!(["RS256"])).sign(), INVALID));
    check(&app, cases).await;
}

#[tokio::test]
async fn rows_4_to_7_signature_and_key() {
    let app = App::start().await;
    let [header, payload, signature] = parts(&good().sign());
    let [.., other_signature] = parts(&good().claim("sub", "bob").sign());
    let forged = || impostor().token().scope("items:read items:list");
    let with_its_own_key = || forged().header("jwk", impostor().jwk());
    let mut cases = vec![
        case("4: signature flipped", format!("{header}.{payload}.{}", flipped(&signature)), INVALID),
        case("4: signature stripped", format!("{header}.{payload}."), INVALID),
        case("4: signature of another token", format!("{header}.{payload}.{other_signature}"), INVALID),
        case("4: signed by somebody else under the same kid", forged().sign(), INVALID),
        case("7: carries its own key", with_its_own_key().sign(), INVALID),
        case("7: carries its own key and no kid", with_its_own_key().without_header("kid").sign(), INVALID),
        case("a kid that is not published", good().header("kid", "other").sign(), INVALID),
        case("45: a kid that is a number", good().header("kid", 7).sign(), INVALID),
        case("46: no kid", good().without_header("kid").sign(), ALLOWED),
    ];
    for crit in [json!(["exp"]), json!([]), json!(["b64"]), json!(["alg"]), json!(null)] {
        let token = good().header("crit", crit.clone()).header("b64", true).sign();
        cases.push(case(format!("6: crit {crit}"), token, INVALID));
    }
    check(&app, cases).await;
}

/// What a careless verifier could take for the secret of an HMAC.
fn public_key_spellings() -> [(&'static str, Vec<u8>); 4] {
    let der = issuer().public_key_der();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
    let modulus = issuer().jwk()["n"].as_str().expect("a modulus").to_owned();
    let raw = URL_SAFE_NO_PAD.decode(&modulus).expect("base64url");
    [
        ("PEM", pem.into_bytes()),
        ("DER", der),
        ("the modulus", raw),
        ("the modulus' text", modulus.into_bytes()),
    ]
}

fn flipped(signature: &str) -> String {
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    bytes[10] ^= 1;
    encode(bytes)
}

#[tokio::test]
async fn row_3_another_algorithm_works_where_it_is_allowed() {
    let issuer_of_both = trusting(|verifier| verifier.algorithms([Algorithm::Rs256, Algorithm::Rs384]));
    let app = App::start_with(Setup { issuer: issuer_of_both, ..Setup::default() }).await;
    // The key's own alg is RS256, so even where RS384 is allowed it does not fit.
    let header = good().header("alg", "RS384").header_json();
    let token = issuer().sign_by(&signature::RSA_PKCS1_SHA384, &header, &good().payload_json());
    check(&app, [case("RS384 by a key for RS256", token.clone(), INVALID)]).await;

    let mut jwk = issuer().jwk();
    jwk.as_object_mut().expect("an object").remove("alg");
    let keys = crate::support::trusting_keys(&json!({ "keys": [jwk] }).to_string())
        .verified_by(|verifier| verifier.algorithms([Algorithm::Rs384]));
    let app = App::start_with(Setup { issuer: keys, ..Setup::default() }).await;
    check(&app, [case("RS384", token, ALLOWED), case("RS256 is not allowed", good().sign(), INVALID)]).await;
}

#[tokio::test]
async fn row_8_keys_that_a_token_points_to_are_not_fetched() {
    let app = App::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/jwks", listener.local_addr().expect("an address"));
    let chain = json!([STANDARD.encode(impostor().public_key_der())]);
    let forged = || impostor().token().scope("items:read items:list");
    let cases = [
        case("8: jku", forged().header("jku", url.as_str()).sign(), INVALID),
        case("8: x5u", forged().header("x5u", url.as_str()).sign(), INVALID),
        case("8: x5c", forged().header("x5c", chain.clone()).sign(), INVALID),
        case(
            "a good token with all three",
            good().header("jku", url.as_str()).header("x5u", url.as_str()).header("x5c", chain).sign(),
            ALLOWED,
        ),
    ];
    check(&app, cases).await;
    let heard = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(heard.is_err(), "somebody followed a URL in a token");
}
