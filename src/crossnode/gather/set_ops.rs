//! Union, intersection and difference of lists of members. The members stay in the replies.

use crate::crossnode::gather::member_index::MemberIndex;
use crate::crossnode::support::outcome::Outcome;
use crate::crossnode::support::queries::List;

/// Each member once.
pub(crate) fn union<'r>(base: List<'r>, others: &[List<'r>]) -> Outcome<Vec<&'r [u8]>> {
    let mut members: Vec<&[u8]> = base.iter().collect();
    if others.is_empty() {
        return Ok(members);
    }
    let mut index = index_of(&members, others.iter().map(|other| other.len()).sum())?;
    for member in others.iter().flat_map(|other| other.iter()) {
        if index.find_or_insert(member, members.len(), |number| members[number]).is_none() {
            members.push(member);
        }
    }
    Ok(members)
}

/// The members of `base` that all others have too.
pub(crate) fn intersection<'r>(base: List<'r>, others: &[List]) -> Outcome<Vec<&'r [u8]>> {
    let mut members: Vec<&[u8]> = base.iter().collect();
    if others.is_empty() || members.is_empty() {
        return Ok(members);
    }
    let index = index_of(&members, 0)?;
    // For each member, how many of the others have it, counted up to the first one that does not.
    let mut found_in = vec![0_usize; members.len()];
    for (nth, other) in others.iter().enumerate() {
        for member in other.iter() {
            if let Some(number) = index.find(member, |number| members[number])
                && found_in[number] == nth
            {
                found_in[number] += 1;
            }
        }
    }
    let mut found_in = found_in.into_iter();
    members.retain(|_| found_in.next() == Some(others.len()));
    Ok(members)
}

/// The members of `base` that none of the others has. The smaller side is indexed, because building the index takes most of the time.
pub(crate) fn difference<'r>(base: List<'r>, others: &[List]) -> Outcome<Vec<&'r [u8]>> {
    let mut members: Vec<&[u8]> = base.iter().collect();
    let count: usize = others.iter().map(|other| other.len()).sum();
    if count < members.len() {
        let removed: Vec<&[u8]> = others.iter().flat_map(|other| other.iter()).collect();
        let mut index = MemberIndex::with_capacity(count)?;
        for (number, member) in removed.iter().enumerate() {
            index.find_or_insert(member, number, |number| removed[number]);
        }
        members.retain(|member| index.find(member, |number| removed[number]).is_none());
    } else {
        let index = index_of(&members, 0)?;
        let mut keep = vec![true; members.len()];
        for member in others.iter().flat_map(|other| other.iter()) {
            if let Some(number) = index.find(member, |number| members[number]) {
                keep[number] = false;
            }
        }
        let mut keep = keep.into_iter();
        members.retain(|_| keep.next() == Some(true));
    }
    Ok(members)
}

/// An index of distinct members, with room for `additional` ones.
fn index_of(members: &[&[u8]], additional: usize) -> Outcome<MemberIndex> {
    let mut index = MemberIndex::with_capacity(members.len() + additional)?;
    members.iter().enumerate().for_each(|(number, member)| index.insert_new(member, number));
    Ok(index)
}
