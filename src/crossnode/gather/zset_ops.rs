//! Union, intersection and difference of sorted sets. Scores are aggregated in the same order as on a server, because sums depend on it.

use crate::crossnode::gather::member_index::MemberIndex;
use crate::crossnode::gather::zset_options::Aggregate;
use crate::crossnode::support::outcome::Outcome;
use crate::rdb::decode::Scored;
use std::cmp::Ordering;

#[derive(Clone, Copy)]
pub(crate) struct WeightedSet<'o> {
    pub members: &'o [Scored<'o>],
    pub weight: f64,
}

/// Members with their scores.
pub(crate) type ScoredMembers<'o> = Vec<(&'o [u8], f64)>;

/// Servers replace NaN, the sum of inf and -inf, by 0.
fn nan_to_zero(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

impl Aggregate {
    fn apply(self, one: f64, other: f64) -> f64 {
        match self {
            Aggregate::Sum => nan_to_zero(one + other),
            // Not f64::min and f64::max: a server keeps the first of two zeros with different signs.
            Aggregate::Min => {
                if other < one {
                    other
                } else {
                    one
                }
            }
            Aggregate::Max => {
                if other > one {
                    other
                } else {
                    one
                }
            }
        }
    }
}

/// A server processes the smallest operand first.
fn sort_by_size(operands: &mut [WeightedSet]) {
    operands.sort_by_key(|operand| operand.members.len());
}

pub(crate) fn union<'o>(operands: &mut [WeightedSet<'o>], aggregate: Aggregate) -> Outcome<ScoredMembers<'o>> {
    sort_by_size(operands);
    let capacity = operands.iter().map(|operand| operand.members.len()).sum();
    let mut index = MemberIndex::with_capacity(capacity)?;
    let mut result: ScoredMembers = Vec::with_capacity(operands.last().map_or(0, |operand| operand.members.len()));
    for operand in operands {
        for (member, score) in operand.members {
            let score = nan_to_zero(operand.weight * score);
            match index.find_or_insert(member, result.len(), |number| result[number].0) {
                Some(number) => result[number].1 = aggregate.apply(result[number].1, score),
                None => result.push((member, score)),
            }
        }
    }
    Ok(result)
}

pub(crate) fn intersection<'o>(operands: &mut [WeightedSet<'o>], aggregate: Aggregate) -> Outcome<ScoredMembers<'o>> {
    sort_by_size(operands);
    let Some((base, others)) = operands.split_first() else { return Ok(Vec::new()) };
    let mut result: ScoredMembers = base.members.iter().map(|(member, score)| (&**member, nan_to_zero(base.weight * score))).collect();
    let index = index_of(&result)?;
    // For each member, how many of the others have it, counted up to the first one that does not.
    let mut found_in = vec![0_usize; result.len()];
    for (nth, operand) in others.iter().enumerate() {
        for (member, score) in operand.members {
            if let Some(number) = index.find(member, |number| result[number].0)
                && found_in[number] == nth
            {
                found_in[number] += 1;
                result[number].1 = aggregate.apply(result[number].1, operand.weight * score);
            }
        }
    }
    let mut found_in = found_in.into_iter();
    result.retain(|_| found_in.next() == Some(others.len()));
    Ok(result)
}

pub(crate) fn difference<'o>(base: &'o [Scored<'o>], others: &[&[Scored]]) -> Outcome<ScoredMembers<'o>> {
    let mut result: ScoredMembers = base.iter().map(|(member, score)| (&**member, *score)).collect();
    let index = index_of(&result)?;
    let mut keep = vec![true; result.len()];
    for (member, _) in others.iter().flat_map(|other| other.iter()) {
        if let Some(number) = index.find(member, |number| result[number].0) {
            keep[number] = false;
        }
    }
    let mut keep = keep.into_iter();
    result.retain(|_| keep.next() == Some(true));
    Ok(result)
}

fn index_of(members: &ScoredMembers) -> Outcome<MemberIndex> {
    let mut index = MemberIndex::with_capacity(members.len())?;
    members.iter().enumerate().for_each(|(number, (member, _))| index.insert_new(member, number));
    Ok(index)
}

/// Sorts by ascending score, and members of equal score by their bytes.
pub(crate) fn sort(members: &mut ScoredMembers) {
    members.sort_by(|one, other| one.1.partial_cmp(&other.1).unwrap_or(Ordering::Equal).then_with(|| one.0.cmp(other.0)));
}
