//! Which kinds of token are access tokens that whoever holds them may use.

use super::*;

#[tokio::test]
async fn marks_of_an_id_token_in_what_says_that_it_is_an_access_token() {
    let app = App::start().await;
    let nonce = || good().claim("nonce", "n-0S6_WzA2Mj");
    let mut cases = vec![
        case("nonce alone", nonce().sign(), INVALID),
        case("nonce, and typ JWT", nonce().header("typ", "JWT").sign(), INVALID),
        case("nonce in Keycloak's access token", nonce().claim("typ", "Bearer").sign(), ALLOWED),
        case("nonce in a token of RFC 9068", nonce().header("typ", "at+jwt").sign(), ALLOWED),
        case("nonce, and typ in long", nonce().header("typ", "application/AT+JWT").sign(), ALLOWED),
        case("nonce in an ID token of Keycloak", nonce().claim("typ", "ID").sign(), INVALID),
        case("nonce, and another typ", nonce().claim("typ", "bearer").sign(), INVALID),
        case("nonce, and a typ of another type", nonce().claim("typ", json!(["Bearer"])).sign(), INVALID),
    ];
    for mark in ["at_hash", "c_hash"] {
        let marked = || good().claim(mark, "x");
        cases.push(case(format!("{mark}, typ Bearer"), marked().claim("typ", "Bearer").sign(), INVALID));
        cases.push(case(format!("{mark}, at+jwt"), marked().header("typ", "at+jwt").sign(), INVALID));
    }
    for (claim, kind) in [("typ", "ID"), ("token_use", "id")] {
        let token = good().claim(claim, kind).header("typ", "at+jwt").sign();
        cases.push(case(format!("{claim} {kind}, at+jwt"), token, INVALID));
    }
    check(&app, cases).await;
}

#[tokio::test]
async fn claims_as_issuers_write_them() {
    let app = App::start().await;
    let cases = [
        case("typ application/jwt", good().header("typ", "application/jwt").sign(), ALLOWED),
        case("typ APPLICATION/JWT", good().header("typ", "APPLICATION/JWT").sign(), ALLOWED),
        case(
            "typ application/application/jwt",
            good().header("typ", "application/application/jwt").sign(),
            INVALID,
        ),
        case("typ text/jwt", good().header("typ", "text/jwt").sign(), INVALID),
        case("typ é", good().header("typ", "applicatioé/jwt").sign(), INVALID),
        case("nbf before 1970", good().claim("nbf", -1).sign(), ALLOWED),
        case("nbf long before 1970", good().claim("nbf", -1e300).sign(), ALLOWED),
        case("iat before 1970", good().claim("iat", -0.5).sign(), ALLOWED),
        case("exp before 1970", good().claim("exp", -1).sign(), INVALID),
        case("exp of minus nothing", good().claim("exp", -0.0).sign(), INVALID),
        case("jti as a number", good().claim("jti", 1).sign(), INVALID),
        case("jti of null", good().claim("jti", Value::Null).sign(), INVALID),
        case("jti as text", good().claim("jti", "1").sign(), ALLOWED),
    ];
    check(&app, cases).await;
    let told = app.call(UNARY).bearer(&good().claim("sub", "").sign()).send().await;
    assert_eq!(told.status().message(), "The access token's sub claim is empty");
}

#[tokio::test]
async fn row_101_a_token_that_is_bound_to_its_sender_is_no_bearer_token() {
    let bound = || {
        let thumbprint = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2";
        [
            json!({ "x5t#S256": thumbprint }),
            json!({ "jkt": thumbprint }),
            json!({}),
            json!([]),
            json!(null),
            json!(""),
            json!(false),
            json!(0),
            json!([{ "jkt": thumbprint }]),
        ]
    };
    let app = App::start().await;
    let cases = bound().map(|cnf| case(format!("cnf {cnf}"), good().claim("cnf", cnf).sign(), INVALID));
    check(&app, cases).await;
    let payload = good().payload_json().replacen('{', r#"{"cn\u0066":{},"#, 1);
    check(
        &app,
        [case("cnf, written in another way", issuer().sign(&good().header_json(), &payload), INVALID)],
    )
    .await;
    let told = app.call(UNARY).bearer(&good().claim("cnf", json!({})).sign()).send().await;
    assert!(told.status().message().contains("bound to its sender (cnf)"), "{}", told.status().message());

    let lax = trusting(Verifier::dangerous_accept_bound_tokens);
    let app = App::start_with(Setup { issuer: lax, ..Setup::default() }).await;
    let cases = bound().map(|cnf| case(format!("cnf {cnf}"), good().claim("cnf", cnf).sign(), ALLOWED));
    check(&app, cases).await;
    let payload = good().payload_json().replacen('{', r#"{"cnf":{},"cnf":{},"#, 1);
    check(&app, [case("cnf twice", issuer().sign(&good().header_json(), &payload), INVALID)]).await;
}

#[tokio::test]
async fn ed25519_is_another_name_of_eddsa() {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    let key = Ed25519KeyPair::generate().expect("a key");
    let sign = |alg: &str| {
        let header = json!({ "alg": alg, "kid": "ed" }).to_string();
        let input = format!("{}.{}", encode(header), encode(good().payload_json()));
        format!("{input}.{}", encode(key.sign(input.as_bytes())))
    };
    for published in [json!({}), json!({ "alg": "EdDSA" }), json!({ "alg": "Ed25519" })] {
        let mut jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": encode(key.public_key()) });
        jwk.as_object_mut().expect("an object").extend(published.as_object().expect("an object").clone());
        let allowed = "Ed25519".parse().expect("an algorithm");
        let (set, _) = KeySet::parse(json!({ "keys": [jwk] }).to_string().as_bytes()).expect("a key set");
        let verifier = Verifier::new(AUDIENCE).algorithms([allowed]);
        let issuer = Issuer::new(Keys::fixed(ISSUER, set), verifier);
        let app = App::start_with(Setup { issuer, ..Setup::default() }).await;
        let cases = [
            case("EdDSA", sign("EdDSA"), ALLOWED),
            case("Ed25519", sign("Ed25519"), ALLOWED),
            case("ed25519", sign("ed25519"), INVALID),
            case("Ed448", sign("Ed448"), INVALID),
        ];
        check(&app, cases).await;
    }
}
