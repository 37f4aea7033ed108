//! Orders in memory, each its owner's.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use prost_types::Timestamp;

use crate::proto::Order;

/// How many orders are kept. A store that callers can fill needs a bound.
const CAPACITY: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Store(Mutex<Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    orders: BTreeMap<u64, Order>,
    last_id: u64,
}

impl Store {
    /// The id of the new order; none where the store is full.
    pub(crate) fn place(&self, owner: &str, product: String, placed_at: Timestamp) -> Option<String> {
        self.with(|shelf| {
            if shelf.orders.len() >= CAPACITY {
                return None;
            }
            shelf.last_id += 1;
            let id = shelf.last_id.to_string();
            let order =
                Order { id: id.clone(), owner: owner.to_owned(), product, placed_at: Some(placed_at) };
            shelf.orders.insert(shelf.last_id, order);
            Some(id)
        })
    }

    /// The order, if it is `owner`'s. Somebody else's is not there for them.
    pub(crate) fn get(&self, owner: &str, id: &str) -> Option<Order> {
        let id = id.parse().ok()?;
        self.with(|shelf| shelf.orders.get(&id).filter(|order| order.owner == owner).cloned())
    }

    pub(crate) fn list(&self, owner: &str) -> Vec<Order> {
        self.with(|shelf| shelf.orders.values().filter(|order| order.owner == owner).cloned().collect())
    }

    /// Whether there was such an order. Without an `owner`, anybody's.
    pub(crate) fn delete(&self, owner: Option<&str>, id: &str) -> bool {
        let Ok(id) = id.parse() else { return false };
        self.with(|shelf| {
            let found = shelf.orders.get(&id);
            let may_go = found.is_some_and(|order| owner.is_none_or(|owner| order.owner == owner));
            may_go && shelf.orders.remove(&id).is_some()
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Shelf) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
