//! A server with protos of its own, which use messages of another package, and with settings of tonic's code generation.

use bytes::Bytes;
use sekisho::{RequestExt as _, Services};
use shop_protos::shop::{catalog::v1::Item, types::v1::Money};
use tonic::{Request, Response, Status};

pub mod proto {
    tonic::include_proto!("parcels.v1");

    pub mod admin {
        include!(concat!(env!("OUT_DIR"), "/admin/parcels.admin.v1.rs"));
    }

    pub const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("sekisho_descriptor_set");
    pub const ADMIN_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/admin/admin.bin"));
}

use proto::{Parcel, TrackRequest};

/// The services of both sets. The catalog, whose file is imported for a message, is in neither.
pub fn services() -> Services {
    Services::new(proto::DESCRIPTOR_SET)
        .descriptor_set(proto::ADMIN_DESCRIPTOR_SET)
        .add_service(proto::parcels_server::ParcelsServer::new(Parcels))
        .add_service(proto::admin::admin_server::AdminServer::new(Parcels))
}

pub struct Parcels;

#[tonic::async_trait]
impl proto::parcels_server::Parcels for Parcels {
    async fn track(&self, request: Request<TrackRequest>) -> Result<Response<Parcel>, Status> {
        request.grant()?;
        Ok(Response::new(Parcel {
            id: request.into_inner().id,
            item: Some(Item { id: "7".to_owned(), price: None }),
            postage: Some(Money { currency: "JPY".to_owned(), minor_units: 210 }),
            sent_at: Some(prost_types::Timestamp { seconds: 1, nanos: 0 }),
            label: Bytes::from_static(b"fragile"),
        }))
    }
}

#[tonic::async_trait]
impl proto::admin::admin_server::Admin for Parcels {
    async fn stop(&self, request: Request<()>) -> Result<Response<()>, Status> {
        request.grant()?;
        Ok(Response::new(()))
    }
}
