//! Calls the three APIs, and reads what they refuse. Started by `client`.

mod command;
mod standard;

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Duration;

use command::{Refusal, Settings, What};
use sekisho_client::authorize::{Authorize, Authorized, Credentials};
use sekisho_client::follow::Follower;
use sekisho_client::proto::api1::api1_client::Api1Client;
use sekisho_client::proto::api2::api2_client::Api2Client;
use sekisho_client::proto::api3::api3_client::Api3Client;
use sekisho_client::proto::events::FollowRequest;
use sekisho_client::proto::events::events_client::EventsClient;
use sekisho_client::proto::{api1, api2, api3};
use sekisho_client::warnings::Warned;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_types::StatusExt as _;
use tower_layer::Layer as _;

const DEADLINE: Duration = Duration::from_secs(10);

type AuthorizedChannel = Warned<Authorized<Channel>>;

#[tokio::main]
async fn main() -> ExitCode {
    let (settings, asked) = match Settings::read() {
        Ok(read) => read,
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::from(2);
        }
    };
    let channel = authorized(&settings.endpoint, settings.credentials.clone());
    let mut code = ExitCode::SUCCESS;
    for what in asked {
        match call(what, channel.clone(), &settings).await {
            Ok(answer) => println!("{what}: OK {answer}"),
            Err(status) => {
                print!("{what}: {}", refusal(&status));
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

async fn call(what: What, channel: AuthorizedChannel, settings: &Settings) -> Result<String, Status> {
    match what {
        What::Api1 => in_time(api1(channel)).await,
        What::Api2 => in_time(api2(channel)).await,
        What::Api3 => in_time(api3(channel)).await,
        What::Health => in_time(standard::health(channel)).await,
        What::Reflection => in_time(standard::reflection(channel)).await,
        What::Stream => in_time(stream(channel)).await,
        What::Follow => follow(channel, settings).await,
    }
}

/// Around all of a call, the wait for a token too.
async fn in_time(call: impl Future<Output = Result<String, Status>>) -> Result<String, Status> {
    let ended = tokio::time::timeout(DEADLINE, call).await;
    ended.unwrap_or_else(|_| Err(Status::deadline_exceeded("There was no answer in time")))
}

async fn api2(channel: AuthorizedChannel) -> Result<String, Status> {
    let request = within_deadline(api2::GetStatusRequest {});
    let answer = Api2Client::new(channel).get_status(request).await?.into_inner();
    Ok(format!("name={} ok={}", answer.name, answer.ok))
}

async fn api3(channel: AuthorizedChannel) -> Result<String, Status> {
    let request = within_deadline(api3::GetStatusRequest {});
    let answer = Api3Client::new(channel).get_status(request).await?.into_inner();
    Ok(format!("name={} ok={}", answer.name, answer.ok))
}

/// Shows events until the server ends the stream, as it does when the token expires.
async fn stream(channel: AuthorizedChannel) -> Result<String, Status> {
    let request = within_deadline(FollowRequest::default());
    let mut events = EventsClient::new(channel).follow(request).await?.into_inner();
    while let Some(event) = events.message().await? {
        println!("{}: {}", event.number, event.text);
    }
    Ok("no more events".to_owned())
}

/// Shows as many events as it is to.
async fn follow(channel: AuthorizedChannel, settings: &Settings) -> Result<String, Status> {
    let mut shown = 0;
    let follower = Follower::new(channel.0, &settings.credentials, settings.renewal);
    follower
        .follow(|event| {
            println!("{}: {}", event.number, event.text);
            shown += 1;
            if Some(shown) == settings.events { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .await?;
    Ok(format!("{shown} events"))
}

/// A request that says until when its answer is wanted.
fn within_deadline<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    // tonic's own end of waiting would be CANCELLED: it is to come after that of `in_time`.
    request.set_timeout(DEADLINE + Duration::from_secs(1));
    request
}

// snippet: begin
fn authorized(endpoint: &Endpoint, credentials: Credentials) -> AuthorizedChannel {
    Warned(Authorize(credentials).layer(endpoint.connect_lazy()))
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
