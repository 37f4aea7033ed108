//! Orders of whoever calls.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::stream::try_unfold;
use sekisho::clock::{Clock, SystemClock};
use sekisho::grpc::RequestExt as _;
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};

use crate::catalog;
use crate::follow::Follower;
use crate::proto::{
    DeleteOrderRequest, DeleteOrderResponse, FollowOrdersRequest, FollowOrdersResponse, GetOrderRequest,
    ListOrdersRequest, Order, PlaceOrdersRequest, PlaceOrdersResponse, WatchOrdersRequest, orders_server,
};
use crate::store::Store;

/// How many orders one call places.
const MOST_AT_ONCE: usize = 100;

/// The service. Who may call what is settled before a handler runs; whose the orders are is for the handler to say.
#[derive(Debug)]
pub struct Orders {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
}

impl Orders {
    /// Takes the time from `clock`, which tests move.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { store: Arc::default(), clock }
    }
}

impl Default for Orders {
    fn default() -> Self {
        Self::with_clock(Arc::new(SystemClock::new()))
    }
}

type MessageStream<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;
type OrderStream = MessageStream<Order>;

#[tonic::async_trait]
impl orders_server::Orders for Orders {
    async fn get_order(&self, request: Request<GetOrderRequest>) -> Result<Response<Order>, Status> {
        let owner = subject(&request)?;
        self.store.get(&owner, &request.get_ref().id).map(Response::new).ok_or_else(not_found)
    }

    type ListOrdersStream = OrderStream;

    async fn list_orders(
        &self,
        request: Request<ListOrdersRequest>,
    ) -> Result<Response<OrderStream>, Status> {
        let orders = self.store.list(&subject(&request)?);
        Ok(Response::new(Box::pin(tokio_stream::iter(orders.into_iter().map(Ok)))))
    }

    type WatchOrdersStream = OrderStream;

    async fn watch_orders(
        &self,
        request: Request<Streaming<WatchOrdersRequest>>,
    ) -> Result<Response<OrderStream>, Status> {
        let owner = subject(&request)?;
        let store = Arc::clone(&self.store);
        let answers = request
            .into_inner()
            .map(move |asked| asked.and_then(|asked| store.get(&owner, &asked.id).ok_or_else(not_found)));
        Ok(Response::new(Box::pin(answers)))
    }

    type FollowOrdersStream = MessageStream<FollowOrdersResponse>;

    async fn follow_orders(
        &self,
        request: Request<FollowOrdersRequest>,
    ) -> Result<Response<MessageStream<FollowOrdersResponse>>, Status> {
        let (owner, ends_at) = (subject(&request)?, request.grant()?.stream_ends_at());
        let after = request.get_ref().after;
        let follower = Follower::new(Arc::clone(&self.store), owner, after, Arc::clone(&self.clock))?;
        Ok(Response::new(Box::pin(try_unfold(follower.ending_before(ends_at), Follower::next))))
    }

    async fn place_orders(
        &self,
        request: Request<Streaming<PlaceOrdersRequest>>,
    ) -> Result<Response<PlaceOrdersResponse>, Status> {
        let owner = subject(&request)?;
        let mut placed = request.into_inner();
        let mut ids = Vec::new();
        while let Some(order) = placed.try_next().await? {
            if ids.len() == MOST_AT_ONCE {
                return Err(Status::invalid_argument(format!("at most {MOST_AT_ONCE} orders in a call")));
            }
            if catalog::price(&order.product).is_none() {
                return Err(Status::invalid_argument("no such product"));
            }
            let id = self.store.place(&owner, order.product, self.clock.now().into());
            ids.push(id.ok_or_else(|| Status::resource_exhausted("no more orders are taken"))?);
        }
        Ok(Response::new(PlaceOrdersResponse { ids }))
    }

    async fn delete_order(
        &self,
        request: Request<DeleteOrderRequest>,
    ) -> Result<Response<DeleteOrderResponse>, Status> {
        // Two kinds of callers get here. An admin deletes anybody's order, the others their own.
        let is_admin = request.grant()?.scopes().is_some_and(|scopes| scopes.contains("admin"));
        let owner = subject(&request)?;
        let deleted = self.store.delete((!is_admin).then_some(&*owner), &request.get_ref().id);
        if deleted { Ok(Response::new(DeleteOrderResponse {})) } else { Err(not_found()) }
    }
}

fn subject<T>(request: &Request<T>) -> Result<String, Status> {
    let subject = request.grant()?.subject();
    subject.map(str::to_owned).ok_or_else(|| Status::internal("a method of orders has no public rule"))
}

fn not_found() -> Status {
    Status::not_found("you have no such order")
}
