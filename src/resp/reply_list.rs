//! Assembles the replies to the commands of a request in one array.

use crate::error::Error;
use crate::resp::builder::Builder;
use crate::resp::index::Kind;
use crate::resp::reply::Reply;

/// Replies in the order of their commands.
#[derive(Default)]
pub(crate) struct ReplyList {
    parts: Vec<Part>,
}

enum Part {
    /// The elements of an array of replies, without the first `skipped`.
    Several { replies: Reply, skipped: usize },
    /// The reply to one command, or the error that becomes a failure.
    One(Result<Reply, Error>),
}

impl ReplyList {
    /// Appends the outcome of one command.
    pub(crate) fn push(&mut self, outcome: Result<Reply, Error>) {
        self.parts.push(Part::One(outcome));
    }

    /// Appends the elements of an array of replies, except the first `skipped`, whose commands the caller did not send.
    pub(crate) fn extend(&mut self, replies: Reply, skipped: usize) {
        self.parts.push(Part::Several { replies, skipped });
    }

    /// The number of calls of [`ReplyList::push`] and [`ReplyList::extend`] so far.
    pub(crate) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Drops what was appended after so many of those calls.
    pub(crate) fn truncate(&mut self, parts: usize) {
        self.parts.truncate(parts);
    }

    /// Returns an array of all replies. If they are one array already, nothing is copied.
    pub(crate) fn into_reply(mut self) -> Reply {
        match self.parts.pop() {
            Some(Part::Several { replies, skipped: 0 }) if self.parts.is_empty() => return replies,
            Some(Part::One(Ok(reply))) if self.parts.is_empty() => return reply.wrapped_in_array(),
            last => self.parts.extend(last),
        }
        let mut builder = Builder::default();
        let root = builder.begin(Kind::Array, self.parts.iter().map(Part::length).sum());
        for part in &self.parts {
            match part {
                Part::Several { replies, skipped } => {
                    let end = replies.entries().len();
                    builder.append(replies, replies.element(0, *skipped).unwrap_or(end)..end);
                }
                Part::One(Ok(reply)) => builder.append(reply, 0..reply.entries().len()),
                Part::One(Err(error)) => builder.failure(error),
            }
        }
        builder.end(root);
        builder.finish()
    }
}

impl Part {
    fn length(&self) -> usize {
        match self {
            Part::Several { replies, skipped } => replies.entries()[0].length() - skipped,
            Part::One(_) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn replies(resp: &[u8]) -> Reply {
        Reply::from_resp(resp)
    }

    #[test]
    fn replies_are_listed_in_order_without_the_skipped_ones() {
        let mut list = ReplyList::default();
        list.push(Ok(Reply::status(b"OK")));
        list.extend(replies(b"*3\r\n+skipped\r\n*1\r\n:1\r\n$1\r\na\r\n"), 1);
        list.extend(replies(b"*1\r\n:2\r\n"), 1);
        list.push(Err(Error::new(Code::Io, "lost")));
        let reply = list.into_reply();
        assert_eq!(reply.entries()[0].length(), 4);
        let expected = r#"Array([Status("OK"), Array([Integer(1)]), String("a"), Failure(["#;
        assert!(format!("{:?}", reply.root()).starts_with(expected), "{:?}", reply.root());
    }

    #[test]
    fn a_list_of_one_part_is_an_array_too() {
        assert_eq!(ReplyList::default().into_reply().root(), replies(b"*0\r\n").root());
        let mut list = ReplyList::default();
        list.push(Ok(Reply::integer(1)));
        assert_eq!(list.into_reply().root(), replies(b"*1\r\n:1\r\n").root());
        let mut list = ReplyList::default();
        list.extend(replies(b"*2\r\n:1\r\n:2\r\n"), 0);
        assert_eq!(list.into_reply().root(), replies(b"*2\r\n:1\r\n:2\r\n").root());
    }
}
