//! Layers between the guard and the services.

use std::future::ready;
use std::sync::{Arc, Mutex};

use http::Request;
use sekisho::Grant;
use tonic::Code;
use tonic::body::Body;
use tonic_prost::ProstCodec;
use tower::service_fn;
use tower::util::MapRequestLayer;

use super::support::{
    DELETE, GET, Orders, Ran, call, connect, issuer, serve_by_tonic, services, unregistered,
};

type Call = Request<axum::body::Body>;

/// `Delete` must not run by the grant of `Get`.
#[tokio::test]
async fn a_layer_that_changes_the_path_ends_the_call() {
    fn rewrite(mut request: Call) -> Call {
        *request.uri_mut() = http::Uri::from_static(DELETE);
        request
    }
    let (issuer, orders) = (issuer(), Orders::default());
    let both = "orders:read orders:write";
    let protected = services(&orders).layer(MapRequestLayer::new(rewrite)).protect(issuer.issuer());
    let channel = connect(serve_by_tonic(protected.expect("protected")).await).await;
    for scope in ["orders:read", both] {
        let status = call(&channel, GET, Some(&issuer.token().scope(scope).sign())).await;
        assert_eq!(status.code(), Code::Internal, "{status:?}");
    }
    assert_eq!(orders.ran.all(), [""; 0]);
    // What it changes nothing of is what was granted.
    assert_eq!(call(&channel, DELETE, Some(&issuer.token().scope(both).sign())).await.code(), Code::Ok);
    assert_eq!(orders.ran.all(), ["/orders.v1.Orders/Delete for alice"]);
}

/// The handler asks for no grant of its own.
#[tokio::test]
async fn a_layer_that_takes_the_grant_away_ends_the_call() {
    fn take(mut request: Call) -> Call {
        request.extensions_mut().remove::<Grant>();
        request
    }
    let (issuer, ran) = (issuer(), Ran::default());
    let careless = {
        let ran = ran.clone();
        service_fn(move |request: Request<Body>| {
            ran.add("ran".to_owned());
            let handler = service_fn(|_: tonic::Request<()>| ready(Ok(tonic::Response::new(()))));
            let mut method = tonic::server::Grpc::new(ProstCodec::<(), ()>::default());
            async move { Ok(method.unary(handler, request).await) }
        })
    };
    let services = || unregistered().add_named("orders.v1.Orders", careless.clone());
    let token = issuer.token().scope("orders:read").sign();
    for (services, code) in
        [(services(), Code::Ok), (services().layer(MapRequestLayer::new(take)), Code::Internal)]
    {
        let protected = services.protect(issuer.issuer()).expect("protected");
        let channel = connect(serve_by_tonic(protected).await).await;
        assert_eq!(call(&channel, GET, Some(&token)).await.code(), code);
    }
    assert_eq!(ran.all(), ["ran"], "by the first of the two servers");
}

/// The first one that was added is the outermost, and each sees who calls.
#[tokio::test]
async fn layers_see_the_grant_in_the_order_in_which_they_were_added() {
    let (issuer, orders, seen) = (issuer(), Orders::default(), Ran::default());
    let logging = |name: &'static str| {
        let seen = seen.clone();
        MapRequestLayer::new(move |request: Call| {
            let grant: &Grant = request.extensions().get().expect("a grant");
            seen.add(format!("{name}: {}", grant.subject().expect("a subject")));
            request
        })
    };
    // Around every service, whenever that is added.
    let services =
        unregistered().layer(logging("first")).add_service(orders.clone()).layer(logging("second"));
    let channel = connect(serve_by_tonic(services.protect(issuer.issuer()).expect("protected")).await).await;
    assert_eq!(call(&channel, GET, None).await.code(), Code::Unauthenticated);
    assert_eq!(seen.all(), [""; 0], "they stand behind the guard");
    let token = issuer.token().scope("orders:read").sign();
    assert_eq!(call(&channel, GET, Some(&token)).await.code(), Code::Ok);
    assert_eq!(seen.all(), ["first: alice", "second: alice"]);
    assert_eq!(orders.ran.all(), ["/orders.v1.Orders/Get for alice"]);
}

/// A grant belongs to its call: another caller's does not run a handler, nor does one of another method with its path.
#[tokio::test]
async fn a_layer_that_puts_the_grant_of_another_call_ends_the_call() {
    let kept: Arc<Mutex<Option<(Grant, http::Uri)>>> = Arc::default();
    let replay = |writes_path: bool| {
        let kept = Arc::clone(&kept);
        MapRequestLayer::new(move |mut request: Call| {
            let mut kept = kept.lock().expect("no panic");
            match &*kept {
                Some((grant, uri)) => {
                    request.extensions_mut().insert(grant.clone());
                    if writes_path {
                        *request.uri_mut() = uri.clone();
                    }
                }
                None => {
                    *kept = request
                        .extensions()
                        .get()
                        .map(|grant: &Grant| (grant.clone(), request.uri().clone()));
                }
            }
            request
        })
    };
    let (issuer, orders) = (issuer(), Orders::default());
    let token = |subject: &str, scope: &str| issuer.token().subject(subject).scope(scope).sign();
    for writes_path in [false, true] {
        let protected = services(&orders).layer(replay(writes_path)).protect(issuer.issuer());
        let channel = connect(serve_by_tonic(protected.expect("protected")).await).await;
        *kept.lock().expect("no panic") = None;
        let own = call(&channel, DELETE, Some(&token("alice", "orders:write"))).await;
        assert_eq!(own.code(), Code::Ok);
        for path in [GET, DELETE] {
            let replayed = call(&channel, path, Some(&token("bob", "orders:read orders:write"))).await;
            assert_eq!(replayed.code(), Code::Internal, "{path}, {writes_path}");
        }
    }
    assert_eq!(orders.ran.all(), ["/orders.v1.Orders/Delete for alice"; 2]);
}

#[tokio::test]
async fn a_layer_that_adds_a_query_ends_the_call() {
    let query = MapRequestLayer::new(|mut request: Call| {
        *request.uri_mut() = http::Uri::from_static("/orders.v1.Orders/Get?all");
        request
    });
    let (issuer, orders) = (issuer(), Orders::default());
    let protected = services(&orders).layer(query).protect(issuer.issuer()).expect("protected");
    let channel = connect(serve_by_tonic(protected).await).await;
    let token = issuer.token().scope("orders:read").sign();
    assert_eq!(call(&channel, GET, Some(&token)).await.code(), Code::Internal);
    assert_eq!(orders.ran.all(), [""; 0]);
}
