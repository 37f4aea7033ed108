//! The server of accounts. Its protos are in a package of their own, beside those of another server.

use sekisho::{RequestExt as _, Services};
use shop_protos::shop::accounts::v1::accounts_server;
use shop_protos::shop::accounts::v1::{Account, CloseAccountRequest, GetAccountRequest};
use tonic::{Request, Response, Status};

/// Of the services that the protos declare this server has one, and knows no other.
pub fn services() -> Services {
    Services::selected(shop_protos::DESCRIPTOR_SET, [accounts_server::SERVICE_NAME])
        .add_service(accounts_server::AccountsServer::new(Accounts))
}

pub struct Accounts;

#[tonic::async_trait]
impl accounts_server::Accounts for Accounts {
    async fn get_account(&self, request: Request<GetAccountRequest>) -> Result<Response<Account>, Status> {
        let owner = request.grant()?.subject().unwrap_or_default().to_owned();
        Ok(Response::new(Account { owner, ..Account::default() }))
    }

    async fn close_account(
        &self,
        request: Request<CloseAccountRequest>,
    ) -> Result<Response<Account>, Status> {
        let owner = request.grant()?.subject().unwrap_or_default().to_owned();
        Ok(Response::new(Account { owner, ..Account::default() }))
    }
}
