//! A call allowed and calls refused, one of them for a service of the same protos that this server does not have.

use std::error::Error;

use shop_protos::shop::accounts::v1::GetAccountRequest;
use shop_protos::shop::accounts::v1::accounts_client::AccountsClient;
use shop_protos::shop::catalog::v1::GetItemRequest;
use shop_protos::shop::catalog::v1::catalog_client::CatalogClient;
use testkit::Running;
use tonic::Code;

#[tokio::test]
async fn the_servers_own_service_is_guarded_and_the_other_is_unknown() -> Result<(), Box<dyn Error>> {
    let server = Running::start(catalog::services()).await?;
    let mut client = CatalogClient::new(server.channel.clone());
    let item = || GetItemRequest { id: "7".to_owned() };
    assert_eq!(client.get_item(item()).await?.into_inner().id, "7");
    let refused = client.remove_item(item()).await;
    assert_eq!(refused.expect_err("no token").code(), Code::Unauthenticated);
    client.remove_item(server.with_scope("catalog:write", item())?).await?;

    let mut other = AccountsClient::new(server.channel.clone());
    let unknown = other.get_account(server.with_scope("accounts:read", GetAccountRequest {})?).await;
    assert_eq!(unknown.expect_err("another server has it").code(), Code::Unimplemented);
    Ok(())
}
