//! The two versions of the protocol. Their messages have the same fields, and are types of their own all the same; so
//! one text is compiled with each.

macro_rules! protocol {
    ($version:ident) => {
        mod $version {
            use std::pin::Pin;

            use futures_util::stream::{Stream, StreamExt as _};
            use tonic::{Request, Response, Status, Streaming, async_trait};
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;
            use tonic_reflection::pb::$version::server_reflection_server::ServerReflection;
            use tonic_reflection::pb::$version::{
                ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse,
                ServerReflectionRequest, ServerReflectionResponse, ServiceResponse,
            };

            use crate::reflection::Reflection;
            use crate::reflection::answer::{Answer, Question, Refusal};

            #[async_trait]
            impl ServerReflection for Reflection {
                type ServerReflectionInfoStream =
                    Pin<Box<dyn Stream<Item = Result<ServerReflectionResponse, Status>> + Send>>;

                async fn server_reflection_info(
                    &self,
                    request: Request<Streaming<ServerReflectionRequest>>,
                ) -> Result<Response<Self::ServerReflectionInfoStream>, Status> {
                    let (_, caller, questions) = request.into_parts();
                    let mut dialog = self.dialog(caller);
                    // A question is read once its answer can be sent, so what a peer does not read it does not
                    // make us hold.
                    let answers = questions.take_until((self.ends)()).map(move |question| {
                        let question = question?;
                        let answer = dialog.answer(asked(&question));
                        Ok(response(question, answer))
                    });
                    Ok(Response::new(Box::pin(answers)))
                }
            }

            fn asked(request: &ServerReflectionRequest) -> Question<'_> {
                match &request.message_request {
                    Some(MessageRequest::FileByFilename(name)) => Question::FileByName(name),
                    Some(MessageRequest::FileContainingSymbol(name)) => Question::FileWithSymbol(name),
                    Some(MessageRequest::FileContainingExtension(extension)) => Question::FileWithExtension {
                        extendee: &extension.containing_type,
                        number: extension.extension_number,
                    },
                    Some(MessageRequest::AllExtensionNumbersOfType(extendee)) => {
                        Question::ExtensionNumbers { extendee }
                    }
                    // Its text is meant for a choice that the protocol does not define.
                    Some(MessageRequest::ListServices(_)) => Question::Services,
                    None => Question::Unknown,
                }
            }

            fn response(
                question: ServerReflectionRequest,
                answer: Result<Answer, Refusal>,
            ) -> ServerReflectionResponse {
                ServerReflectionResponse {
                    valid_host: question.host.clone(),
                    original_request: Some(question),
                    message_response: Some(answer.map_or_else(refused, answered)),
                }
            }

            fn answered(answer: Answer) -> MessageResponse {
                match answer {
                    Answer::Files(file_descriptor_proto) => {
                        MessageResponse::FileDescriptorResponse(FileDescriptorResponse {
                            file_descriptor_proto,
                        })
                    }
                    Answer::ExtensionNumbers { extendee, numbers } => {
                        MessageResponse::AllExtensionNumbersResponse(ExtensionNumberResponse {
                            base_type_name: extendee,
                            extension_number: numbers,
                        })
                    }
                    Answer::Services(names) => {
                        let service = names.into_iter().map(|name| ServiceResponse { name }).collect();
                        MessageResponse::ListServicesResponse(ListServiceResponse { service })
                    }
                }
            }

            fn refused(Refusal { code, message }: Refusal) -> MessageResponse {
                let (error_code, error_message) = (code.into(), message.to_owned());
                MessageResponse::ErrorResponse(ErrorResponse { error_code, error_message })
            }
        }
    };
}

protocol!(v1);
protocol!(v1alpha);
