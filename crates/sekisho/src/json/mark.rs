//! What tells most names apart at a glance.

/// The length of a name, its first byte and its last: nearly all names that differ, differ in it. Claims have few letters, and to
/// call a comparison of their bytes takes longer than most of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u32);

impl Mark {
    #[expect(clippy::cast_possible_truncation, reason = "it need not tell all lengths apart")]
    pub(super) const fn of(name: &str) -> Self {
        match name.as_bytes() {
            [] => Self(0),
            [first, rest @ ..] => {
                let last = if let [.., last] = rest { *last } else { *first };
                Self((name.len() as u32) << 16 | (*first as u32) << 8 | last as u32)
            }
        }
    }
}
