//! Models of MSETNX, RENAME, `recover` and `recover_to`. A model checker visits every order of their steps, with every client dying at every step and every
//! reply being lost. docs/commands-across-nodes.md describes the protocols.
//!
//! Each rule of a protocol can be switched off. The checker must then find a fault; otherwise the model proves nothing.
//!
//! A step of a model is what one server does for one request. Transactions are one step; WATCH is a flag that a change of the key sets. Not in the
//! models: servers that lose acknowledged writes, keys that expire, and other numbers of masters.

mod msetnx;
mod reservations;
mod transfer;

use crate::reservations::Reservations;
use stateright::{Checker, Model};
use std::fmt::Debug;
use std::hash::Hash;
use std::process::ExitCode;

/// Checks all properties. Returns whether the result is the expected one.
fn check<M>(name: &str, model: M, must_fail: bool) -> bool
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync,
    M::Action: Clone + Debug + PartialEq + Send + Sync,
{
    let properties: Vec<_> = model.properties();
    let checker = model.checker().threads(2).spawn_bfs().join();
    let mut broken = Vec::new();
    for property in &properties {
        let found = checker.discovery(property.name);
        match (&property.expectation, found) {
            (stateright::Expectation::Always, Some(path)) => broken.push((property.name, path.into_actions())),
            // With a rule switched off, the search may end before it has seen everything.
            (stateright::Expectation::Sometimes, None) if !must_fail => broken.push((property.name, Vec::new())),
            _ => {}
        }
    }
    let is_expected = broken.is_empty() != must_fail;
    println!("test {name} … {} ({} states)", if is_expected { "ok" } else { "FAILED" }, checker.unique_state_count());
    for (property, actions) in &broken {
        if must_fail {
            println!("    finds: {property}, after {} steps", actions.len());
        } else {
            println!("    broken: {property}\n    {actions:?}");
        }
    }
    is_expected
}

fn main() -> ExitCode {
    let mut results = vec![
        check("msetnx over 2 nodes, 2 recovers", msetnx::Msetnx::new(2, 2, None), false),
        check("msetnx over 3 nodes, 1 recover", msetnx::Msetnx::new(3, 1, None), false),
        check("msetnx, two calls", Reservations::new(&[&[0, 1, 2], &[1, 2]], None), false),
        check("msetnx, three calls", Reservations::new(&[&[0, 1], &[1, 2], &[0, 2]], None), false),
        check("rename, 2 recovers", transfer::Rename::new(false, 2, None), false),
        check("renamenx, 2 recovers", transfer::Rename::new(true, 2, None), false),
    ];
    for rule in msetnx::RULES {
        results.push(check(&format!("msetnx without {rule:?}"), msetnx::Msetnx::new(3, 1, Some(rule)), true));
    }
    for rule in reservations::RULES {
        results.push(check(&format!("msetnx, two calls without {rule:?}"), Reservations::new(&[&[0, 1, 2], &[1, 2]], Some(rule)), true));
    }
    for rule in transfer::RULES {
        results.push(check(&format!("renamenx without {rule:?}"), transfer::Rename::new(true, 2, Some(rule)), true));
    }
    let passed = results.iter().filter(|result| **result).count();
    println!("{passed} passed, {} failed", results.len() - passed);
    if passed == results.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
