//! What is asked, and what the answers have to be.

use tonic::Code;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ErrorResponse, ServerReflectionRequest};

use super::call::{Answer, Call, Fault, V1, V1ALPHA};
use super::files::{Files, Import};
use super::question::{self, excerpt, is_file_name, is_service_name};

/// The most services that are listed.
const MAX_SERVICES: usize = 10_000;

/// Questions that may wait for their answers at once.
const MAX_IN_FLIGHT: usize = 64;

pub(super) struct Dialog(Call);

impl Dialog {
    /// Opens it by the newer version, or else by the older one; with the services that the server lists. Where the
    /// connection fails, the error ends with the hint.
    pub(super) async fn open(
        channel: Channel,
        token: Option<MetadataValue<Ascii>>,
        hint: &str,
    ) -> Result<(Self, Vec<String>), String> {
        let first = [question::services()];
        let mut call = Call::new(channel.clone(), V1, token.clone());
        let mut answers = call.ask(&first).await;
        if answers.as_ref().is_err_and(Fault::is_unimplemented) {
            call = Call::new(channel, V1ALPHA, token.clone());
            answers = call.ask(&first).await;
        }
        let answers = answers.map_err(|fault| fault.at_first(token.is_some(), hint))?;
        let listed = services(answers.into_iter().next().flatten())?;
        Ok((Self(call), listed))
    }

    /// Asks for the file of each service; some may be without one.
    pub(super) async fn files_of_services(
        &mut self,
        services: &[String],
        is_dispensable: impl Fn(&str) -> bool,
        files: &mut Files,
    ) -> Result<(), String> {
        for some in services.chunks(MAX_IN_FLIGHT) {
            let answers = self.ask(some.iter().map(|name| question::file_of_service(name)).collect()).await?;
            for (service, answer) in some.iter().zip(answers) {
                if is_dispensable(service) && is_error(answer.as_ref()) {
                    continue;
                }
                take(answer, files, || format!("the file of {}", excerpt(service)))?;
            }
        }
        Ok(())
    }

    /// Asks for the imports that were not sent along, and for theirs.
    pub(super) async fn missing_imports(&mut self, files: &mut Files) -> Result<(), String> {
        loop {
            let missing = files.take_missing();
            if missing.is_empty() {
                return Ok(());
            }
            if let Some(import) = missing.iter().find(|import| !is_file_name(&import.name)) {
                let (importer, name) = (excerpt(&import.importer), excerpt(&import.name));
                return Err(format!("{importer} has an import that is no path: {name:?}"));
            }
            for some in missing.chunks(MAX_IN_FLIGHT) {
                let answers =
                    self.ask(some.iter().map(|import| question::file(&import.name)).collect()).await?;
                for (import, answer) in some.iter().zip(answers) {
                    take_import(import, answer, files)?;
                }
            }
        }
    }

    async fn ask(&mut self, questions: Vec<ServerReflectionRequest>) -> Result<Vec<Answer>, String> {
        self.0.ask(&questions).await.map_err(|fault| fault.told())
    }
}

/// The names that it lists, sorted, each once.
fn services(answer: Answer) -> Result<Vec<String>, String> {
    let listed = match answer {
        Some(MessageResponse::ListServicesResponse(listed)) => listed.service,
        Some(MessageResponse::ErrorResponse(error)) => {
            return Err(format!("asked for its services, it answered {}", of_answer(&error)));
        }
        _ => return Err("asked for its services, it answered with something else".to_owned()),
    };
    if listed.len() > MAX_SERVICES {
        return Err(format!("it lists more than {MAX_SERVICES} services"));
    }
    let mut names: Vec<String> = listed.into_iter().map(|service| service.name).collect();
    if let Some(name) = names.iter().find(|name| !is_service_name(name)) {
        return Err(format!("it lists a service whose name is none: {:?}", excerpt(name)));
    }
    names.sort();
    names.dedup();
    Ok(names)
}

fn take(answer: Answer, files: &mut Files, asked: impl Fn() -> String) -> Result<(), String> {
    match answer {
        Some(MessageResponse::FileDescriptorResponse(sent)) => {
            sent.file_descriptor_proto.into_iter().try_for_each(|file| files.add(file))
        }
        Some(MessageResponse::ErrorResponse(error)) => {
            Err(format!("asked for {}, it answered {}", asked(), of_answer(&error)))
        }
        _ => Err(format!("asked for {}, it answered with something else", asked())),
    }
}

fn take_import(import: &Import, answer: Answer, files: &mut Files) -> Result<(), String> {
    if import.is_optional && is_error(answer.as_ref()) {
        return Ok(());
    }
    let asked = || format!("{}, which {} imports", excerpt(&import.name), excerpt(&import.importer));
    take(answer, files, asked)?;
    if files.has(&import.name) { Ok(()) } else { Err(format!("asked for {}, it sent another file", asked())) }
}

fn is_error(answer: Option<&MessageResponse>) -> bool {
    matches!(answer, Some(MessageResponse::ErrorResponse(_)))
}

fn of_answer(error: &ErrorResponse) -> String {
    let code = Code::from_i32(error.error_code);
    if error.error_message.is_empty() {
        format!("{code:?}")
    } else {
        format!("{code:?}: {}", error.error_message)
    }
}
