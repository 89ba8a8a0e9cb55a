//! A hash table from members to their numbers. It stores only numbers; the bytes of the members stay in the replies.

use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::error::{Code, Error};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::hash::{BuildHasher, Hasher};

pub(crate) struct MemberIndex {
    numbers: HashTable<u32>,
    random: RandomState,
}

impl MemberIndex {
    /// An index for at most this many members: it does not grow.
    pub(crate) fn with_capacity(members: usize) -> Outcome<MemberIndex> {
        let too_many = || Abort::from(Error::new(Code::Memory, format!("not enough memory to combine {members} members")));
        u32::try_from(members).map_err(|_| too_many())?;
        let mut numbers = HashTable::new();
        numbers.try_reserve(members, |_| 0).map_err(|_| too_many())?;
        Ok(MemberIndex { numbers, random: RandomState::default() })
    }

    fn hash(&self, member: &[u8]) -> u64 {
        let mut hasher = self.random.build_hasher();
        hasher.write(member);
        hasher.finish()
    }

    /// The number of a member. `member_of` returns the member of a number.
    #[inline]
    pub(crate) fn find<'m>(&self, member: &[u8], member_of: impl Fn(usize) -> &'m [u8]) -> Option<usize> {
        self.numbers.find(self.hash(member), |&number| member_of(number as usize) == member).map(|&number| number as usize)
    }

    /// The number of a member; `None` if it was new and is inserted under `number`.
    #[inline]
    pub(crate) fn find_or_insert<'m>(&mut self, member: &[u8], number: usize, member_of: impl Fn(usize) -> &'m [u8]) -> Option<usize> {
        let hash = self.hash(member);
        match self.numbers.entry(hash, |&number| member_of(number as usize) == member, |_| 0) {
            Entry::Occupied(known) => Some(*known.get() as usize),
            Entry::Vacant(free) => {
                free.insert(number as u32);
                None
            }
        }
    }

    /// Inserts a member that must be new.
    #[inline]
    pub(crate) fn insert_new(&mut self, member: &[u8], number: usize) {
        self.numbers.insert_unique(self.hash(member), number as u32, |_| 0);
    }
}
