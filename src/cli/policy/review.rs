//! What `lock`, `check` and `diff` have in common: files of the policy under review, and changes as they are printed.

mod blocks;
mod change;
mod files;
mod side;
mod summary;
mod words;

pub(super) use blocks::blocks;
pub(super) use change::Change;
pub(super) use files::{Files, Standing, ack_argument, lock_argument};
pub(super) use side::{Services, base, of_policy, side};
pub(super) use summary::table;
pub(super) use words::{counts, methods};
