//! Moves keys to their nodes from those of the previous layout while programs use them.
//!
//! A key has an old place, its server in the layout `previous`, and a new one. All programs have both layouts. These rules hold:
//!
//! 1. No command of a program is sent to the old place, except single reads that are valid only if the key exists there when they run.
//! 2. A command is sent to the new place only after the key was seen to be absent from its old place.
//! 3. A key is removed from its old place only when the new place has it, and it is never created at its old place.
//!
//! So a key that is absent from its old place stays absent there, and while it exists there, that copy is its value.
//!
//! A key is moved in four steps: `WATCH` and `EXISTS` at the new place; `DUMP` at the old place; `RESTORE` in a transaction at the new place, with
//! the time at which the key expires; `UNLINK` at the old place. Many programs may do this at once, and each may stop after any step. A late
//! `RESTORE` cannot bring back a value that a program has replaced or deleted: by rule 2 it changed the key after it was seen absent from the old
//! place, so after our `DUMP`, which saw it there, and after our `WATCH`, so our transaction fails. If the key exists at both places, a move was cut
//! short after its `RESTORE`, and by rule 2 both copies are the same: only the last step is left.

mod channel;
mod distinct;
mod read;
mod relocate;
mod settle;
mod value;

pub(crate) use crate::resharding::read::read_at_old_place;
pub(crate) use crate::resharding::relocate::{Relocated, Relocation, relocate_all};
pub(crate) use crate::resharding::settle::{SettledKeys, settle, settle_names};
