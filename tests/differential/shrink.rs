//! Shortens a sequence that shows a mismatch as far as it still shows one.

use super::generate::Command;
use super::harness::Mismatch;

/// Delta debugging: omits smaller and smaller parts. `run` runs each attempt on empty servers.
pub fn shrink(run: &dyn Fn(&[Command]) -> Option<Mismatch>, sequence: &[Command], found: Mismatch) -> (Vec<Command>, Mismatch) {
    let (mut kept, mut mismatch) = (sequence[..sequence.len().min(found.at + 1)].to_vec(), found);
    let mut part = kept.len().div_ceil(2);
    while part > 0 {
        let mut start = 0;
        let mut is_shorter = false;
        while start < kept.len() {
            let mut tried = kept.clone();
            tried.drain(start..(start + part).min(kept.len()));
            match run(&tried) {
                Some(found) => {
                    tried.truncate(found.at + 1);
                    (kept, mismatch, is_shorter) = (tried, found, true);
                }
                None => start += part,
            }
        }
        part = if is_shorter && part == 1 { 1 } else { part / 2 };
    }
    (kept, mismatch)
}

pub fn report(sequence: &[Command], mismatch: &Mismatch) -> String {
    let lines: Vec<String> = sequence.iter().map(|command| format!("    {command}")).collect();
    let place = if mismatch.at < sequence.len() { "replies of the last command" } else { "data at the end" };
    let text: String = mismatch.text.chars().take(4000).collect();
    format!("{}\n{place}:\n   {text}", lines.join("\n"))
}
