//! Our own policies: each is locked, and its lock is kept as any team keeps its own.

use std::path::Path;

use crate::support::{end, sekisho};

const OWN: &str = "policy check";
const ORDERS: &str = "policy check --proto examples/orders/proto/orders/v1/orders.proto --include examples/orders/proto \
                      --lock examples/orders/access.lock";

/// To write them anew: the same with `lock` in place of `check`.
#[tokio::test]
async fn the_locks_say_what_the_protos_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // A package that somebody else unpacked has neither.
    for (command, lock) in [(OWN, "access.lock"), (ORDERS, "examples/orders/access.lock")] {
        if !root.join(lock).exists() && !root.join("examples").exists() {
            continue;
        }
        let mut program = sekisho(command);
        program.current_dir(root);
        let checked = end(program).await;
        assert_eq!((checked.code, checked.stderr.as_str()), (Some(0), ""), "{command}: {}", checked.stdout);
    }
}
