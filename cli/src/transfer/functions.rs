//! `--functions`: copies the libraries of functions to all targets.

use crate::failure::Failure;
use crate::transfer::job::Job;
use crate::transfer::node::Node;
use crate::transfer::options::Existing;
use crate::wire::{bytes, check, children, field, field_text};
use std::collections::BTreeMap;

/// Loads the libraries of all sources on each target that does not have them. Returns how many were loaded.
pub fn copy(job: &Job) -> Result<u64, Failure> {
    let mut loaded = 0;
    for source in &job.sources {
        let wanted = libraries(source)?;
        for target in job.targets.iter().filter(|target| target.run_id != source.run_id) {
            let present = libraries(target)?;
            for (name, code) in &wanted {
                if must_load(job, source, target, name, code, present.get(name))? {
                    let reply = target.open(0).command(&[b"FUNCTION", b"LOAD", b"REPLACE", code])?;
                    check(reply.root(), &format!("{}: FUNCTION LOAD", target.name))?;
                    loaded += 1;
                }
            }
        }
    }
    Ok(loaded)
}

/// The code of each library.
fn libraries(node: &Node) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let reply = node.open(0).command(&[b"FUNCTION", b"LIST", b"WITHCODE"])?;
    let list = check(reply.root(), &format!("{}: FUNCTION LIST", node.name))?;
    let code = |library| field(library, "library_code").and_then(|code| bytes(&code)).unwrap_or_default().to_vec();
    Ok(children(list).map(|library| (field_text(library, "library_name"), code(library))).collect())
}

fn must_load(job: &Job, source: &Node, target: &Node, name: &str, code: &[u8], present: Option<&Vec<u8>>) -> Result<bool, Failure> {
    match (present, job.existing) {
        (None, _) => Ok(true),
        (Some(present), _) if present == code => Ok(false),
        (Some(_), Existing::Replace) => Ok(true),
        (Some(_), Existing::Skip) => Ok(false),
        (Some(_), Existing::Fail | Existing::Newer) => Err(Failure::refused(format!(
            "--functions: the library {name} of {} is another one than that of {}; --existing replace or skip decides for all libraries and keys",
            target.name, source.name
        ))),
    }
}
