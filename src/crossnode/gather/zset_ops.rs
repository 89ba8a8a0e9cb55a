//! Sorted sets combined by the rules of the server, which a sum of scores can tell apart.

use crate::crossnode::gather::member_index::Table;
use crate::crossnode::gather::zset_options::Aggregate;
use crate::crossnode::support::outcome::Outcome;
use crate::rdb::decode::Scored;
use std::cmp::Ordering;

/// An operand and its weight.
#[derive(Clone, Copy)]
pub(crate) struct Weighed<'o> {
    pub members: &'o [Scored<'o>],
    pub weight: f64,
}

/// Members with the scores that came out.
pub(crate) type Result<'o> = Vec<(&'o [u8], f64)>;

/// Infinities that cancel each other out leave nothing.
fn number(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

impl Aggregate {
    fn of(self, one: f64, other: f64) -> f64 {
        match self {
            Aggregate::Sum => number(one + other),
            Aggregate::Least => {
                if other < one {
                    other
                } else {
                    one
                }
            }
            Aggregate::Greatest => {
                if other > one {
                    other
                } else {
                    one
                }
            }
        }
    }
}

/// The server begins with the smallest operand, and adds up in that order.
fn by_size(operands: &mut [Weighed]) {
    operands.sort_by_key(|operand| operand.members.len());
}

pub(crate) fn union<'o>(operands: &mut [Weighed<'o>], aggregate: Aggregate) -> Outcome<Result<'o>> {
    by_size(operands);
    let most = operands.iter().map(|operand| operand.members.len()).sum();
    let mut table = Table::for_members(most)?;
    let mut all: Result = Vec::with_capacity(operands.last().map_or(0, |operand| operand.members.len()));
    for operand in operands {
        for (member, score) in operand.members {
            let score = number(operand.weight * score);
            match table.find_or_insert(member, all.len(), |number| all[number].0) {
                Some(number) => all[number].1 = aggregate.of(all[number].1, score),
                None => all.push((member, score)),
            }
        }
    }
    Ok(all)
}

pub(crate) fn intersection<'o>(operands: &mut [Weighed<'o>], aggregate: Aggregate) -> Outcome<Result<'o>> {
    by_size(operands);
    let Some((base, others)) = operands.split_first() else { return Ok(Vec::new()) };
    let mut all: Result = base.members.iter().map(|(member, score)| (&**member, number(base.weight * score))).collect();
    let table = table(&all)?;
    let mut seen = vec![0_usize; all.len()];
    for (nth, operand) in others.iter().enumerate() {
        for (member, score) in operand.members {
            if let Some(number) = table.find(member, |number| all[number].0)
                && seen[number] == nth
            {
                seen[number] += 1;
                all[number].1 = aggregate.of(all[number].1, operand.weight * score);
            }
        }
    }
    let mut seen = seen.into_iter();
    all.retain(|_| seen.next() == Some(others.len()));
    Ok(all)
}

pub(crate) fn difference<'o>(base: &'o [Scored<'o>], others: &[&[Scored]]) -> Outcome<Result<'o>> {
    let mut all: Result = base.iter().map(|(member, score)| (&**member, *score)).collect();
    let table = table(&all)?;
    let mut keep = vec![true; all.len()];
    for (member, _) in others.iter().flat_map(|other| other.iter()) {
        if let Some(number) = table.find(member, |number| all[number].0) {
            keep[number] = false;
        }
    }
    let mut keep = keep.into_iter();
    all.retain(|_| keep.next() == Some(true));
    Ok(all)
}

fn table(members: &Result) -> Outcome<Table> {
    let mut table = Table::for_members(members.len())?;
    members.iter().enumerate().for_each(|(number, (member, _))| table.insert_new(member, number));
    Ok(table)
}

/// From the least score up, members of one score by their bytes.
pub(crate) fn sort(members: &mut Result) {
    members.sort_by(|one, other| one.1.partial_cmp(&other.1).unwrap_or(Ordering::Equal).then_with(|| one.0.cmp(other.0)));
}
