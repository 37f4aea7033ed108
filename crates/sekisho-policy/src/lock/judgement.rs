//! Which changes may pass.

use std::collections::{HashMap, HashSet};

use super::Change;
use crate::ack::{Acknowledgement, Acknowledgements};

/// What is to be said of changes.
#[derive(Debug, Clone)]
pub struct Judgement<'a> {
    failing: Vec<&'a Change>,
    acknowledged: Vec<(&'a Change, &'a Acknowledgement)>,
    idle: Vec<&'a Acknowledgement>,
}

/// Judges changes: one that needs an acknowledgement ([`Change::needs_acknowledgement`]) fails, unless a line covers exactly
/// it.
pub fn judge<'a>(changes: &'a [Change], acknowledgements: &'a Acknowledgements) -> Judgement<'a> {
    let mut by_method: HashMap<&str, Vec<&Acknowledgement>> = HashMap::new();
    for line in acknowledgements.iter() {
        by_method.entry(line.method()).or_default().push(line);
    }
    let (mut failing, mut acknowledged, mut used) = (Vec::new(), Vec::new(), HashSet::new());
    for change in changes.iter().filter(|change| change.needs_acknowledgement()) {
        let Some(lines) = by_method.get(change.name()) else {
            failing.push(change);
            continue;
        };
        // Made once for all lines of the method, which may be many.
        let fingerprints = change.fingerprints();
        let is_covering = |line: &&&Acknowledgement| line.is_about(change, fingerprints);
        let covering: Vec<&Acknowledgement> = lines.iter().filter(is_covering).copied().collect();
        used.extend(covering.iter().map(|line| line.line()));
        match covering.first() {
            Some(line) => acknowledged.push((change, *line)),
            None => failing.push(change),
        }
    }
    let idle = acknowledgements.iter().filter(|line| !used.contains(&line.line())).collect();
    Judgement { failing, acknowledged, idle }
}

impl<'a> Judgement<'a> {
    /// Whether nothing fails.
    pub fn passes(&self) -> bool {
        self.failing.is_empty()
    }

    /// The changes that nobody has acknowledged, by method.
    pub fn failing(&self) -> &[&'a Change] {
        &self.failing
    }

    /// The changes that would fail, each with the line that covers it.
    pub fn acknowledged(&self) -> &[(&'a Change, &'a Acknowledgement)] {
        &self.acknowledged
    }

    /// The lines that cover nothing.
    pub fn idle(&self) -> &[&'a Acknowledgement] {
        &self.idle
    }
}
