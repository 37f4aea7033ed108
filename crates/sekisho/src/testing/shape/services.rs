//! Issuers of what runs somewhere: a cluster for its service accounts, a forge for its workflows. They have no ID tokens.

use serde_json::json;

use super::Written;

/// A projected token, bound to its pod.
pub(super) fn kubernetes(issuer: &str, audience: &str) -> Written {
    let members = json!({
        "iss": issuer, "aud": [audience], "sub": "system:serviceaccount:shop:billing", "jti": "j",
        "kubernetes.io": {
            "namespace": "shop",
            "node": { "name": "node-1", "uid": "n" },
            "pod": { "name": "billing-1", "uid": "p" },
            "serviceaccount": { "name": "billing", "uid": "s" },
        },
    });
    // What a token is for that names no audience.
    let own = json!({ "aud": ["https://kubernetes.default.svc.cluster.local"] });
    Written::new(members).nbf().for_another_audience(own)
}

pub(super) fn github_actions(issuer: &str, audience: &str) -> Written {
    let members = json!({
        "iss": issuer, "aud": audience, "sub": "repo:example/shop:ref:refs/heads/main", "jti": "j",
        "ref": "refs/heads/main", "ref_type": "branch", "sha": "s", "repository": "example/shop",
        "repository_owner": "example", "repository_visibility": "private", "repository_id": "1",
        "repository_owner_id": "2", "actor": "alice", "actor_id": "3", "event_name": "push", "head_ref": "",
        "base_ref": "", "workflow": "deploy", "job_workflow_ref": "example/shop/.github/workflows/deploy.yml@refs/heads/main",
        "run_id": "4", "run_number": "5", "run_attempt": "1", "runner_environment": "github-hosted",
    });
    // What it is for that names no audience.
    let own = json!({ "aud": "https://github.com/example" });
    Written::new(members).typ("JWT").header("x5t", "x").nbf().for_another_audience(own)
}
