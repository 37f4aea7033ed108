//! What an issuer's metadata says of how it is to be asked, and how its documents come.

use super::*;

/// `{}`, compressed.
const GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0";

async fn is_had(issuer: &Issuer) {
    let ended = run(&credentials(issuer)).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "the.access.token\n"), "{}", ended.stderr);
}

fn offering(methods: &str) -> String {
    format!(
        r#"{{"issuer":"URL","token_endpoint":"URLtoken","token_endpoint_auth_methods_supported":{methods}}}"#
    )
}

#[tokio::test]
async fn the_secret_goes_where_the_issuer_takes_it() {
    let in_header = ("Basic bWU6aHVzaA==", None);
    let in_form = ("", Some("hush"));
    for (methods, (authorization, secret)) in [
        (r#"["client_secret_basic","client_secret_post"]"#, in_header),
        (r#"["client_secret_post","client_secret_basic"]"#, in_header),
        (r#"["private_key_jwt","client_secret_basic"]"#, in_header),
        ("[]", in_header),
        ("null", in_header),
        (r#"["client_secret_post"]"#, in_form),
        (r#"["private_key_jwt","client_secret_post","none"]"#, in_form),
    ] {
        let issuer = Issuer::start(Answer::json(TOKEN)).await;
        issuer.publish(&offering(methods));
        is_had(&issuer).await;
        let asked = issuer.asked();
        let value = |name: &str| asked.form.iter().find(|(n, _)| n == name).map(|(_, text)| text.as_str());
        assert_eq!(
            (asked.authorization.as_str(), value("client_secret")),
            (authorization, secret),
            "{methods}"
        );
        assert_eq!(value("client_id"), secret.map(|_| "me"), "{methods}");
        assert_eq!(value("grant_type"), Some("client_credentials"), "{methods}");
        assert_eq!(
            (asked.content_type.as_str(), asked.accept_encoding.as_str()),
            ("application/x-www-form-urlencoded", "identity")
        );
    }
}

#[tokio::test]
async fn an_issuer_that_takes_no_secret_gets_none() {
    let issuer = Issuer::start(Answer::json(TOKEN)).await;
    for (methods, reason) in [
        (
            r#"["private_key_jwt","tls_client_auth"]"#,
            "its token endpoint takes no secret: expected client_secret_basic or client_secret_post among \
             token_endpoint_auth_methods_supported, found private_key_jwt, tls_client_auth",
        ),
        (r#""client_secret_basic""#, "token_endpoint_auth_methods_supported is no array of strings"),
        (r#"["client_secret_basic",1]"#, "token_endpoint_auth_methods_supported is no array of strings"),
    ] {
        issuer.publish(&offering(methods));
        let ended = run(&credentials(&issuer)).await;
        let expected = format!("the metadata of {} cannot be used: {reason}", issuer.url());
        assert_eq!(ended.one_error(1), expected);
        assert!(!issuer.was_asked());
    }
}

#[tokio::test]
async fn metadata_may_be_where_rfc_8414_puts_it() {
    for status in [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN, StatusCode::SERVICE_UNAVAILABLE] {
        let issuer = Issuer::start(Answer::json(TOKEN)).await;
        issuer.hide_openid_metadata(status);
        is_had(&issuer).await;
    }
}

#[tokio::test]
async fn where_neither_place_has_metadata_both_answers_are_told() {
    let issuer = Issuer::start(Answer::json(TOKEN)).await;
    issuer.publish_answer(Answer::of(StatusCode::NOT_FOUND, ""));
    issuer.hide_openid_metadata(StatusCode::SERVICE_UNAVAILABLE);
    let ended = run(&credentials(&issuer)).await;
    let statuses = "HTTP status 503 of openid-configuration, 404 of oauth-authorization-server";
    assert_eq!(
        ended.one_error(1),
        format!("{} has no metadata ({statuses}); is it an issuer?", issuer.url())
    );

    let issuer = Issuer::start(Answer::json(TOKEN)).await;
    issuer.publish("<html>");
    issuer.hide_openid_metadata(StatusCode::TOO_MANY_REQUESTS);
    let ended = run(&credentials(&issuer)).await;
    let reason = "it is no JSON object; openid-configuration answered with HTTP status 429";
    assert!(ended.one_error(1).ends_with(reason), "{}", ended.stderr);
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    let issuer = Issuer::start(Answer::json(&format!("\u{feff}{TOKEN}"))).await;
    issuer.publish("\u{feff}{\"issuer\":\"URL\",\"token_endpoint\":\"URLtoken\"}");
    is_had(&issuer).await;
}

#[tokio::test]
async fn a_coding_that_nobody_asked_for_is_named() {
    let issuer = Issuer::start(Answer::compressed(StatusCode::UNAUTHORIZED, GZIP)).await;
    let ended = run(&credentials(&issuer)).await;
    let reason = "answered with HTTP status 401 and content-encoding: gzip, though identity was asked for";
    assert_eq!(ended.one_error(1), format!("{}token {reason}", issuer.url()));

    issuer.publish_answer(Answer::compressed(StatusCode::OK, GZIP));
    let ended = run(&credentials(&issuer)).await;
    let reason = "answered with HTTP status 200 and content-encoding: gzip, though identity was asked for";
    assert_eq!(ended.one_error(1), format!("{} {reason}", issuer.url()));

    // A page that says that there is nothing may come as it likes.
    let issuer = Issuer::start(Answer::json(TOKEN)).await;
    issuer.hide_openid_metadata(StatusCode::NOT_FOUND);
    issuer.publish_answer(Answer::compressed(StatusCode::NOT_FOUND, GZIP));
    is_had(&issuer).await;
}
