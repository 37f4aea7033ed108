//! What a stranger who asks may take.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{BufMut as _, Bytes, BytesMut};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use prost::Message as _;
use sekisho::reflection::Reflection;
use tonic::Code;
use tonic_reflection::pb::v1;
use tower::ServiceExt as _;

use crate::support::current::{Conversation, Question, ServerReflectionRequest};
use crate::support::{App, QUESTION_LIMIT};

#[tokio::test]
async fn a_question_over_the_limit_ends_its_own_stream() {
    let app = App::start(|reflection| reflection).await;
    let of_length = |length| Some(Question::FileByFilename("x".repeat(length)));
    let mut conversation = Conversation::open(&app, "").await;
    let within = conversation.ask(of_length(QUESTION_LIMIT - 100)).await;
    assert_eq!(within.expect("an answer"), "NotFound: no such file");
    let mut another = Conversation::open(&app, "").await;
    let over = conversation.ask(of_length(QUESTION_LIMIT)).await.expect_err("refused");
    assert_eq!(over.code(), Code::OutOfRange, "{over:?}");
    assert_eq!(another.ask(of_length(1)).await.expect("an answer"), "NotFound: no such file");
}

/// So many questions, and how many of them were read.
const QUESTIONS: usize = 2000;

#[tokio::test]
async fn questions_are_read_as_their_answers_are_taken() {
    let reflection = Reflection::new([v1::FILE_DESCRIPTOR_SET]).expect("a reflection");
    let read = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&read);
    let questions = (0..QUESTIONS).map(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Infallible>(Frame::data(question()))
    });
    let request = http::Request::post("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
        .body(StreamBody::new(tokio_stream::iter(questions)))
        .expect("a request");
    let mut answers = reflection.v1().oneshot(request).await.expect("a response").into_body();
    assert_eq!(read.load(Ordering::Relaxed), 0, "nobody has taken an answer");
    answers.frame().await.expect("a frame").expect("data");
    // A frame of some answers, each of some kilobytes.
    let after_one = read.load(Ordering::Relaxed);
    assert!((1..100).contains(&after_one), "{after_one}");
    let rest = answers.collect().await.expect("the rest");
    assert_eq!(read.load(Ordering::Relaxed), QUESTIONS);
    assert!(rest.to_bytes().len() > QUESTIONS * 1000);
}

/// As gRPC frames it.
fn question() -> Bytes {
    let question = Question::FileContainingSymbol("grpc.reflection.v1.ServerReflection".to_owned());
    let question = ServerReflectionRequest { message_request: Some(question), ..Default::default() };
    let mut framed = BytesMut::new();
    framed.put_u8(0);
    framed.put_u32(u32::try_from(question.encoded_len()).expect("it is short"));
    framed.put(question.encode_to_vec().as_slice());
    framed.freeze()
}
