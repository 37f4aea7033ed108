//! Calls allowed and calls refused of services that two calls of the build helper have compiled; and what became of the
//! settings of code generation.

use std::error::Error;

use bytes::Bytes;
use parcels::proto::admin::admin_client::AdminClient;
use parcels::proto::{Parcel, TrackRequest, parcels_client::ParcelsClient};
use shop_protos::shop::catalog::v1::GetItemRequest;
use shop_protos::shop::catalog::v1::catalog_client::CatalogClient;
use testkit::Running;
use tonic::Code;

#[tokio::test]
async fn services_of_both_calls_are_guarded_and_an_imported_one_is_unknown() -> Result<(), Box<dyn Error>> {
    let server = Running::start(parcels::services()).await?;
    let mut client = ParcelsClient::new(server.channel.clone());
    let mut admin = AdminClient::new(server.channel.clone());
    let track = || TrackRequest { id: "9".to_owned() };

    let parcel = client.track(server.with_scope("parcels:read", track())?).await?.into_inner();
    assert_eq!(parcel.postage.map(|postage| postage.minor_units), Some(210));
    let refused = client.track(server.with_scope("parcels:stop", track())?).await;
    assert_eq!(refused.expect_err("parcels:read is missing").code(), Code::PermissionDenied);
    admin.stop(server.with_scope("parcels:stop", ())?).await?;
    let refused = admin.stop(server.with_scope("parcels:read", ())?).await;
    assert_eq!(refused.expect_err("parcels:stop is missing").code(), Code::PermissionDenied);

    // Its file is imported, and public is what it says of this method: this server has no such service.
    let mut catalog = CatalogClient::new(server.channel.clone());
    let unknown = catalog.get_item(GetItemRequest::default()).await;
    assert_eq!(unknown.expect_err("another server has it").code(), Code::Unimplemented);
    Ok(())
}

#[test]
fn settings_of_code_generation_have_their_effect() -> Result<(), Box<dyn Error>> {
    let label: Bytes = Bytes::from_static(b"ab");
    let parcel = Parcel { id: "9".to_owned(), label, ..Parcel::default() };
    assert_eq!(serde_json::to_string(&parcel)?, r#"{"id":"9"}"#);
    Ok(())
}
