//! `lock --service`, and `lock` where it was forgotten to name the protos.

use crate::policy::review::{GET, Repository, SOURCE, ended, has};

const ITEMS: &str = r#"rpc List(Item) returns (Item) { option (sekisho.v1.access) = { all_of: "items" }; }"#;

#[tokio::test]
async fn a_lock_of_one_service_is_not_written_over_that_of_several() {
    let repository = Repository::locked().await;
    repository.add_service(ITEMS);
    repository.lock().await;
    let whole = repository.read("access.lock");
    repository.write("access.ack", "");
    let lock = format!("lock {SOURCE} --service orders.v1.Orders");
    for flags in ["", "--prune", "--prune --base base.lock", "--format json"] {
        let locked = repository.run(&format!("{lock} {flags}")).await;
        assert_eq!(
            locked.one_error(2),
            "access.lock: it has other services, such as orders.v1.Items, and with --service it would lose them; leave --service \
             out, or name another file by --lock"
        );
        assert_eq!(repository.read("access.lock"), whole);
    }
    // What cannot be read may have any.
    let conflict = format!("<<<<<<< HEAD\n{whole}=======\n{whole}>>>>>>> main\n");
    repository.write("access.lock", &conflict);
    has(
        repository.run(&lock).await.one_error(2),
        &["access.lock: it cannot be read, and may have other services"],
    );
    assert_eq!(repository.read("access.lock"), conflict);
    repository.lock_after_conflict().await;
    assert_eq!(repository.read("access.lock"), whole);
}

#[tokio::test]
async fn a_lock_of_these_services_alone_is_written() {
    let repository = Repository::locked().await;
    repository.add_service(ITEMS);
    repository.change(GET, "{ authenticated: true }");
    let lock = format!("lock {SOURCE} --service orders.v1.Orders");
    has(
        ended(&repository.run(&lock).await, 0, ""),
        &["access.lock: written, 4 methods: 1 looser, 3 equivalent\n"],
    );
    let new = repository.run(&format!("{lock} --lock orders.lock")).await;
    assert_eq!(ended(&new, 0, ""), "orders.lock: written, 4 methods\n");
    assert_eq!(repository.read("orders.lock"), repository.read("access.lock"));
    let printed = repository.run(&format!("{lock} --lock -")).await;
    assert_eq!(ended(&printed, 0, ""), repository.read("orders.lock"));
}

#[tokio::test]
async fn lines_of_other_services_are_left_alone() {
    let repository = Repository::locked().await;
    repository.add_service(ITEMS);
    repository.change(GET, "{ authenticated: true }");
    let line = repository.line_to_acknowledge().await.replace("REASON", "agreed");
    let (idle, other) = (line.replace("/Get", "/Gone"), line.replace("Orders/Get", "Items/List"));
    repository.write("access.ack", format!("{idle}\n{other}\n{line}\n"));
    let lock = format!(
        "lock {SOURCE} --service orders.v1.Orders --lock orders.lock --ack access.ack --prune --base base.lock"
    );
    let pruned = repository.run(&lock).await;
    assert_eq!(
        ended(&pruned, 0, ""),
        format!("orders.lock: written, 4 methods\ntaken out of access.ack: {idle}\n")
    );
    assert_eq!(repository.read("access.ack"), format!("{other}\n{line}\n"));
    // The whole knows of both.
    let pruned = repository.run(&format!("lock {SOURCE} --prune --base base.lock")).await;
    has(ended(&pruned, 0, ""), &[&format!("\ntaken out of access.ack: {other}\n")]);
    assert_eq!(repository.read("access.ack"), format!("{line}\n"));
}

#[tokio::test]
async fn where_no_protos_are_named_a_lock_of_others_is_not_written_over() {
    let repository = Repository::locked().await;
    let whole = repository.read("access.lock");
    let conflict = format!("<<<<<<< HEAD\n{whole}=======\n{whole}>>>>>>> main\n");
    let otherwise = "no protos are named, so that this program's own APIs would be written over them; name yours by --proto, \
                     --descriptors or --server, or another file by --lock";
    for (text, found) in [
        (&whole, "it has other services, such as orders.v1.Orders"),
        (&conflict, "it cannot be read, and has other services"),
    ] {
        repository.write("access.lock", text);
        let locked = repository.run("lock").await;
        assert_eq!(locked.one_error(2), format!("access.lock: {found}, and {otherwise}"));
        assert_eq!(&repository.read("access.lock"), text);
    }
    // Where there is none, or one of them.
    let new = repository.run("lock --lock own.lock").await;
    has(ended(&new, 0, ""), &["own.lock: written, ", " methods of this program's own APIs\n"]);
    let own = repository.read("own.lock");
    let conflict = format!("<<<<<<< HEAD\n{own}=======\n{own}>>>>>>> main\n");
    for text in [own.replace("api1:read", "api1:see"), conflict] {
        repository.write("own.lock", text);
        let again = repository.run("lock --lock own.lock").await;
        assert_eq!((again.code, repository.read("own.lock")), (Some(0), own.clone()), "{}", again.stderr);
    }
    has(
        ended(&repository.run("check --lock own.lock").await, 0, ""),
        &["own.lock says what this program's own protos say: "],
    );
}
