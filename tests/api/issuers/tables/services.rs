//! Services whose scopes stand in the table of their issuer.

use std::collections::BTreeMap;

use sekisho::testing::{TestIssuer, TokenShape};
use sekisho_server::config::TokenRules;

use super::{AUDIENCE, as_told, file, of_file, told, verdict};
use crate::support::{impostor, issuer};

const LACKING: &str = "ACCESS_TOKEN_SCOPE_INSUFFICIENT";

/// Each subject of a table, and which of the three APIs it may call.
fn each_subject_has_its_scopes(
    heading: &str,
    service: &TestIssuer,
    subjects: &[(&str, [bool; 3])],
    strangers: &[&str],
) {
    let file = file(heading);
    let name = file.issuers[0].name.clone().expect("a name");
    assert_eq!(file.issuers[0].token.scopes_of.len(), subjects.len());
    let rules = TokenRules { scopes_of: BTreeMap::new(), ..file.issuers[0].token.clone() };
    let (kit, page) = (format!("{:#?}", service.verifier()), format!("{:#?}", rules.verifier()));
    assert_eq!(kit, page, "the test kit has the settings of the page");
    let alone = of_file(&file, &[service]);
    for (subject, may_call) in subjects {
        let token = service.token().subject(subject).sign();
        // The second time it is remembered.
        for is_remembered in [false, true] {
            let called = [1, 2, 3].map(|number| verdict(&alone, number, &token));
            assert_eq!(called.each_ref().map(|it| it.result().is_ok()), *may_call, "{subject}");
            assert_eq!(called[1].is_remembered() && called[0].is_remembered(), is_remembered, "{subject}");
        }
    }
    for stranger in strangers {
        let token = service.token().subject(stranger);
        assert_eq!(told(&alone, &token), as_told(LACKING, &name), "{stranger}");
    }
    let first = subjects[0].0;
    let invalid = as_told("ACCESS_TOKEN_INVALID", &name);
    assert_eq!(told(&alone, &service.token().subject(first).for_another_audience()), invalid);
    let forged = impostor().clone().renamed(file.issuers[0].issuer.name.as_str(), AUDIENCE);
    assert_eq!(told(&alone, &forged.token().subject(first)), invalid);
}

#[test]
fn a_service_account_has_the_scopes_of_its_line() {
    let cluster = issuer().clone().renamed("https://kubernetes.default.svc.cluster.local", AUDIENCE);
    each_subject_has_its_scopes(
        "Kubernetes service accounts",
        &cluster.shape(TokenShape::KubernetesServiceAccount),
        &[
            ("system:serviceaccount:shop:billing", [true, true, false]),
            ("system:serviceaccount:shop:stock", [true, false, false]),
        ],
        &["system:serviceaccount:shop:default", "system:serviceaccount:other:billing", "billing", "*"],
    );
}

#[test]
fn a_workflow_has_the_scopes_of_its_line() {
    let github = issuer().clone().renamed("https://token.actions.githubusercontent.com", AUDIENCE);
    each_subject_has_its_scopes(
        "GitHub Actions",
        &github.shape(TokenShape::GitHubActions),
        &[
            ("repo:example/shop:ref:refs/heads/main", [true, false, false]),
            ("repo:example/shop:environment:production", [true, true, false]),
        ],
        &[
            "repo:example/shop:pull_request",
            "repo:example/shop:ref:refs/heads/main2",
            "repo:example/shop:ref:refs/tags/main",
            "repo:Example/shop:ref:refs/heads/main",
            "repo:example-1/shop-2:ref:refs/heads/main",
            "repo:example/shop:*",
        ],
    );
}
