//! Judging values one by one, without stopping at the first that is wrong.

use std::time::Duration;

use super::options::Opt;
use super::sources::{Given, Sources};
use super::text::one_line;

/// Judges values, and gathers what is wrong. A value that is at fault is stood in for, so that judging can
/// go on; nothing is done with it, since there is a fault.
pub(super) struct Judge<'a> {
    pub(super) sources: Sources<'a>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(sources: Sources<'a>) -> Self {
        Self { sources }
    }

    /// The settings, if nothing was wrong; else every fault.
    pub(super) fn finish<T>(self, settings: T) -> Result<T, Vec<String>> {
        let mut faults = Vec::new();
        for fault in self.sources.faults {
            // Some sources are asked twice.
            let fault = one_line(&fault);
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }

    pub(super) fn fault(&mut self, text: String) {
        self.sources.faults.push(text);
    }

    pub(super) fn judge<T>(
        &mut self,
        given: &Given,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let mut values = Vec::new();
        for text in &given.texts {
            match parse(text) {
                Ok(value) => values.push(value),
                Err(reason) => self.fault(format!("{}: {reason}", given.origin)),
            }
        }
        (values.len() == given.texts.len()).then_some(values)
    }

    pub(super) fn optional<T>(
        &mut self,
        opt: &'static Opt,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let given = self.sources.get(opt)?;
        self.judge(&given, parse)?.pop()
    }

    pub(super) fn by_flag<T>(
        &mut self,
        opt: &'static Opt,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let given = self.sources.by_flag(opt)?;
        self.judge(&given, parse)?.pop()
    }

    pub(super) fn with_default<T>(
        &mut self,
        opt: &'static Opt,
        stand_in: T,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> T {
        if let Some(value) = self.optional(opt, &parse) {
            return value;
        }
        opt.default.and_then(|text| parse(text).ok()).unwrap_or(stand_in)
    }

    pub(super) fn list<T>(&mut self, opt: &'static Opt, parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        if let Some(given) = self.sources.get(opt) {
            if given.texts.is_empty() {
                self.fault(format!("{}: it names nothing", given.origin));
            }
            return self.judge(&given, parse).unwrap_or_default();
        }
        opt.default.unwrap_or_default().split(',').filter_map(|text| parse(text).ok()).collect()
    }

    pub(super) fn required<T>(
        &mut self,
        opt: &'static Opt,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        if self.sources.is_missing(opt) {
            self.fault(format!("{}: it is required", self.sources.called(opt)));
        }
        self.optional(opt, parse)
    }

    pub(super) fn duration(
        &mut self,
        opt: &'static Opt,
        parse: fn(&str) -> Result<Duration, String>,
    ) -> Duration {
        self.with_default(opt, Duration::ZERO, parse)
    }
}
