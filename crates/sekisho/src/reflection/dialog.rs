//! What one stream is told, question by question.

use http::Extensions;
use tonic::Code;

use super::Reflection;
use super::answer::{Answer, Question, Refusal};

/// One stream: who asks, and what was sent.
pub(super) struct Dialog {
    reflection: Reflection,
    caller: Extensions,
    /// By the position of the file; so a stream holds no more, however long it lasts.
    sent: Vec<bool>,
}

impl Reflection {
    pub(super) fn dialog(&self, caller: Extensions) -> Dialog {
        let sent = vec![false; self.index.file_count()];
        Dialog { reflection: self.clone(), caller, sent }
    }
}

impl Dialog {
    pub(super) fn answer(&mut self, question: Question<'_>) -> Result<Answer, Refusal> {
        match question {
            Question::FileByName(name) => {
                let file = self.reflection.index.file(name);
                file.map(|file| self.files(file)).ok_or(Refusal::not_found("no such file"))
            }
            Question::FileWithSymbol(name) => {
                let file = self.file_with_symbol(name);
                file.map(|file| self.files(file)).ok_or(Refusal::not_found("no such symbol"))
            }
            Question::FileWithExtension { extendee, number } => {
                let file = self.reflection.index.file_with_extension(extendee, number);
                file.map(|file| self.files(file)).ok_or(Refusal::not_found("no such extension"))
            }
            Question::ExtensionNumbers { extendee } => {
                let numbers = self.reflection.index.extension_numbers(extendee);
                let answer = |numbers| Answer::ExtensionNumbers { extendee: extendee.to_owned(), numbers };
                numbers.map(answer).ok_or(Refusal::not_found("no such message type"))
            }
            Question::Services => Ok(Answer::Services(self.services())),
            Question::Unknown => Err(Refusal {
                code: Code::InvalidArgument,
                message: "the request has no question that this server knows",
            }),
        }
    }

    fn services(&self) -> Vec<String> {
        let services = self.reflection.index.services().iter();
        services.filter(|service| self.is_visible(service)).cloned().collect()
    }

    fn file_with_symbol(&self, name: &str) -> Option<usize> {
        let symbol = self.reflection.index.symbol(name)?;
        let is_visible = symbol.kind.service_of(name).is_none_or(|service| self.is_visible(service));
        is_visible.then_some(symbol.file)
    }

    fn files(&mut self, wanted: usize) -> Answer {
        let index = &self.reflection.index;
        let unsent = index.with_imports(wanted, &mut self.sent);
        let is_visible = |service: &str| (self.reflection.is_visible)(&self.caller, service);
        Answer::Files(unsent.into_iter().map(|file| index.encoded(file, is_visible)).collect())
    }

    fn is_visible(&self, service: &str) -> bool {
        (self.reflection.is_visible)(&self.caller, service)
    }
}
