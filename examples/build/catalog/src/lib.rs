//! The server of the catalog. Its protos are in a package of their own, beside those of another server.

use sekisho::{RequestExt as _, Services};
use shop_protos::shop::catalog::v1::catalog_server;
use shop_protos::shop::catalog::v1::{GetItemRequest, Item};
use tonic::{Request, Response, Status};

/// Of the services that the protos declare this server has one, and knows no other.
pub fn services() -> Services {
    Services::selected(shop_protos::DESCRIPTOR_SET, [catalog_server::SERVICE_NAME])
        .add_service(catalog_server::CatalogServer::new(Catalog))
}

pub struct Catalog;

#[tonic::async_trait]
impl catalog_server::Catalog for Catalog {
    async fn get_item(&self, request: Request<GetItemRequest>) -> Result<Response<Item>, Status> {
        request.grant()?;
        Ok(Response::new(Item { id: request.into_inner().id, ..Item::default() }))
    }

    async fn remove_item(&self, request: Request<GetItemRequest>) -> Result<Response<()>, Status> {
        request.grant()?;
        Ok(Response::new(()))
    }
}
