//! Orders in memory, each its owner's.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use prost_types::Timestamp;
use tokio::sync::watch;

use crate::changes::{Batch, Changes};
use crate::proto::follow_orders_response::Change;
use crate::proto::{FollowOrdersResponse, Order};

/// How many orders are kept. A store that callers can fill needs a bound.
const CAPACITY: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Store {
    shelf: Mutex<Shelf>,
    /// The number of the latest change.
    news: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Shelf {
    /// By the number of the change that placed it, which is its id.
    orders: BTreeMap<u64, Order>,
    changes: Changes,
}

impl Store {
    /// The id of the new order; none where the store is full.
    pub(crate) fn place(&self, owner: &str, product: String, placed_at: Timestamp) -> Option<String> {
        self.change(|shelf| {
            if shelf.orders.len() >= CAPACITY {
                return None;
            }
            let number = shelf.changes.last() + 1;
            let id = number.to_string();
            let order =
                Order { id: id.clone(), owner: owner.to_owned(), product, placed_at: Some(placed_at) };
            shelf.changes.add(owner.to_owned(), Change::Placed(order.clone()));
            shelf.orders.insert(number, order);
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
        self.change(|shelf| {
            let found = shelf.orders.get(&id);
            let may_go = found.is_some_and(|order| owner.is_none_or(|owner| order.owner == owner));
            let Some(deleted) = may_go.then(|| shelf.orders.remove(&id)).flatten() else { return false };
            shelf.changes.add(deleted.owner, Change::Deleted(deleted.id));
            true
        })
    }

    /// The orders of `owner` that are there, each as the change that placed it. What has become of others is nothing to
    /// whoever never saw them.
    pub(crate) fn as_changes(&self, owner: &str) -> Batch {
        let placed = |(&number, order): (&u64, &Order)| FollowOrdersResponse {
            number,
            change: Some(Change::Placed(order.clone())),
        };
        self.with(|shelf| {
            let own = shelf.orders.iter().filter(|(_, order)| order.owner == owner);
            Batch { changes: own.map(placed).collect(), seen: shelf.changes.last() }
        })
    }

    /// See [`Changes::after`].
    pub(crate) fn changes(&self, owner: &str, after: u64) -> Option<Batch> {
        self.with(|shelf| shelf.changes.after(owner, after))
    }

    /// Tells of each change, whoever's it is.
    pub(crate) fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    fn change<T>(&self, act: impl FnOnce(&mut Shelf) -> T) -> T {
        self.with(|shelf| {
            let done = act(shelf);
            self.news.send_replace(shelf.changes.last());
            done
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Shelf) -> T) -> T {
        act(&mut self.shelf.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
