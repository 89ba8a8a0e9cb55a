//! PHP's own form of values, as its `serialize()` writes and its `unserialize()` reads it: requests come in it, replies go out in it. No other
//! way across costs PHP less than these two functions, which are written in C.

mod answer;
mod joined;
mod list;
mod read;
mod requests;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use crate::php::answer::{Answer, Lists, Text, alone, failed, many, one};
pub(crate) use crate::php::read::{command, packed};
pub(crate) use crate::php::requests::Requests;

/// What stands between the strings of a list for `explode()` and of `implode()`. No UTF-8 has it.
const BETWEEN: u8 = 0xff;

/// In which form a reply becomes a value of PHP; the flags of RedisCluster\Form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Form(i64);

impl Form {
    pub(crate) fn of(flags: i64) -> Form {
        Form(flags)
    }

    /// Nil is false, and not null.
    fn nil_is_false(self) -> bool {
        self.0 & 1 != 0
    }

    /// A status is true, and not a string.
    fn status_is_true(self) -> bool {
        self.0 & 2 != 0
    }

    /// The outermost array becomes key => value, its elements being keys and values in turn.
    fn is_pairs(self) -> bool {
        self.0 & 4 != 0
    }
}

/// The forms of the replies to many commands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Forms {
    All(Form),
    /// What lies behind the last is in the plain form.
    Each(Vec<ReplyForm>),
}

/// The form of one of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReplyForm {
    Whole(Form),
    /// That of an array, as EXEC answers, and those of its elements; what lies behind the last is in the form of the array.
    Elements(Form, Vec<Form>),
}
