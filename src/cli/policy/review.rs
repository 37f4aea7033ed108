//! What `lock`, `check` and `diff` have in common: files of the policy under review, and changes as they are printed.

mod base_ack;
mod blocks;
mod change;
mod files;
mod given;
mod named;
mod summary;
mod words;

pub(super) use base_ack::{base_ack_argument, is_same_file};
pub(super) use blocks::blocks;
pub(super) use change::Change;
pub(super) use files::{Acknowledged, Files, Standing, ack_argument, lock_argument};
pub(super) use given::Reading;
pub(super) use named::{Protos, Services};
pub(super) use summary::table;
pub(super) use words::{counts, methods};
