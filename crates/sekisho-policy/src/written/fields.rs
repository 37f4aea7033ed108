//! The fields that were read of a rule, and what they make.

use crate::{AccessRule, DeclaredRule, FaultKind, Mode, RuleTextFault, StreamEnd};

/// What has been said so far, each at most once.
#[derive(Debug, Default)]
pub(super) struct Fields {
    kind: Option<(&'static str, AccessRule)>,
    mode: Option<Mode>,
    stream_end: Option<StreamEnd>,
}

impl Fields {
    /// Whether a field of this name may follow. It is asked before its value is read.
    pub(super) fn check(&self, field: &'static str) -> Result<(), RuleTextFault> {
        let is_there = match field {
            "mode" => self.mode.is_some(),
            "stream_end" => self.stream_end.is_some(),
            _ => return self.check_kind(field),
        };
        if is_there { Err(RuleTextFault::Repeated { field }) } else { Ok(()) }
    }

    fn check_kind(&self, field: &'static str) -> Result<(), RuleTextFault> {
        match &self.kind {
            None => Ok(()),
            Some((kind, _)) if *kind == field => Err(RuleTextFault::Repeated { field }),
            Some((kind, _)) => Err(RuleTextFault::Rule(FaultKind::SeveralKinds { kinds: vec![kind, field] })),
        }
    }

    pub(super) fn set_kind(&mut self, field: &'static str, rule: AccessRule) {
        self.kind = Some((field, rule));
    }

    pub(super) fn set_mode(&mut self, mode: Mode) {
        self.mode = Some(mode);
    }

    pub(super) fn set_stream_end(&mut self, stream_end: StreamEnd) {
        self.stream_end = Some(stream_end);
    }

    /// The rule, if they say who may call.
    pub(super) fn finish(self) -> Result<DeclaredRule, RuleTextFault> {
        let (_, access) = self.kind.ok_or(RuleTextFault::Rule(FaultKind::NoKind))?;
        Ok(access
            .with_mode(self.mode.unwrap_or_default())
            .with_stream_end(self.stream_end.unwrap_or_default()))
    }
}
