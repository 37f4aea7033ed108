//! What is to be warned of: it fails nothing, and somebody should know.

use super::Base;
use crate::cli::policy::review;
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
         read; run `sekisho policy lock` to write it anew"
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

/// Changes that admit nobody new, and that the lock does not say.
pub(super) fn of_messages(from_lock: &[Change]) -> impl Iterator<Item = String> {
    from_lock.iter().filter(|change| change.keeps_rule() && !change.keeps_line()).map(|change| {
        format!(
            "{}: its messages or its kind of call are others than in the lock; run `sekisho policy lock`",
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
