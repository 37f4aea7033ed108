//! What the handlers do, each in its [`Manner`].

use std::pin::Pin;

use futures_util::FutureExt as _;
use futures_util::stream::unfold;
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Code, Request, Response, Status, Streaming};

use super::proto::{self, Item};
use super::{Alive, Endless, Manner, OWN_EXPIRES_IN, PAYLOAD};

impl Endless {
    /// Counts a handler, until its future is gone.
    fn enter(&self) -> Alive {
        self.began(|seen| &mut seen.handlers)
    }

    async fn read(&self, mut items: Streaming<Item>) -> Option<Code> {
        while let Some(item) = items.next().await {
            match item {
                Ok(_) => self.seen.send_modify(|seen| seen.received += 1),
                Err(status) => return Some(status.code()),
            }
        }
        None
    }

    /// Keeps its thread until the request has ended.
    fn look(&self, items: &mut Streaming<Item>) {
        self.seen.send_modify(|seen| seen.received += 1);
        tokio::task::block_in_place(|| {
            let has_ended = (0..10_000_000).any(|_| {
                std::thread::yield_now();
                matches!(items.next().now_or_never(), Some(None | Some(Err(_))))
            });
            assert!(has_ended, "it went on");
        });
    }

    fn responses_after_a_look(&self, items: Streaming<Item>, manner: Manner) -> Items {
        Box::pin(unfold(Some((self.clone(), items)), move |looks| async move {
            let (this, mut items) = looks?;
            this.look(&mut items);
            (manner == Manner::LooksAndFails).then(|| (Err(Status::aborted("looked")), None))
        }))
    }

    fn read_in_task(&self, items: Streaming<Item>, manner: Manner) {
        let this = self.clone();
        tokio::spawn(async move {
            if manner == Manner::Unread {
                this.go_on.notified().await;
            }
            let end = this.read(items).await;
            this.seen.send_modify(|seen| seen.requests.push(end));
        });
    }

    fn responses<T>(&self, request: &Request<T>) -> Items {
        let manner = Manner::of(request);
        let text = request.metadata().get(PAYLOAD).and_then(|value| value.to_str().ok());
        let payload: usize = text.map_or(0, |text| text.parse().expect("a number of bytes"));
        let (alive, this) = (self.alive(|seen| &mut seen.responses), self.clone());
        Box::pin(unfold(0, move |number| {
            let (_, this) = (&alive, this.clone());
            async move {
                match (manner, number) {
                    (Manner::Flood, _) => tokio::task::yield_now().await,
                    (_, 0) => {}
                    (Manner::Busy, _) => this.more.notified().await,
                    (Manner::Once, _) => return None,
                    _ => std::future::pending().await,
                }
                this.seen.send_modify(|seen| seen.sent += 1);
                Some((Ok(Item { number, payload: vec![7; payload] }), number + 1))
            }
        }))
    }

    /// Of the methods whose request is a stream.
    async fn client(&self, mut request: Request<Streaming<Item>>) -> Result<Response<Item>, Status> {
        let _handler = self.enter();
        let manner = Manner::of(&request);
        match manner {
            Manner::Late => self.go_on.notified().await,
            Manner::Once | Manner::Idle | Manner::Busy | Manner::Flood => {
                self.read(request.into_inner()).await;
            }
            Manner::Looks => self.look(request.get_mut()),
            Manner::LooksAndFails => {
                self.look(request.get_mut());
                return Err(Status::aborted("looked"));
            }
            Manner::Spawned => {
                self.read_in_task(request.into_inner(), manner);
                self.go_on.notified().await;
            }
            Manner::Returned | Manner::Unread => self.read_in_task(request.into_inner(), manner),
        }
        Ok(Response::new(Item::default()))
    }

    /// Of the methods whose response is a stream.
    async fn server(&self, request: Request<Item>) -> Result<Response<Items>, Status> {
        let _handler = self.enter();
        if Manner::of(&request) == Manner::Late {
            self.go_on.notified().await;
        }
        let mut response = Response::new(self.responses(&request));
        if request.metadata().contains_key(OWN_EXPIRES_IN) {
            response.metadata_mut().insert("sekisho-expires-in", "99".parse().expect("a value"));
        }
        Ok(response)
    }

    /// Of the methods where both are. A task reads the request.
    async fn both(&self, request: Request<Streaming<Item>>) -> Result<Response<Items>, Status> {
        let _handler = self.enter();
        let manner = Manner::of(&request);
        if let Manner::Looks | Manner::LooksAndFails = manner {
            return Ok(Response::new(self.responses_after_a_look(request.into_inner(), manner)));
        }
        if manner == Manner::Late {
            self.read_in_task(request.into_inner(), manner);
            self.go_on.notified().await;
            return Err(Status::aborted("late"));
        }
        let responses = self.responses(&request);
        self.read_in_task(request.into_inner(), manner);
        Ok(Response::new(responses))
    }
}

type Items = Pin<Box<dyn Stream<Item = Result<Item, Status>> + Send>>;

#[tonic::async_trait]
impl proto::endless_server::Endless for Endless {
    async fn unary(&self, request: Request<Item>) -> Result<Response<Item>, Status> {
        let _handler = self.enter();
        if Manner::of(&request) == Manner::Late {
            self.go_on.notified().await;
        }
        Ok(Response::new(Item::default()))
    }

    async fn client_stream(&self, request: Request<Streaming<Item>>) -> Result<Response<Item>, Status> {
        self.client(request).await
    }

    async fn never_client_stream(&self, request: Request<Streaming<Item>>) -> Result<Response<Item>, Status> {
        self.client(request).await
    }

    type ServerStreamStream = Items;

    async fn server_stream(&self, request: Request<Item>) -> Result<Response<Items>, Status> {
        self.server(request).await
    }

    type NeverServerStreamStream = Items;

    async fn never_server_stream(&self, request: Request<Item>) -> Result<Response<Items>, Status> {
        self.server(request).await
    }

    type PublicServerStreamStream = Items;

    async fn public_server_stream(&self, request: Request<Item>) -> Result<Response<Items>, Status> {
        self.server(request).await
    }

    type BidiStream = Items;

    async fn bidi(&self, request: Request<Streaming<Item>>) -> Result<Response<Items>, Status> {
        self.both(request).await
    }

    type NeverBidiStream = Items;

    async fn never_bidi(&self, request: Request<Streaming<Item>>) -> Result<Response<Items>, Status> {
        self.both(request).await
    }
}
