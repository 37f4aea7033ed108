//! The service, as its team writes it.

use sekisho::RequestExt as _;
use tonic::{Request, Response, Status};

pub mod proto {
    tonic::include_proto!("orders.v1");

    /// What is served, with the scopes that it asks for.
    pub const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("sekisho_descriptor_set");
}

use proto::{DeleteOrderRequest, DeleteOrderResponse, GetOrderRequest, Order};

pub struct Orders;

#[tonic::async_trait]
impl proto::orders_server::Orders for Orders {
    async fn get_order(&self, request: Request<GetOrderRequest>) -> Result<Response<Order>, Status> {
        // Whoever gets here may read orders. Whose they are is for the handler to say.
        let owner = request.grant()?.subject().unwrap_or_default().to_owned();
        Ok(Response::new(Order { id: request.into_inner().id, owner }))
    }

    async fn delete_order(
        &self,
        request: Request<DeleteOrderRequest>,
    ) -> Result<Response<DeleteOrderResponse>, Status> {
        // Nothing of the grant is needed here, but that there is one: without the guard nobody was asked.
        request.grant()?;
        Ok(Response::new(DeleteOrderResponse {}))
    }
}
