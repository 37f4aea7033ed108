//! A call allowed and calls refused, one of them for a service of the same protos that this server does not have.

use std::error::Error;

use accounts::Accounts;
use shop_protos::shop::accounts::v1::accounts_client::AccountsClient;
use shop_protos::shop::accounts::v1::accounts_server::AccountsServer;
use shop_protos::shop::accounts::v1::{CloseAccountRequest, GetAccountRequest};
use shop_protos::shop::catalog::v1::GetItemRequest;
use shop_protos::shop::catalog::v1::catalog_client::CatalogClient;
use testkit::Running;
use tonic::Code;
use tonic::service::Routes;

#[tokio::test]
async fn the_servers_own_service_is_guarded_and_the_other_is_unknown() -> Result<(), Box<dyn Error>> {
    let server = Running::start(accounts::policy()?, Routes::new(AccountsServer::new(Accounts))).await?;
    let mut client = AccountsClient::new(server.channel.clone());
    let account = client.get_account(server.with_scope("accounts:read", GetAccountRequest {})?).await?;
    assert_eq!(account.into_inner().owner, "alice");
    let lacking = client.close_account(server.with_scope("accounts:read", CloseAccountRequest {})?).await;
    assert_eq!(lacking.expect_err("accounts:close is missing").code(), Code::PermissionDenied);

    let mut other = CatalogClient::new(server.channel.clone());
    let unknown = other.get_item(GetItemRequest::default()).await;
    assert_eq!(unknown.expect_err("another server has it").code(), Code::Unimplemented);
    Ok(())
}

#[test]
fn the_policy_knows_what_this_server_registers() -> Result<(), Box<dyn Error>> {
    let policy = accounts::policy()?;
    policy.check_registered(["shop.accounts.v1.Accounts"])?;
    let both = policy.check_registered(["shop.accounts.v1.Accounts", "shop.catalog.v1.Catalog"]);
    assert!(both.is_err(), "the catalog is not declared for this server");
    Ok(())
}
