//! What a caller by tonic-web-wasm-client gets to see, in the page's own form (`page/seen.js`), as JSON.

use std::time::Duration;

use js_sys::Function;
use serde_json::{Value, json};
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{Ascii, MetadataMap, MetadataValue};
use tonic::{Request, Status};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt as _;
use tonic_web_wasm_client::Client;
use wasm_bindgen::prelude::{JsError, JsValue, wasm_bindgen};

macro_rules! packages {
    ($($name:ident: $package:literal),*) => {
        $(mod $name { tonic::include_proto!($package); })*
    };
}

packages!(api1: "api1.v1", api2: "api2.v1", api3: "api3.v1", streaming: "streaming.v1");

use api1::api1_client::Api1Client;
use api2::api2_client::Api2Client;
use api3::api3_client::Api3Client;
use streaming::streaming_client::StreamingClient;

/// Calls a method of one of the three APIs. The deadline is in milliseconds from now.
#[wasm_bindgen]
pub async fn unary(
    address: String,
    path: String,
    authorization: Option<String>,
    deadline: Option<u32>,
) -> Result<String, JsError> {
    let transport = Client::new(address);
    macro_rules! status_of {
        ($client:ident, $package:ident) => {{
            let request = request($package::GetStatusRequest {}, authorization, deadline)?;
            $client::new(transport).get_status(request).await.map(|answer| {
                let told = told(answer.metadata());
                let answer = answer.into_inner();
                answered(json!({ "name": answer.name, "ok": answer.ok }), told)
            })
        }};
    }
    let answer = match path.as_str() {
        "/api1.v1.Api1/GetStatus" => status_of!(Api1Client, api1),
        "/api2.v1.Api2/GetStatus" => status_of!(Api2Client, api2),
        "/api3.v1.Api3/GetStatus" => status_of!(Api3Client, api3),
        // What no client was generated for, by what those that were generated stand on.
        _ => {
            let codec: ProstCodec<(), ()> = ProstCodec::default();
            let path = PathAndQuery::try_from(path)?;
            let request = request((), authorization, deadline)?;
            Grpc::new(transport).unary(request, path, codec).await.map(|_| json!({ "answer": {} }))
        }
    };
    Ok(answer.unwrap_or_else(|status| refused(&status)).to_string())
}

/// Calls the stream, and hands on the text of each message as it comes.
#[wasm_bindgen]
pub async fn stream(
    address: String,
    authorization: Option<String>,
    text: String,
    on_message: Function,
) -> Result<String, JsError> {
    let request = request(streaming::Item { text, ..Default::default() }, authorization, None)?;
    let end = read(Client::new(address), request, |text| {
        // The page's own function, which does not throw.
        let _ = on_message.call1(&JsValue::NULL, &text.into());
    })
    .await;
    Ok(end.map_or_else(|status| refused(&status), |()| json!({})).to_string())
}

async fn read(
    transport: Client,
    request: Request<streaming::Item>,
    on_message: impl Fn(String),
) -> Result<(), Status> {
    let mut items = StreamingClient::new(transport).server_stream(request).await?.into_inner();
    while let Some(item) = items.message().await? {
        on_message(item.text);
    }
    Ok(())
}

fn request<T>(
    message: T,
    authorization: Option<String>,
    deadline: Option<u32>,
) -> Result<Request<T>, JsError> {
    let mut request = Request::new(message);
    if let Some(authorization) = authorization {
        let value: MetadataValue<Ascii> = authorization.parse()?;
        request.metadata_mut().insert("authorization", value);
    }
    if let Some(deadline) = deadline {
        request.set_timeout(Duration::from_millis(deadline.into()));
    }
    Ok(request)
}

/// Why the call would be refused: of headers and trailers.
fn told(metadata: &MetadataMap) -> Vec<String> {
    let told = metadata.get_all("sekisho-would-deny");
    told.iter().filter_map(|value| value.to_str().ok()).map(str::to_owned).collect()
}

fn answered(answer: Value, told: Vec<String>) -> Value {
    if told.is_empty() { json!({ "answer": answer }) } else { json!({ "answer": answer, "wouldDeny": told }) }
}

fn refused(status: &Status) -> Value {
    let details = status.get_error_details();
    let challenges = status.metadata().get_all("www-authenticate");
    let information = details
        .error_info()
        .map(|info| json!({ "reason": info.reason, "domain": info.domain, "metadata": info.metadata }));
    let retry = details.retry_info().and_then(|info| info.retry_delay);
    json!({
        "code": i32::from(status.code()),
        "message": status.message(),
        "challenges": challenges.iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>(),
        "errorInfo": information.as_slice(),
        "retryAfter": retry.map(|delay| delay.as_secs_f64()).as_slice(),
    })
}
