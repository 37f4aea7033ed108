//! Numbers in words.

use sekisho_policy::compare::Verdict;
use sekisho_policy::lock;

/// `1 method`, `12 methods`.
pub(in crate::cli::policy) fn methods(count: usize) -> String {
    if count == 1 { "1 method".to_owned() } else { format!("{count} methods") }
}

/// `1 looser, 2 added, 12 equivalent`, the most serious first.
pub(in crate::cli::policy) fn counts<'a>(changes: impl IntoIterator<Item = &'a lock::Change>) -> String {
    const ORDER: [Verdict; 6] = [
        Verdict::Looser,
        Verdict::Incomparable,
        Verdict::Added,
        Verdict::Removed,
        Verdict::Tighter,
        Verdict::Equivalent,
    ];
    let mut numbers = [0_usize; ORDER.len()];
    let mut renamed = 0_usize;
    for change in changes {
        renamed += usize::from(change.is_rename());
        for (number, verdict) in numbers.iter_mut().zip(ORDER) {
            *number += usize::from(verdict == change.verdict());
        }
    }
    let told = numbers.iter().zip(ORDER).filter(|(number, _)| **number > 0);
    let told = told.map(|(number, verdict)| format!("{number} {verdict}")).collect::<Vec<_>>().join(", ");
    // Whatever became of their rules.
    if renamed > 0 { format!("{told} ({renamed} renamed)") } else { told }
}
