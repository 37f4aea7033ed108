//! Calls the three APIs, and reads what they refuse. Started by `client`.

mod command;
mod standard;

use std::process::ExitCode;
use std::time::Duration;

use command::{Refusal, Settings, What};
use sekisho_client::authorize::{Authorize, Authorized, Credentials};
use sekisho_client::proto::api1::api1_client::Api1Client;
use sekisho_client::proto::api2::api2_client::Api2Client;
use sekisho_client::proto::api3::api3_client::Api3Client;
use sekisho_client::proto::{api1, api2, api3};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_types::StatusExt as _;
use tower_layer::Layer as _;

const DEADLINE: Duration = Duration::from_secs(10);

type AuthorizedChannel = Authorized<Channel>;

#[tokio::main]
async fn main() -> ExitCode {
    let (settings, asked) = match Settings::read() {
        Ok(read) => read,
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::from(2);
        }
    };
    let channel = authorized(&settings.endpoint, settings.credentials);
    let mut code = ExitCode::SUCCESS;
    for what in asked {
        // Around all of it, the wait for a token too.
        let called = tokio::time::timeout(DEADLINE, call(what, channel.clone())).await;
        match called.unwrap_or_else(|_| Err(Status::deadline_exceeded("There was no answer in time"))) {
            Ok(answer) => println!("{what}: OK {answer}"),
            Err(status) => {
                print!("{what}: {}", refusal(&status));
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

async fn call(what: What, channel: AuthorizedChannel) -> Result<String, Status> {
    match what {
        What::Api1 => api1(channel).await,
        What::Api2 => {
            let request = within_deadline(api2::GetStatusRequest {});
            let answer = Api2Client::new(channel).get_status(request).await?.into_inner();
            Ok(format!("name={} ok={}", answer.name, answer.ok))
        }
        What::Api3 => {
            let request = within_deadline(api3::GetStatusRequest {});
            let answer = Api3Client::new(channel).get_status(request).await?.into_inner();
            Ok(format!("name={} ok={}", answer.name, answer.ok))
        }
        What::Health => standard::health(channel).await,
        What::Reflection => standard::reflection(channel).await,
    }
}

/// A request that says until when its answer is wanted.
fn within_deadline<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    // tonic's own end of waiting would be CANCELLED: it is to come after that of `main`.
    request.set_timeout(DEADLINE + Duration::from_secs(1));
    request
}

// snippet: begin
fn authorized(endpoint: &Endpoint, credentials: Credentials) -> AuthorizedChannel {
    Authorize(credentials).layer(endpoint.connect_lazy())
}

async fn api1(channel: AuthorizedChannel) -> Result<String, Status> {
    let request = within_deadline(api1::GetStatusRequest {});
    let answer = Api1Client::new(channel).get_status(request).await?.into_inner();
    Ok(format!("name={} ok={}", answer.name, answer.ok))
}

fn refusal(status: &Status) -> Refusal<'_> {
    let details = status.get_error_details();
    let challenges = status.metadata().get_all("www-authenticate");
    let info = details.error_info().filter(|info| info.domain == "sekisho").cloned();
    Refusal {
        code: status.code(),
        message: status.message(),
        // Headers and trailers, whichever they came in.
        challenges: challenges.iter().flat_map(|entry| entry.to_str()).collect(),
        info,
        retry_after: details.retry_info().and_then(|retry| retry.retry_delay),
    }
}
// snippet: end
