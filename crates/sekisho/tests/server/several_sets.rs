//! Sets of several calls of the build helper, which write one file with the services of each.

use std::fs;

use sekisho::{AccessRule, Services};

use super::support::{Orders, issuer};
use super::way;

const ACCOUNTS: &str = r#"
    syntax = "proto3";
    package accounts.v1;
    import "sekisho/v1/access.proto";
    message Account {}
    service Accounts { rpc Get(Account) returns (Account) { option (sekisho.v1.access) = { public: true }; } }
"#;

/// It imports a message, so that the service beside that message is left out of its set.
const ORDERS: &str = r#"
    syntax = "proto3";
    package orders.v1;
    import "accounts.proto";
    import "sekisho/v1/access.proto";
    message Order { accounts.v1.Account account = 1; }
    service Orders { rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { public: true }; } }
"#;

#[test]
fn a_server_takes_the_sets_of_several_builds_and_describes_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    fs::write(path.join("accounts.proto"), ACCOUNTS).expect("a file");
    fs::write(path.join("orders.proto"), ORDERS).expect("a file");
    let [orders, accounts] = ["orders", "accounts"].map(|name| {
        let builder = sekisho_build::configure().out_dir(path).descriptor_set_name(name);
        builder.compile(&[path.join(format!("{name}.proto"))], &[path]).expect("compiles");
        fs::read(path.join(format!("{name}.bin"))).expect("the set")
    });
    for (one, other) in [(&orders, &accounts), (&accounts, &orders)] {
        let protected = way(Services::new(one))
            .descriptor_set(other)
            .add_named("orders.v1.Orders", Orders::default())
            .add_named("accounts.v1.Accounts", Orders::default())
            .reflection(AccessRule::Public)
            .protect(issuer().issuer());
        assert_eq!(protected.err().map(|error| error.to_string()), None);
    }
}
