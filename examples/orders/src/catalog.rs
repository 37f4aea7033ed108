//! What may be ordered.

use sekisho::grpc::RequestExt as _;
use tonic::{Request, Response, Status};

use crate::proto::{
    GetPriceRequest, GetPriceResponse, ListProductsRequest, ListProductsResponse, catalog_server,
};

const PRICES: [(&str, u32); 3] = [("bowl", 1_800), ("fan", 950), ("tea", 1_200)];

/// In cents.
pub(crate) fn price(of: &str) -> Option<u32> {
    PRICES.iter().find(|(product, _)| *product == of).map(|&(_, cents)| cents)
}

/// The service: the products are for everybody, and prices for callers with a token.
#[derive(Debug, Clone, Copy, Default)]
pub struct Catalog;

#[tonic::async_trait]
impl catalog_server::Catalog for Catalog {
    async fn list_products(
        &self,
        request: Request<ListProductsRequest>,
    ) -> Result<Response<ListProductsResponse>, Status> {
        // On a public method the grant says that nobody was asked for a token.
        let _anonymous = request.grant()?;
        let products = PRICES.map(|(product, _)| product.to_owned()).to_vec();
        Ok(Response::new(ListProductsResponse { products }))
    }

    async fn get_price(
        &self,
        request: Request<GetPriceRequest>,
    ) -> Result<Response<GetPriceResponse>, Status> {
        request.grant()?;
        price(&request.get_ref().product)
            .map(|cents| Response::new(GetPriceResponse { cents }))
            .ok_or_else(|| Status::not_found("no such product"))
    }
}
