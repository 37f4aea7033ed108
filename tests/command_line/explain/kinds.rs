//! Rules of every kind, of a set that is no server's here; without a token, or by scopes alone.

use crate::support::{Ended, run};

const ORDERS: &str = r#"
    syntax = "proto3";
    package orders.v1;
    import "sekisho/v1/access.proto";
    message M {}
    service Orders {
      rpc Open(M) returns (M) { option (sekisho.v1.access) = { public: true }; }
      rpc Maybe(M) returns (M) { option (sekisho.v1.access) = { optional: true }; }
      rpc Mine(M) returns (M) { option (sekisho.v1.access) = { authenticated: true }; }
      rpc Get(M) returns (M) {
        option (sekisho.v1.access) = { any_of: [{ all_of: ["read", "list"] }, { all_of: "admin" }] };
      }
      rpc Try(M) returns (stream M) { option (sekisho.v1.access) = { all_of: "try" mode: REPORT_ONLY }; }
      rpc Put(M) returns (M);
    }
"#;

struct Orders(tempfile::TempDir);

impl Orders {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("set"), sekisho_build::descriptor_set_of(ORDERS).unwrap()).unwrap();
        Self(folder)
    }

    async fn explain(&self, arguments: &str) -> Ended {
        let set = self.0.path().join("set");
        run(&format!("policy explain {arguments} --descriptors {}", set.display())).await
    }
}

#[tokio::test]
async fn each_kind_of_rule_is_explained_without_a_token_and_by_scopes() {
    let orders = Orders::new();
    let cases = [
        ("orders.v1.Orders/Open", 0, "GRANTED: the rule does not ask who makes this call"),
        ("orders.v1.Orders.Maybe", 0, "GRANTED: the rule does not ask who makes this call"),
        ("/orders.v1.Orders/Mine", 1, "UNAUTHENTICATED: No access token was sent"),
        ("orders.v1.Orders/Mine --scopes=", 0, "GRANTED: the token is valid"),
        ("orders.v1.Orders/Maybe --scopes x", 0, "GRANTED: the token is valid"),
        ("orders.v1.Orders/Get", 1, "Enough     a token with read list\n"),
        ("orders.v1.Orders/Get --scopes read", 1, "Enough     a token with read list; this one lacks list\n"),
        ("orders.v1.Orders/Get --scopes read", 1, "Enough     a token with admin; this one lacks admin\n"),
        ("orders.v1.Orders/Get --scopes read --scopes list", 0, "GRANTED: the token is valid"),
        ("orders.v1.Orders/Get --scopes admin", 0, "GRANTED: the token is valid"),
        (
            "orders.v1.Orders/Get --scopes read --scope-prefix api/",
            1,
            "a token with api/read api/list; this one lacks api/list",
        ),
        ("orders.v1.Orders/Get --scopes api/admin --scope-prefix api/", 0, "GRANTED: the token is valid"),
        ("orders.v1.Orders/Try", 0, "GRANTED, since the method only reports"),
        ("orders.v1.Orders/Try", 0, "outcome=\"would_deny\" reason=\"CREDENTIALS_MISSING\""),
        ("orders.v1.Orders/Mine --dangerous-report-only", 0, "GRANTED, since the method only reports"),
        ("orders.v1.Orders/Gett", 1, "was one of these meant? orders.v1.Orders/Get"),
        ("orders.v1.Orders/Get?x", 1, "the path of the method without a query: orders.v1.Orders/Get"),
    ];
    for (arguments, code, text) in cases {
        let Ended { code: ended, stdout, stderr } = orders.explain(arguments).await;
        let is_method = !arguments.contains("Get?x") && !arguments.contains("Gett");
        let warning = if is_method { "" } else { "warning: the policy has no method of this name\n" };
        assert_eq!((ended, stderr.as_str()), (Some(code), warning), "{arguments}: {stdout}");
        assert!(stdout.contains(text), "{arguments}: {stdout}");
    }
    // The caller of an unknown method is told no reason.
    for (method, is_told) in [("orders.v1.Orders/Gett", false), ("orders.v1.Orders/Get", true)] {
        let told = orders.explain(method).await.stdout;
        assert_eq!(told.contains("\nReason "), is_told, "{told}");
    }
}

#[tokio::test]
async fn what_cannot_be_explained_is_a_fault_and_all_are_told_at_once() {
    let orders = Orders::new();
    let undeclared = orders.explain("orders.v1.Orders/Put").await;
    let reason = "orders.v1.Orders/Put: it has no access rule, so that it cannot be said who may call it; where its server has \
                  one for it that stands in no .proto, --rules can say it";
    assert_eq!(undeclared.one_error(2), reason);
    let arguments = "orders.v1.Orders/Get --token-file /nowhere --at never --audience= --algorithm HS256";
    let Ended { code, stdout, stderr } = orders.explain(arguments).await;
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    for part in [
        "--at: \"never\"",
        "--token-file: ",
        "--issuer (or OIDC_ISSUER): it is required",
        "--algorithm: \"HS256\"",
    ] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
    assert!(stderr.lines().all(|line| line.starts_with("error: ")), "{stderr}");
    let both = orders.explain("orders.v1.Orders/Get --token-file x --scopes y").await;
    assert_eq!(both.code, Some(2), "{}", both.stderr);
    let neither = orders.explain("orders.v1.Orders/Get --dangerous-skip-signature").await;
    assert_eq!(neither.code, Some(2), "{}", neither.stderr);
}
