//! Services that one caller is shown and another is not.

use sekisho::authorizer::Grant;

use crate::support::current::{Conversation, Question};
use crate::support::{App, decoded};

fn symbol(name: &str) -> Question {
    Question::FileContainingSymbol(name.to_owned())
}

/// Audit is shown to whoever may call it.
async fn app() -> App {
    App::start(|reflection| {
        reflection.visible_to(|caller, service| {
            let scopes = caller.get::<Grant>().and_then(Grant::scopes);
            let may_audit = scopes.is_some_and(|scopes| scopes.to_string().contains("orders:audit"));
            service != "orders.v1.Audit" || may_audit
        })
    })
    .await
}

#[tokio::test]
async fn a_service_that_is_not_visible_is_not_there() {
    let app = app().await;
    let list = Question::ListServices(String::new());
    let (audit, method) = (symbol("orders.v1.Audit"), symbol("orders.v1.Audit.Get"));
    for (scope, is_visible) in [("orders:read", false), ("orders:audit", true)] {
        let mut conversation = Conversation::open(&app, scope).await;
        let mut ask =
            async |question: &Question| conversation.ask(Some(question.clone())).await.expect("an answer");
        assert_eq!(ask(&list).await.contains("orders.v1.Audit"), is_visible, "{scope}");
        for hidden in [&audit, &method] {
            let answer = ask(hidden).await;
            assert_eq!(answer == "NotFound: no such symbol", !is_visible, "{scope}: {answer}");
        }
        // What is beside it in the file is.
        for shown in ["orders.v1.Orders", "orders.v1.Orders.Get", "orders.v1.Order"] {
            let answer = ask(&symbol(shown)).await;
            assert!(answer.starts_with("test.proto"), "{scope}: {answer}");
        }
        assert!(ask(&list).await.contains("orders.v1.Orders"), "{scope}");
    }
}

#[tokio::test]
async fn a_file_is_sent_without_the_service_that_is_not_visible() {
    let app = app().await;
    for (scope, expected) in [("orders:read", &["Orders"][..]), ("orders:audit", &["Orders", "Audit"])] {
        for question in [Question::FileByFilename("test.proto".to_owned()), symbol("orders.v1.Order")] {
            let mut conversation = Conversation::open(&app, scope).await;
            let files = conversation.files(question).await;
            let file = decoded(&files[0]);
            let services: Vec<_> = file.service.iter().map(|service| service.name().to_owned()).collect();
            assert_eq!(services, expected, "{scope}");
            // Nothing tells of it, a comment neither; and the rest of the file is as it was.
            let is_told = files[0].windows(5).any(|bytes| bytes == b"Audit");
            assert_eq!((is_told, file.source_code_info.is_some()), (scope == "orders:audit", is_told));
            assert_eq!((file.message_type.len(), file.extension.len(), file.syntax()), (1, 1, "proto3"));
        }
    }
}
