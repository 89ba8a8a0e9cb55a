//! SUNION: the largest reply becomes the result, with its bytes and its index, and the new members of the other replies are appended.

use crate::command::Destination;
use crate::crossnode::Job;
use crate::crossnode::colocate::Operands;
use crate::crossnode::gather::distinct_sources::DistinctSources;
use crate::crossnode::gather::member_index::MemberIndex;
use crate::crossnode::support::conversation::{Words, words};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::{List, Queries, QueryReplies};
use crate::error::{Code, Error};
use crate::resp::{Builder, Bytes, Entry, Kind, Reply, Value};

pub(crate) fn run<'a>(job: &Job<'_, 'a>, operands: &Operands<'a>) -> Outcome<Reply> {
    let mut connections = job.connections(operands.servers())?;
    let replies = queries(operands).send(&mut connections)?;
    drop(connections);
    merge_replies(replies)
}

/// What each server gets, for a caller that sends it itself.
pub(crate) fn commands<'a>(job: &Job<'_, 'a>) -> impl Iterator<Item = (usize, Vec<Words<'a>>)> {
    let operands = Operands::new(job, Destination::None);
    queries(&operands).into_requests().into_iter().map(|request| (request.server, request.commands))
}

/// The reply of [`run`] from what the servers have replied to these [`commands`]. The errors name server and command.
pub(crate) fn merge_outcomes(job: &Job, outcomes: &[(usize, Result<Bytes, Error>)]) -> Result<Reply, Error> {
    let operands = Operands::new(job, Destination::None);
    let outcome = |server: usize| match outcomes.iter().find(|(other, _)| *other == server) {
        Some((_, outcome)) => outcome.as_deref().map_err(Error::clone),
        None => Err(Error::new(Code::Internal, "a part was not sent")),
    };
    let merged = || merge_replies(queries(&operands).parse(outcome)?);
    merged().or_else(Abort::into_reply)
}

fn merge_replies(replies: QueryReplies) -> Outcome<Reply> {
    let (replies, lists) = replies.into_parts();
    for &(reply, entry) in &lists {
        not_error(replies[reply].value(entry).unwrap_or(Value::Nil))?;
    }
    merge(replies, lists)
}

pub(crate) fn explain(operands: &Operands) -> Explanation {
    Explanation::new("gather", true).round(queries(operands).requests())
}

fn queries<'a>(operands: &Operands<'a>) -> Queries<'a> {
    let mut queries = Queries::default();
    for key in DistinctSources::new(operands).keys {
        queries.add(key.server, words![b"SMEMBERS", key.name]);
    }
    queries
}

/// Each member once. `lists` has the reply and the index entry of each list.
fn merge(mut replies: Vec<Reply>, lists: Vec<(usize, usize)>) -> Outcome<Reply> {
    let lengths = lists.iter().map(|&(reply, entry)| List::from_reply(&replies[reply], entry).map(|list| list.len()));
    let mut index = MemberIndex::with_capacity(lengths.sum::<Outcome<usize>>()?)?;
    let base = (0..replies.len()).max_by_key(|&reply| replies[reply].bytes().len()).unwrap_or(0);
    let base_lists = lists.iter().filter(|(reply, _)| *reply == base).count();
    let mut builder = Builder::from_reply(std::mem::replace(&mut replies[base], Reply::nil()));
    let (bytes, entries) = builder.parts();
    let kept = keep_distinct(bytes, entries, base_lists, &mut index);
    entries.truncate(kept);
    for (reply, body) in replies.into_iter().enumerate().filter(|(reply, _)| *reply != base) {
        bytes.try_reserve(body.bytes().len()).map_err(|_| out_of_memory())?;
        for &(_, entry) in lists.iter().filter(|(owner, _)| *owner == reply) {
            let list = List::from_reply(&body, entry)?;
            entries.try_reserve(list.len()).map_err(|_| out_of_memory())?;
            for member in list.iter() {
                if index.find_or_insert(member, entries.len(), |number| text(bytes, &entries[number])).is_none() {
                    entries.push(Entry::new(Kind::String, member.len(), bytes.len() as i64));
                    bytes.extend_from_slice(member);
                }
            }
        }
    }
    let members = entries.len() - 1;
    entries[0] = Entry::new(Kind::Array, members, members as i64);
    if bytes.capacity() - bytes.len() > bytes.len() / 4 {
        bytes.shrink_to_fit();
    }
    Ok(builder.finish())
}

/// Moves the distinct members of a reply of so many lists to the front of its index, after the root, and adds them to the member index. Returns
/// the number of entries to keep.
fn keep_distinct(bytes: &[u8], entries: &mut [Entry], lists: usize, index: &mut MemberIndex) -> usize {
    let mut kept = 1;
    for position in 1..entries.len() {
        let entry = entries[position];
        if entry.kind() != Kind::String {
            continue;
        }
        let member = text(bytes, &entry);
        let is_known = if lists == 1 {
            index.insert_new(member, kept);
            false
        } else {
            index.find_or_insert(member, kept, |number| text(bytes, &entries[number])).is_some()
        };
        if !is_known {
            entries[kept] = entry;
            kept += 1;
        }
    }
    kept
}

#[inline]
fn text<'b>(bytes: &'b [u8], entry: &Entry) -> &'b [u8] {
    let start = entry.data as usize;
    &bytes[start..start + entry.length()]
}

fn out_of_memory() -> Error {
    Error::new(Code::Memory, "not enough memory for the reply")
}
