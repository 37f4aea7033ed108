//! All six questions, and what is answered.

use prost_reflect::DescriptorPool;

use crate::support::{App, decoded};

const ALL: &str = "test.proto google/protobuf/descriptor.proto sekisho/v1/access.proto";
const SERVICES: &str = "grpc.reflection.v1.ServerReflection grpc.reflection.v1alpha.ServerReflection \
                        orders.v1.Audit orders.v1.Orders";

macro_rules! each_question {
    ($version:ident) => {{
        use crate::support::$version::{Conversation, ExtensionRequest, Question};

        let file = |name: &str| Some(Question::FileByFilename(name.to_owned()));
        let symbol = |name: &str| Some(Question::FileContainingSymbol(name.to_owned()));
        let numbers = |name: &str| Some(Question::AllExtensionNumbersOfType(name.to_owned()));
        let extension = |extendee: &str, extension_number| {
            let containing_type = extendee.to_owned();
            Some(Question::FileContainingExtension(ExtensionRequest { containing_type, extension_number }))
        };
        let app = App::start(|reflection| reflection).await;
        // All on one stream: an error ends none.
        let mut conversation = Conversation::open(&app, "").await;
        let unknown = "InvalidArgument: the request has no question that this server knows";
        let (no_file, no_symbol) = ("NotFound: no such file", "NotFound: no such symbol");
        let (no_extension, no_type) = ("NotFound: no such extension", "NotFound: no such message type");
        let (access, details) =
            ("sekisho/v1/access.proto", "google/rpc/error_details.proto google/protobuf/duration.proto");
        for (question, expected) in [
            (None, unknown),
            (Some(Question::ListServices("*".to_owned())), SERVICES),
            (file("nowhere.proto"), no_file),
            (file("test.proto"), ALL),
            // With what it imports it was sent before.
            (file("test.proto"), "test.proto"),
            (file(access), access),
            (symbol("orders.v1.Orders"), "test.proto"),
            (symbol("orders.v1.Orders.Get"), "test.proto"),
            (symbol("orders.v1.Order"), "test.proto"),
            (symbol("orders.v1.Order.payment"), "test.proto"),
            (symbol("orders.v1.Order.card"), "test.proto"),
            (symbol("orders.v1.Order.Line.article"), "test.proto"),
            (symbol("orders.v1.Order.State"), "test.proto"),
            (symbol("orders.v1.Order.PAID"), "test.proto"),
            (symbol("orders.v1.Order.State.PAID"), "test.proto"),
            (symbol("orders.v1.owner"), "test.proto"),
            (symbol("orders.v1.Order.unit"), "test.proto"),
            (symbol("sekisho.v1.access"), access),
            (symbol("google.rpc.ErrorInfo"), details),
            (symbol("orders.v1"), no_symbol),
            (symbol(".orders.v1.Orders"), no_symbol),
            (symbol("orders.v1.Orders.Drop"), no_symbol),
            (symbol(""), no_symbol),
            (extension("google.protobuf.MethodOptions", 57205), access),
            (extension("google.protobuf.MethodOptions", 60001), "test.proto"),
            (extension("google.protobuf.FieldOptions", 60002), "test.proto"),
            (extension("google.protobuf.MethodOptions", 60002), no_extension),
            (extension("google.protobuf.MethodOptions", -1), no_extension),
            (extension("nowhere.Options", 57205), no_extension),
            (numbers("google.protobuf.MethodOptions"), "google.protobuf.MethodOptions: [57205, 60001]"),
            (numbers("google.protobuf.ServiceOptions"), "google.protobuf.ServiceOptions: [57205]"),
            (numbers("orders.v1.Order"), "orders.v1.Order: []"),
            (numbers("orders.v1.Orders"), no_type),
            (numbers("nowhere.Options"), no_type),
        ] {
            let asked = format!("{question:?}");
            assert_eq!(conversation.ask(question).await.expect("the stream goes on"), expected, "{asked}");
        }
        // A stream of its own has been sent nothing.
        let mut another = Conversation::open(&app, "").await;
        assert_eq!(another.ask(symbol("orders.v1.Orders")).await.expect("an answer"), ALL);
    }};
}

#[tokio::test]
async fn each_question_has_its_answer() {
    each_question!(current);
}

#[tokio::test]
async fn each_question_has_its_answer_in_v1alpha() {
    each_question!(alpha);
}

#[tokio::test]
async fn what_is_sent_has_its_options() {
    use crate::support::alpha::{Conversation, Question};

    let app = App::start(|reflection| reflection).await;
    let mut conversation = Conversation::open(&app, "").await;
    let files = conversation.files(Question::FileContainingSymbol("orders.v1.Orders".to_owned())).await;
    let mut pool = DescriptorPool::new();
    let mut rest: Vec<_> = files.iter().collect();
    // A pool takes a file after those that it imports, and they are sent the other way round.
    while let Some(file) = rest.pop() {
        if decoded(file).dependency.iter().all(|import| pool.get_file_by_name(import).is_some()) {
            pool.decode_file_descriptor_proto(file.as_slice()).expect("a file");
        } else {
            rest.insert(0, file);
        }
    }
    let service = pool.get_service_by_name("orders.v1.Orders").expect("a service");
    let options = service.methods().next().expect("a method").options();
    let access = pool.get_extension_by_name("sekisho.v1.access").expect("the extension");
    assert_eq!(options.get_extension(&access).to_string(), r#"{all_of:["orders:read"]}"#);
    let owner = pool.get_extension_by_name("orders.v1.owner").expect("an extension");
    assert_eq!(options.get_extension(&owner).to_string(), r#""sales""#);
}
