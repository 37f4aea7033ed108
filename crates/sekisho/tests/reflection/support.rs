//! A server with reflection behind the guard, and one stream of questions to it.

use sekisho::reflection::Reflection;
use sekisho::testing::TestIssuer;
use sekisho::{AccessRule, Services};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic_reflection::pb::{v1, v1alpha};

pub const QUESTION_LIMIT: usize = 4096;

/// Two services in one file, with extensions of its own.
const ORDERS: &str = r#"
syntax = "proto3";
package orders.v1;
import "google/protobuf/descriptor.proto";
import "sekisho/v1/access.proto";
extend google.protobuf.MethodOptions { string owner = 60001; }
message Order {
  enum State { UNKNOWN = 0; PAID = 1; }
  message Line { string article = 1; }
  oneof payment { string card = 1; string invoice = 2; }
  repeated Line lines = 3;
  extend google.protobuf.FieldOptions { string unit = 60002; }
}
service Orders {
  rpc Get(Order) returns (Order) {
    option (sekisho.v1.access) = { all_of: "orders:read" };
    option (owner) = "sales";
  }
}
service Audit {
  rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:audit" }; }
}
"#;

pub struct App {
    pub channel: Channel,
    pub issuer: TestIssuer,
}

impl App {
    /// Reflection wants any token here; what it shows is up to `adjust`.
    pub async fn start(adjust: impl FnOnce(Reflection) -> Reflection) -> Self {
        let issuer = TestIssuer::new("https://tenant.example/", "orders");
        let orders = sekisho_build::descriptor_set_of(ORDERS).expect("a proto");
        let sets = [&orders[..], v1::FILE_DESCRIPTOR_SET, v1alpha::FILE_DESCRIPTOR_SET];
        let reflection = adjust(Reflection::new(sets).expect("a reflection"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let services = services()
            .add_service(reflection.v1().max_decoding_message_size(QUESTION_LIMIT))
            .add_service(reflection.v1alpha().max_decoding_message_size(QUESTION_LIMIT));
        let protected = services.protect(issuer.issuer()).expect("what is declared");
        tokio::spawn(Server::builder().serve_with_incoming(protected, TcpIncoming::from(listener)));
        let endpoint = Channel::from_shared(format!("http://{address}")).expect("a URL");
        Self { channel: endpoint.connect().await.expect("a connection"), issuer }
    }

    /// A token that was issued now.
    #[allow(clippy::disallowed_methods, reason = "the server goes by the system's clock")]
    pub fn token(&self, scope: &str) -> String {
        self.issuer.token().scope(scope).issued_at(std::time::SystemTime::now()).sign()
    }
}

/// What is described is not served here, but for reflection itself.
fn services() -> Services {
    let declared = Services::new(v1::FILE_DESCRIPTOR_SET).descriptor_set(v1alpha::FILE_DESCRIPTOR_SET);
    let reflection = "ServerReflection/ServerReflectionInfo";
    let versions = ["v1", "v1alpha"].map(|version| format!("grpc.reflection.{version}.{reflection}"));
    versions.into_iter().fold(declared, |services, method| services.rule(method, AccessRule::Authenticated))
}

/// One stream: asks, and reads the answer before it asks again. The same text for both versions.
macro_rules! conversation {
    ($name:ident, $version:ident) => {
        pub mod $name {
            use tokio::sync::mpsc;
            use tokio_stream::wrappers::ReceiverStream;
            use tonic::{Request, Status, Streaming};
            use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
            pub use tonic_reflection::pb::$version::server_reflection_request::MessageRequest as Question;
            pub use tonic_reflection::pb::$version::server_reflection_response::MessageResponse as Answer;
            pub use tonic_reflection::pb::$version::{
                ExtensionRequest, ServerReflectionRequest, ServerReflectionResponse,
            };

            use crate::support::App;

            pub struct Conversation {
                questions: mpsc::Sender<ServerReflectionRequest>,
                answers: Streaming<ServerReflectionResponse>,
            }

            impl Conversation {
                pub async fn open(app: &App, scope: &str) -> Self {
                    let (questions, asked) = mpsc::channel(1);
                    let mut request = Request::new(ReceiverStream::new(asked));
                    let bearer = format!("Bearer {}", app.token(scope)).parse().expect("a value");
                    request.metadata_mut().insert("authorization", bearer);
                    let mut client = ServerReflectionClient::new(app.channel.clone());
                    let answers = client.server_reflection_info(request).await.expect("let in");
                    Self { questions, answers: answers.into_inner() }
                }

                /// The answer, in few words. What was asked and the host come back with it.
                pub async fn ask(&mut self, question: Option<Question>) -> Result<String, Status> {
                    let host = "orders.example".to_owned();
                    let question = ServerReflectionRequest { host: host.clone(), message_request: question };
                    self.questions.send(question.clone()).await.expect("a stream");
                    let answer = self.answers.message().await?.expect("an answer");
                    assert_eq!((answer.valid_host, answer.original_request), (host, Some(question)));
                    Ok(told(answer.message_response.expect("a message")))
                }

                /// The files of an answer.
                pub async fn files(&mut self, question: Question) -> Vec<Vec<u8>> {
                    let question =
                        ServerReflectionRequest { message_request: Some(question), ..Default::default() };
                    self.questions.send(question).await.expect("a stream");
                    let answer = self.answers.message().await.expect("a message").expect("an answer");
                    let Some(Answer::FileDescriptorResponse(files)) = answer.message_response else {
                        panic!("{answer:?}")
                    };
                    files.file_descriptor_proto
                }
            }

            fn told(answer: Answer) -> String {
                match answer {
                    Answer::FileDescriptorResponse(files) => {
                        crate::support::names(&files.file_descriptor_proto)
                    }
                    Answer::AllExtensionNumbersResponse(numbers) => {
                        format!("{}: {:?}", numbers.base_type_name, numbers.extension_number)
                    }
                    Answer::ListServicesResponse(list) => {
                        list.service.into_iter().map(|service| service.name).collect::<Vec<_>>().join(" ")
                    }
                    Answer::ErrorResponse(error) => {
                        format!("{:?}: {}", tonic::Code::from(error.error_code), error.error_message)
                    }
                }
            }
        }
    };
}

conversation!(current, v1);
conversation!(alpha, v1alpha);

/// The names of encoded files.
pub fn names(files: &[Vec<u8>]) -> String {
    files.iter().map(|file| decoded(file).name().to_owned()).collect::<Vec<_>>().join(" ")
}

pub fn decoded(file: &[u8]) -> prost_types::FileDescriptorProto {
    prost::Message::decode(file).expect("a file")
}
