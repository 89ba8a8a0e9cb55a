//! SUNION: the largest reply becomes the answer, its bytes and its index as they are, and takes in what the others add.

use crate::crossnode::Job;
use crate::crossnode::colocate::Operands;
use crate::crossnode::gather::member_index::Table;
use crate::crossnode::support::conversation::words;
use crate::crossnode::support::outcome::{Outcome, not_error};
use crate::crossnode::support::queries::{List, Queries};
use crate::error::{Code, Error};
use crate::resp::{Builder, Entry, Kind, Reply};

pub(crate) fn run(job: &Job, operands: &Operands) -> Outcome<Reply> {
    let mut connections = job.connections(operands.servers())?;
    let mut queries = Queries::default();
    for (nth, source) in operands.sources.iter().enumerate() {
        if !operands.sources[..nth].iter().any(|known| known.is_same(source)) {
            queries.add(source.server, words![b"SMEMBERS", source.name]);
        }
    }
    let answers = queries.send(&mut connections)?;
    drop(connections);
    let (replies, places) = answers.into_parts();
    for &(reply, place) in &places {
        not_error(replies[reply].value(place).unwrap_or(crate::resp::Value::Nil))?;
    }
    merged(replies, places)
}

/// All members, each once.
fn merged(mut replies: Vec<Reply>, places: Vec<(usize, usize)>) -> Outcome<Reply> {
    let lengths = places.iter().map(|&(reply, place)| List::from_reply(&replies[reply], place).map(|list| list.len()));
    let members = lengths.sum::<Outcome<usize>>()?;
    let mut table = Table::for_members(members)?;
    let base = (0..replies.len()).max_by_key(|&reply| replies[reply].bytes().len()).unwrap_or(0);
    let operands = places.iter().filter(|(reply, _)| *reply == base).count();
    let mut builder = Builder::over(std::mem::replace(&mut replies[base], Reply::nil()));
    let (bytes, entries) = builder.parts();
    let mut kept = 1;
    for at in 1..entries.len() {
        let entry = entries[at];
        if entry.kind() != Kind::String {
            continue;
        }
        let member = text(bytes, &entry);
        let is_known = if operands == 1 {
            table.insert_new(member, kept);
            false
        } else {
            table.find_or_insert(member, kept, |number| text(bytes, &entries[number])).is_some()
        };
        if !is_known {
            entries[kept] = entry;
            kept += 1;
        }
    }
    entries.truncate(kept);
    for (reply, body) in replies.into_iter().enumerate().filter(|(reply, _)| *reply != base) {
        bytes.try_reserve(body.bytes().len()).map_err(|_| no_memory())?;
        for &(_, place) in places.iter().filter(|(of, _)| *of == reply) {
            let list = List::from_reply(&body, place)?;
            entries.try_reserve(list.len()).map_err(|_| no_memory())?;
            for member in list.iter() {
                if table.find_or_insert(member, entries.len(), |number| text(bytes, &entries[number])).is_none() {
                    entries.push(Entry::new(Kind::String, member.len(), bytes.len() as i64));
                    bytes.extend_from_slice(member);
                }
            }
        }
    }
    let all = entries.len() - 1;
    entries[0] = Entry::new(Kind::Array, all, all as i64);
    if bytes.capacity() - bytes.len() > bytes.len() / 4 {
        bytes.shrink_to_fit();
    }
    Ok(builder.finish())
}

#[inline]
fn text<'b>(bytes: &'b [u8], entry: &Entry) -> &'b [u8] {
    let start = entry.data as usize;
    &bytes[start..start + entry.length()]
}

fn no_memory() -> Error {
    Error::new(Code::Memory, "no memory for the reply")
}
