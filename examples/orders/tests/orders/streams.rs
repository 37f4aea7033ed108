//! Streams that outlive a token, and those that do not.

use std::time::Duration;

use orders::proto::follow_orders_response::Change;
use orders::proto::{FollowOrdersRequest, FollowOrdersResponse, WatchOrdersRequest};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt as _;

use super::{Outcome, PlaceOrdersRequest, Shop, delete, named};

/// From the issue of a token to the end of its streams: its lifetime, and the leeway.
const TO_THE_END: Duration = Duration::from_secs(3_600 + 5);

/// How much sooner `FollowOrders` ends by itself.
const SOONER: Duration = Duration::from_secs(5);

impl Shop {
    async fn follow(&self, after: u64) -> Outcome<Streaming<FollowOrdersResponse>> {
        let request = self.with("orders:read", FollowOrdersRequest { after });
        let answer = self.orders().follow_orders(request).await?;
        assert_eq!(answer.metadata().get("sekisho-expires-in").expect("it is told"), "3605");
        Ok(answer.into_inner())
    }

    async fn delete(&self, id: &str) -> Outcome {
        self.orders().delete_order(self.with("admin", delete(id))).await?;
        Ok(())
    }
}

/// The next message, or the end. A test whose stream stands still fails, and does not wait for good.
async fn soon<T>(messages: &mut Streaming<T>) -> Result<Option<T>, Status> {
    let next = tokio::time::timeout(Duration::from_secs(10), messages.message());
    next.await.unwrap_or_else(|_| Err(Status::aborted("the test waited for a message in vain")))
}

/// The number of the next message, and what it says.
async fn next(changes: &mut Streaming<FollowOrdersResponse>) -> Outcome<(u64, String)> {
    let message = soon(changes).await?.ok_or("the stream has ended")?;
    let change = match message.change {
        Some(Change::Placed(order)) => format!("{}: {}", order.id, order.product),
        Some(Change::Deleted(id)) => format!("{id} is deleted"),
        None => "goes on".to_owned(),
    };
    Ok((message.number, change))
}

fn told(number: u64, change: &str) -> (u64, String) {
    (number, change.to_owned())
}

#[tokio::test]
async fn a_stream_goes_on_with_another_token_and_misses_nothing() -> Outcome {
    let shop = Shop::open().await?;
    shop.place(&["tea", "fan"]).await?;
    let mut changes = shop.follow(0).await?;
    assert_eq!(next(&mut changes).await?, told(1, "1: tea"));
    assert_eq!(next(&mut changes).await?, told(2, "2: fan"));
    shop.place(&["bowl"]).await?;
    assert_eq!(next(&mut changes).await?, told(3, "3: bowl"));
    shop.delete("1").await?;
    assert_eq!(next(&mut changes).await?, told(4, "1 is deleted"));
    let of_bob = shop.of("bob", "orders:read orders:write", tokio_stream::iter(named(&["tea"])));
    shop.orders().place_orders(of_bob).await?;

    // The handler ends the stream before the guard does, without an error.
    shop.clock.advance(TO_THE_END - SOONER);
    assert_eq!(next(&mut changes).await?, told(5, "goes on"), "bob's order is none of alice's business");
    assert!(soon(&mut changes).await?.is_none());

    // What happens between the two calls.
    shop.place(&["fan"]).await?;
    shop.delete("2").await?;

    let mut changes = shop.follow(5).await?;
    assert_eq!(next(&mut changes).await?, told(6, "6: fan"));
    assert_eq!(next(&mut changes).await?, told(7, "2 is deleted"));
    shop.place(&["tea"]).await?;
    assert_eq!(next(&mut changes).await?, told(8, "8: tea"));
    Ok(())
}

#[tokio::test]
async fn a_stream_that_is_opened_shortly_before_the_end_is_not_ended_at_once() -> Outcome {
    for left in [SOONER, Duration::from_secs(1)] {
        let shop = Shop::open().await?;
        shop.place(&["tea"]).await?;
        let request = shop.with("orders:read", FollowOrdersRequest { after: 0 });
        shop.clock.advance(TO_THE_END - left);
        let mut changes = shop.orders().follow_orders(request).await?.into_inner();
        assert_eq!(next(&mut changes).await?, told(1, "1: tea"));
        shop.place(&["fan"]).await?;
        assert_eq!(next(&mut changes).await?, told(2, "2: fan"));
        // A client would take an end without an error for one that the same token may follow.
        shop.clock.advance(left);
        let end = soon(&mut changes).await.expect_err("its token has expired");
        assert_eq!(end.code(), Code::Unauthenticated);
    }
    Ok(())
}

#[tokio::test]
async fn a_client_that_comes_anew_gets_the_orders_that_are_there() -> Outcome {
    let shop = Shop::open().await?;
    shop.place(&["tea", "fan"]).await?;
    shop.delete("1").await?;
    let mut changes = shop.follow(0).await?;
    assert_eq!(next(&mut changes).await?, told(2, "2: fan"));
    shop.place(&["bowl"]).await?;
    assert_eq!(next(&mut changes).await?, told(4, "4: bowl"));

    // A number that was never told: the client knows another store.
    let request = shop.with("orders:read", FollowOrdersRequest { after: 5 });
    let refused = shop.orders().follow_orders(request).await.expect_err("no such number");
    assert_eq!(refused.code(), Code::OutOfRange);
    let lacking = shop.with("orders:write", FollowOrdersRequest { after: 0 });
    let lacking = shop.orders().follow_orders(lacking).await.expect_err("orders:read is missing");
    assert_eq!(lacking.code(), Code::PermissionDenied);
    Ok(())
}

#[tokio::test]
async fn a_stream_is_ended_when_its_token_expires_and_an_upload_is_not() -> Outcome {
    let shop = Shop::open().await?;
    let (placing, placed) = mpsc::channel::<PlaceOrdersRequest>(1);
    let upload = shop.with("orders:read orders:write", ReceiverStream::new(placed));
    let upload = tokio::spawn({
        let mut orders = shop.orders();
        async move { orders.place_orders(upload).await }
    });
    let mut changes = shop.follow(0).await?;
    placing.send(named(&["tea"]).remove(0)).await?;
    assert_eq!(next(&mut changes).await?, told(1, "1: tea"), "the upload has begun");
    drop(changes);

    let (asking, asked) = mpsc::channel(1);
    let asked = shop.with("orders:read", ReceiverStream::new(asked));
    let mut answers = shop.orders().watch_orders(asked).await?.into_inner();
    asking.send(WatchOrdersRequest { id: "1".to_owned() }).await?;
    assert_eq!(soon(&mut answers).await?.ok_or("an answer")?.product, "tea");

    shop.clock.advance(TO_THE_END);
    let end = soon(&mut answers).await.expect_err("its token has expired");
    assert_eq!(end.code(), Code::Unauthenticated);
    let reason = end.get_error_details().error_info().map(|info| info.reason.clone());
    assert_eq!(reason.as_deref(), Some("ACCESS_TOKEN_EXPIRED"));

    placing.send(named(&["fan"]).remove(0)).await?;
    drop(placing);
    assert_eq!(upload.await??.into_inner().ids, ["1", "2"]);
    Ok(())
}
