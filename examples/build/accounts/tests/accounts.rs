//! A call allowed and calls refused, one of them for a service of the same protos that this server does not have.

use std::error::Error;

use shop_protos::shop::accounts::v1::accounts_client::AccountsClient;
use shop_protos::shop::accounts::v1::{CloseAccountRequest, GetAccountRequest};
use shop_protos::shop::catalog::v1::GetItemRequest;
use shop_protos::shop::catalog::v1::catalog_client::CatalogClient;
use testkit::{Running, TestIssuer};
use tonic::Code;
use tonic::service::Routes;

#[tokio::test]
async fn the_servers_own_service_is_guarded_and_the_other_is_unknown() -> Result<(), Box<dyn Error>> {
    let server = Running::start(accounts::services()).await?;
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
fn another_servers_service_is_not_declared_here() {
    let issuer = TestIssuer::new("https://tenant.example/", "shop");
    let both = accounts::services().add_named("shop.catalog.v1.Catalog", Routes::default());
    let fault = both.protect(issuer.issuer()).expect_err("the catalog is not declared for this server");
    assert!(fault.to_string().contains("shop.catalog.v1.Catalog"), "{fault}");
    assert!(accounts::services().protect(issuer.issuer()).is_ok(), "what is declared is served");
}
