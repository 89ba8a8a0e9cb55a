//! Where members are found again: a table of their numbers. The bytes stay where they are.

use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::error::{Code, Error};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::hash::{BuildHasher, Hasher};

pub(crate) struct Table {
    numbers: HashTable<u32>,
    random: RandomState,
}

impl Table {
    /// With room for so many members, which have to be enough: it does not grow.
    pub(crate) fn for_members(members: usize) -> Outcome<Table> {
        let too_many = || Abort::from(Error::new(Code::Memory, "no memory to combine so many members"));
        u32::try_from(members).map_err(|_| too_many())?;
        let mut numbers = HashTable::new();
        numbers.try_reserve(members, |_| 0).map_err(|_| too_many())?;
        Ok(Table { numbers, random: RandomState::default() })
    }

    fn hash(&self, member: &[u8]) -> u64 {
        let mut hasher = self.random.build_hasher();
        hasher.write(member);
        hasher.finish()
    }

    /// The number of a member; `at` tells the member of a number.
    #[inline]
    pub(crate) fn find<'m>(&self, member: &[u8], at: impl Fn(usize) -> &'m [u8]) -> Option<usize> {
        self.numbers.find(self.hash(member), |&number| at(number as usize) == member).map(|&number| number as usize)
    }

    /// The number of a member that it has; one that it has not it takes in under a number, and answers `None`.
    #[inline]
    pub(crate) fn find_or_insert<'m>(&mut self, member: &[u8], number: usize, at: impl Fn(usize) -> &'m [u8]) -> Option<usize> {
        let hash = self.hash(member);
        match self.numbers.entry(hash, |&number| at(number as usize) == member, |_| 0) {
            Entry::Occupied(known) => Some(*known.get() as usize),
            Entry::Vacant(free) => {
                free.insert(number as u32);
                None
            }
        }
    }

    /// Takes in a member that it certainly has not.
    #[inline]
    pub(crate) fn insert_new(&mut self, member: &[u8], number: usize) {
        self.numbers.insert_unique(self.hash(member), number as u32, |_| 0);
    }
}
