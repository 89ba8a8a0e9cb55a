//! Scripts in a transaction: every server of it gets the scripts that one server would know.
//!
//! A server refuses an EVALSHA of a script that it does not know only when it executes it, so the script is loaded before EXEC. A script that the
//! transaction itself makes known to one of its servers is loaded in the transaction on another one that calls it. What the transaction does to the
//! scripts of the servers is recorded once they have executed it.

use crate::cluster::scripts::ScriptCommand;
use crate::topology::ScriptSources;
use std::sync::Arc;

/// The servers that queue a command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueuedOn {
    One(usize),
    /// The first server that will join the transaction.
    First,
    All,
}

#[derive(Default)]
pub(crate) struct TransactionScripts {
    /// Those of its EVAL and SCRIPT LOAD, since its last SCRIPT FLUSH.
    own: ScriptSources,
    own_on: Vec<(QueuedOn, Arc<[u8]>)>,
    has_flush: bool,
    /// Scripts from before the transaction that it calls.
    pub called: Vec<(QueuedOn, Arc<[u8]>)>,
}

impl TransactionScripts {
    /// Takes note of a command that is being queued. `known` are the scripts that servers knew before the transaction, `first` its first server.
    /// Returns the script that the server has to load in the transaction before the command.
    pub(crate) fn note(&mut self, args: &[&[u8]], on: QueuedOn, known: &ScriptSources, first: Option<usize>) -> Option<Arc<[u8]>> {
        match ScriptCommand::of(args)? {
            ScriptCommand::Source(source) => {
                let source = self.own.remember(source)?;
                self.own_on.push((on, source));
            }
            ScriptCommand::Flush => {
                self.own.forget_all();
                self.own_on.clear();
                self.has_flush = true;
            }
            ScriptCommand::Call(digest) => match self.own.get(digest) {
                Some(source) => {
                    let is_first = QueuedOn::First == on || first.is_some_and(|first| on == QueuedOn::One(first));
                    let includes = |other: QueuedOn| other == on || other == QueuedOn::All || (other == QueuedOn::First && is_first);
                    if !self.own_on.iter().any(|(other, known)| includes(*other) && Arc::ptr_eq(known, &source)) {
                        self.own_on.push((on, source.clone()));
                        return Some(source);
                    }
                }
                None if self.has_flush => {}
                None => self.called.extend(known.get(digest).map(|source| (on, source))),
            },
        }
        None
    }

    /// Records what an executed transaction has done to the scripts of the servers.
    pub(crate) fn record(&self, known: &ScriptSources) {
        if self.has_flush {
            known.forget_all();
        }
        for source in self.own.all() {
            known.remember(&source);
        }
    }
}
