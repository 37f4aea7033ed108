//! Every method of every registered service, with every kind of token. The methods come from the
//! descriptors, so one that is added tomorrow is in it.

use sekisho::policy::{AccessRule, Alternatives, Method, Mode, Policy};
use sekisho::scope::ScopeSet;
use sekisho::testing::{TestIssuer, TokenBuilder};
use serde_json::json;
use tonic::Code;

use crate::support::endless::DESCRIPTOR_SET as ENDLESS;
use crate::support::kinds::DESCRIPTOR_SET as KINDS;
use crate::support::kinds::proto::kinds_client::KindsClient;
use crate::support::kinds::proto::{KindsRequest, KindsResponse};
use crate::support::{App, STREAMING, connect, impostor, issuer};

struct Case {
    name: &'static str,
    authorization: Option<String>,
    /// On a method that asks for a token, and enforces that.
    code: Code,
    reason: &'static str,
}

fn policy() -> Policy {
    use tonic_reflection::pb::{v1, v1alpha};
    Policy::builder()
        .descriptor_set(sekisho_server::services::DESCRIPTOR_SET)
        .descriptor_set(STREAMING)
        .descriptor_set(ENDLESS)
        .descriptor_set(KINDS)
        .descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .rule("grpc.health.v1.Health/Check", AccessRule::Public)
        .rule("grpc.health.v1.Health/Watch", AccessRule::Public)
        .descriptor_set(v1::FILE_DESCRIPTOR_SET)
        .rule("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", AccessRule::Public)
        .descriptor_set(v1alpha::FILE_DESCRIPTOR_SET)
        .rule("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", AccessRule::Public)
        .build()
        .expect("a policy")
}

fn scoped(issuer: &'static TestIssuer, method: &Method) -> TokenBuilder<'static> {
    let scopes =
        method.rule().required().and_then(|required| required.iter().next().map(ToString::to_string));
    issuer.token().scope(&scopes.unwrap_or_default())
}

/// Scopes of every method but this one.
fn of_others(policy: &Policy, method: &Method) -> String {
    let asks =
        |scope: &str| method.rule().required().is_some_and(|r| r.iter().any(|set| set.contains(scope)));
    let all = policy.methods().filter_map(|other| other.rule().required()).flat_map(Alternatives::iter);
    let others = all.flat_map(ScopeSet::iter).filter(|scope| !asks(scope));
    others.map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn cases(policy: &Policy, method: &Method) -> Vec<Case> {
    let good = || scoped(issuer(), method);
    let bearer = |token: TokenBuilder<'_>| Some(format!("Bearer {}", token.sign()));
    let invalid = |name, token| Case {
        name,
        authorization: token,
        code: Code::Unauthenticated,
        reason: "ACCESS_TOKEN_INVALID",
    };
    let (scope_code, scope_reason) = match method.rule() {
        AccessRule::Scopes(_) => (Code::PermissionDenied, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        _ => (Code::Ok, ""),
    };
    let lacking = |name, token| Case { name, authorization: token, code: scope_code, reason: scope_reason };
    vec![
        Case {
            name: "no token",
            authorization: None,
            code: Code::Unauthenticated,
            reason: "CREDENTIALS_MISSING",
        },
        Case {
            name: "malformed",
            authorization: Some("Bearer junk".to_owned()),
            code: Code::Unauthenticated,
            reason: "ACCESS_TOKEN_MALFORMED",
        },
        invalid("wrong issuer", bearer(good().claim("iss", "https://evil.example/"))),
        invalid("wrong audience", bearer(good().claim("aud", json!(["another-api"])))),
        Case {
            name: "expired",
            authorization: bearer(good().claim("exp", 1_799_999_000)),
            code: Code::Unauthenticated,
            reason: "ACCESS_TOKEN_EXPIRED",
        },
        invalid("signature", bearer(scoped(impostor(), method))),
        lacking("no scope", bearer(good().scope(""))),
        lacking("another API's scope", bearer(good().scope(&of_others(policy, method)))),
        Case { name: "right scope", authorization: bearer(good()), code: Code::Ok, reason: "" },
    ]
}

impl Case {
    /// The status of a call and its reason, and the reason that is only reported.
    fn expected(&self, method: &Method) -> (Code, &'static str, &'static str) {
        let asks_nobody = match method.rule() {
            AccessRule::Public => true,
            AccessRule::Optional => self.authorization.is_none(),
            _ => false,
        };
        let (code, reason) = if asks_nobody { (Code::Ok, "") } else { (self.code, self.reason) };
        match method.mode() {
            Mode::ReportOnly => (Code::Ok, "", reason),
            _ => (code, reason, ""),
        }
    }
}

#[tokio::test]
async fn every_method_with_every_kind_of_token() {
    let app = App::start().await;
    let policy = policy();
    let mut checked = 0;
    for method in policy.methods() {
        for case in cases(&policy, method) {
            if method.name() == "Watch" {
                // It never ends by itself; that it is let in is seen by the test of health.
                continue;
            }
            let call = app.call(method.path());
            let answer = match &case.authorization {
                Some(authorization) => call.authorization(authorization),
                None => call,
            };
            let answer = answer.send().await;
            assert_eq!(
                (answer.code(), answer.reason().as_str(), answer.reported()),
                case.expected(method),
                "{}: {}",
                method.path(),
                case.name
            );
            checked += 1;
        }
    }
    let methods = policy.methods().len();
    assert_eq!((methods, checked), (30, 29 * 9));
}

/// What is reported of a caller who was verified takes nothing from the handler; of one who was not, it has nothing.
#[tokio::test]
async fn handlers_know_who_was_verified_and_what_was_reported() {
    let app = App::start().await;
    let mut client = KindsClient::new(connect(app.address).await);
    let known = |anonymous: bool, would_deny: &str| KindsResponse {
        subject: if anonymous { String::new() } else { "a caller".to_owned() },
        anonymous,
        would_deny: would_deny.to_owned(),
    };
    let with_scope = |scope| Some(issuer().token().claim("sub", "a caller").scope(scope).sign());
    let stranger = Some(impostor().token().claim("sub", "a caller").scope("kinds:read").sign());
    for (method, token, expected) in [
        ("Optional", None, known(true, "")),
        ("Optional", with_scope(""), known(false, "")),
        ("ReportedAuthenticated", None, known(true, "CREDENTIALS_MISSING")),
        ("ReportedAuthenticated", with_scope(""), known(false, "")),
        ("ReportedScopes", None, known(true, "CREDENTIALS_MISSING")),
        ("ReportedScopes", stranger, known(true, "ACCESS_TOKEN_INVALID")),
        ("ReportedScopes", with_scope("other"), known(false, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")),
        ("ReportedScopes", with_scope("kinds:read"), known(false, "")),
        ("Enforced", with_scope("kinds:read"), known(false, "")),
    ] {
        let mut request = tonic::Request::new(KindsRequest::default());
        if let Some(token) = token {
            let value = format!("Bearer {token}").parse().expect("a value");
            request.metadata_mut().insert("authorization", value);
        }
        let answer = match method {
            "Optional" => client.optional(request).await,
            "ReportedAuthenticated" => client.reported_authenticated(request).await,
            "ReportedScopes" => client.reported_scopes(request).await,
            _ => client.enforced(request).await,
        };
        assert_eq!(answer.expect(method).into_inner(), expected, "{method}");
    }
}
