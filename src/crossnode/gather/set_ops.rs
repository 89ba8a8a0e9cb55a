//! Lists of members combined where they lie.

use crate::crossnode::gather::member_index::Table;
use crate::crossnode::support::outcome::Outcome;
use crate::crossnode::support::queries::List;

/// All members, each once.
pub(crate) fn union<'r>(base: List<'r>, others: &[List<'r>]) -> Outcome<Vec<&'r [u8]>> {
    let mut all: Vec<&[u8]> = base.iter().collect();
    if others.is_empty() {
        return Ok(all);
    }
    let mut table = table(&all, others.iter().map(|other| other.len()).sum())?;
    for member in others.iter().flat_map(|other| other.iter()) {
        if table.find_or_insert(member, all.len(), |number| all[number]).is_none() {
            all.push(member);
        }
    }
    Ok(all)
}

/// The members that all others have too.
pub(crate) fn intersection<'r>(base: List<'r>, others: &[List]) -> Outcome<Vec<&'r [u8]>> {
    let mut members: Vec<&[u8]> = base.iter().collect();
    if others.is_empty() || members.is_empty() {
        return Ok(members);
    }
    let table = table(&members, 0)?;
    // How many of the others have it, as long as none that came before lacks it.
    let mut seen = vec![0_usize; members.len()];
    for (nth, other) in others.iter().enumerate() {
        for member in other.iter() {
            if let Some(number) = table.find(member, |number| members[number])
                && seen[number] == nth
            {
                seen[number] += 1;
            }
        }
    }
    let mut seen = seen.into_iter();
    members.retain(|_| seen.next() == Some(others.len()));
    Ok(members)
}

/// The members that none of the others has. The table is made of the smaller side, for that is what costs.
pub(crate) fn difference<'r>(base: List<'r>, others: &[List]) -> Outcome<Vec<&'r [u8]>> {
    let mut members: Vec<&[u8]> = base.iter().collect();
    let count: usize = others.iter().map(|other| other.len()).sum();
    if count < members.len() {
        let removed: Vec<&[u8]> = others.iter().flat_map(|other| other.iter()).collect();
        let mut table = Table::for_members(count)?;
        for (number, member) in removed.iter().enumerate() {
            table.find_or_insert(member, number, |number| removed[number]);
        }
        members.retain(|member| table.find(member, |number| removed[number]).is_none());
    } else {
        let table = table(&members, 0)?;
        let mut keep = vec![true; members.len()];
        for member in others.iter().flat_map(|other| other.iter()) {
            if let Some(number) = table.find(member, |number| members[number]) {
                keep[number] = false;
            }
        }
        let mut keep = keep.into_iter();
        members.retain(|_| keep.next() == Some(true));
    }
    Ok(members)
}

/// A table of members that are all different, with room for so many more.
fn table(members: &[&[u8]], more: usize) -> Outcome<Table> {
    let mut table = Table::for_members(members.len() + more)?;
    members.iter().enumerate().for_each(|(number, member)| table.insert_new(member, number));
    Ok(table)
}
