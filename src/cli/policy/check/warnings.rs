//! What is to be warned of: it fails nothing, and somebody should know.

use std::path::Path;

use super::Base;
use crate::cli::policy::review::{self, is_same_file};
use sekisho_policy::ack::Acknowledgement;
use sekisho_policy::lock::{Change, Lock};

/// A lock that is read by meaning may look like one that says something else: a comment in the form of a line, and the line
/// itself far to the right. What is reviewed is the text.
pub(super) fn of_form(name: &str, text: &str, lock: &Lock) -> Option<String> {
    // As git writes files on Windows.
    let text = text.replace("\r\n", "\n");
    let written = lock.to_string();
    if text == written {
        return None;
    }
    let lines = text.split_inclusive('\n').zip(written.split_inclusive('\n'));
    let line = lines.take_while(|(one, other)| one == other).count() + 1;
    Some(format!(
        "{name} line {line}: it is not what `sekisho policy lock` writes there, so that the file may look otherwise than it is \
         read; run `sekisho policy lock` with the same files to write it anew"
    ))
}

/// Methods of the base that have their rules by `--rules`, as of now: whether these changed cannot be seen.
pub(super) fn of_rules(base: &str, ruled: usize) -> Option<String> {
    let methods = review::methods(ruled);
    (ruled > 0).then(|| {
        format!(
            "{base}: for {methods} without a rule there, that of --rules is taken, so that a change of that file is not seen; name \
             the base's access.lock, which has its rules"
        )
    })
}

/// The lock that is checked in place of the target branch's: what it says already is no change.
pub(super) fn of_itself(base: &Path, lock: &Path) -> Option<String> {
    let inside = base.join("access.lock");
    let of_base = if inside.is_file() { &inside } else { base };
    let is_same = is_same_file(of_base, lock);
    is_same.then(|| {
        format!(
            "--base {}: it is the lock that is checked, so that nothing is compared with the target branch's policy",
            base.display()
        )
    })
}

/// Changes that admit nobody new, and that the lock does not say.
pub(super) fn of_messages(from_lock: &[Change], relock: &str) -> impl Iterator<Item = String> {
    let is_other = |change: &&Change| change.keeps_rule() && !change.keeps_line();
    from_lock.iter().filter(is_other).map(move |change| {
        format!(
            "{}: its messages or its kind of call are others than in the lock; run {relock}",
            change.name()
        )
    })
}

/// Lines of access.ack that cover nothing.
pub(super) fn of_idle_lines(base: &Base) -> Vec<String> {
    base.judgement().idle().iter().map(|line| idle(base, line)).collect()
}

fn idle(base: &Base, line: &Acknowledgement) -> String {
    let Base { name, ack, earlier_ack, .. } = base;
    let number = line.line();
    let prune = "take it out, or have `sekisho policy lock --prune` do so";
    match earlier_ack.as_ref().filter(|_| line.is_of_base()) {
        Some(of_base) => format!(
            "{ack} line {number}: it stands in {of_base} too, so that it was given to an earlier change, and covers nothing \
             any more; {prune} (a change that is to pass now needs a line with a reason of its own): {line}"
        ),
        None => format!("{ack} line {number}: it covers no change from {name}; {prune}: {line}"),
    }
}
