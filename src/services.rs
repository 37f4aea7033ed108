//! The three APIs. Their handlers see a grant, never a token: whoever gets here may be here.

mod message_size;
mod small_messages;

use tonic::{Request, Response, Status};

use sekisho::{RequestExt as _, Services};

pub use message_size::MessageSize;
pub use small_messages::SmallMessages;

/// Code generated from `proto/`.
#[allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub, reason = "generated")]
pub mod proto {
    /// `api1.v1`
    pub mod api1 {
        tonic::include_proto!("api1.v1");
    }
    /// `api2.v1`
    pub mod api2 {
        tonic::include_proto!("api2.v1");
    }
    /// `api3.v1`
    pub mod api3 {
        tonic::include_proto!("api3.v1");
    }
}

/// The descriptors of the three APIs and of all that they import, with their options.
pub const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("sekisho_descriptor_set");

/// All three, with their declaration; they take messages of at most so many bytes.
pub fn three_apis(size: impl Into<MessageSize>) -> Services {
    use proto::api1::api1_server::Api1Server;
    use proto::api2::api2_server::Api2Server;
    use proto::api3::api3_server::Api3Server;
    let size = size.into();
    Services::new(DESCRIPTOR_SET)
        .add_service(size.of(Api1Server::new(Api1), Api1Server::max_decoding_message_size))
        .add_service(size.of(Api2Server::new(Api2), Api2Server::max_decoding_message_size))
        .add_service(size.of(Api3Server::new(Api3), Api3Server::max_decoding_message_size))
}

/// One API a package, since each could be a team's own: they share a shape, not a type.
macro_rules! status_api {
    ($api:ident, $package:ident, $server:ident, $name:literal) => {
        #[doc = concat!("The API of `", $name, "`.")]
        #[derive(Debug, Clone, Copy, Default)]
        pub struct $api;

        #[tonic::async_trait]
        impl proto::$package::$server::$api for $api {
            async fn get_status(
                &self,
                request: Request<proto::$package::GetStatusRequest>,
            ) -> Result<Response<proto::$package::GetStatusResponse>, Status> {
                let grant = request.grant()?;
                tracing::debug!(api = $name, expires_at = ?grant.expires_at(), "the status is asked for");
                Ok(Response::new(proto::$package::GetStatusResponse { name: $name.to_owned(), ok: true }))
            }
        }
    };
}

status_api!(Api1, api1, api1_server, "api1");
status_api!(Api2, api2, api2_server, "api2");
status_api!(Api3, api3, api3_server, "api3");
