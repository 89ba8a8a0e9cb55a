//! Replies as PHP's `unserialize()` reads them, and lists as its `explode()` does, which is faster.

use crate::error::{Code, Error};
use crate::php::list::List;
use crate::php::{Form, Forms, ReplyForm, Text};
use crate::resp::{Entry, Kind, ReplyData};

/// What a value takes beside its own bytes, in most cases and at most in nearly all.
const AROUND: usize = 24;

pub(crate) struct Writer<'r, 't> {
    reply: &'r ReplyData,
    text: &'t mut Vec<u8>,
    form: Form,
    objects: bool,
}

impl<'r, 't> Writer<'r, 't> {
    pub(crate) fn new(reply: &'r ReplyData, text: &'t mut Vec<u8>) -> Result<Writer<'r, 't>, Error> {
        text.try_reserve(reply.bytes().len() + reply.entries().len() * AROUND)
            .map_err(|_| Error::new(Code::Memory, "no memory for the reply"))?;
        Ok(Writer { reply, text, form: Form::default(), objects: false })
    }

    pub(crate) fn kind(&self) -> Text {
        if self.objects { Text::Objects } else { Text::Plain }
    }

    /// A list of nothing but strings, as `explode()` reads it; else nothing is written.
    pub(crate) fn joined(&mut self, at: usize) -> bool {
        let Some(&list) = self.entry(at).filter(|entry| entry.kind() == Kind::Array) else { return false };
        let strings = self.reply.entries().get(at + 1..at + list.span()).unwrap_or_default();
        List::write(self.text, |list| {
            strings.iter().all(|entry| {
                let is_string = entry.kind() == Kind::String;
                if is_string {
                    list.push(self.reply.bytes(), entry.data as usize, entry.length());
                }
                is_string
            })
        })
    }

    /// Keys and values in turn that are nothing but strings, and many, as a list of the keys and one of the values; answers how many bytes the
    /// first has. Else nothing is written.
    pub(crate) fn combined(&mut self, at: usize) -> Option<usize> {
        /// For fewer, `unserialize()` is the faster.
        const MANY: usize = 64;
        let list =
            self.entry(at).filter(|entry| entry.kind() == Kind::Array && entry.length() >= MANY && entry.length().is_multiple_of(2))?;
        let strings = self.reply.entries().get(at + 1..at + list.span())?;
        if strings.iter().any(|entry| entry.kind() != Kind::String) {
            return None;
        }
        let bytes = self.reply.bytes();
        let push = |list: &mut List, first: usize| {
            strings[first..].iter().step_by(2).for_each(|entry| list.push(bytes, entry.data as usize, entry.length()));
            true
        };
        List::write_two(self.text, |list| push(list, 0), |list| push(list, 1))
    }

    /// The children of the root, each in its form.
    pub(crate) fn many(&mut self, forms: &Forms) {
        let count = self.entry(0).map_or(0, Entry::length);
        let mut at = 1;
        self.array(count, |writer, counter| {
            writer.number(counter);
            at = match forms {
                Forms::All(form) => writer.formed(at, *form),
                Forms::Each(forms) => match forms.get(counter.count) {
                    None => writer.formed(at, Form::default()),
                    Some(ReplyForm::Whole(form)) => writer.formed(at, *form),
                    Some(ReplyForm::Elements(own, forms)) => writer.elements(at, *own, forms),
                },
            };
        });
    }

    /// An array whose elements have forms of their own; what is none is in the first form. ResponsePolicy the place of the value behind it.
    fn elements(&mut self, at: usize, own: Form, forms: &[Form]) -> usize {
        let Some(&entry) = self.entry(at).filter(|entry| entry.kind() == Kind::Array) else { return self.formed(at, own) };
        let mut next = at + 1;
        self.array(entry.length(), |writer, counter| {
            writer.number(counter);
            next = writer.formed(next, forms.get(counter.count).copied().unwrap_or(own));
        });
        next
    }

    /// A value in a form; answers the place of the value behind it.
    pub(crate) fn formed(&mut self, at: usize, form: Form) -> usize {
        self.form = form;
        match self.entry(at) {
            Some(entry) if form.is_pairs() && entry.kind() == Kind::Array => self.pairs(at, *entry),
            _ => self.value(at),
        }
    }

    fn value(&mut self, at: usize) -> usize {
        let Some(&entry) = self.entry(at) else { return at + 1 };
        match entry.kind() {
            Kind::String => self.string(self.reply.entry_bytes(&entry)),
            Kind::Status if self.form.status_is_true() => self.push(b"b:1;"),
            Kind::Status => self.string(self.reply.entry_bytes(&entry)),
            Kind::Integer => self.integer(entry.data),
            Kind::Nil | Kind::NilArray if self.form.nil_is_false() => self.push(b"b:0;"),
            Kind::Nil | Kind::NilArray => self.push(b"N;"),
            Kind::Error => self.exception("ServerException", self.reply.entry_bytes(&entry), 0, None, true),
            Kind::Failure => match self.reply.failure(at) {
                Some(error) => self.failure(&error),
                None => self.push(b"N;"),
            },
            Kind::Map => return self.pairs(at, entry),
            Kind::Array => return self.list(at, entry),
        }
        at + entry.span()
    }

    fn list(&mut self, at: usize, entry: Entry) -> usize {
        let mut next = at + 1;
        self.array(entry.length(), |writer, counter| match writer.reply.entries().get(next) {
            // What large replies are made of.
            Some(child) if child.kind() == Kind::String => {
                writer.element(counter, writer.reply.entry_bytes(child));
                next += 1;
            }
            _ => {
                writer.number(counter);
                next = writer.value(next);
            }
        });
        next
    }

    /// Keys and values in turn; a list, where something else than a scalar would have to be a key.
    fn pairs(&mut self, at: usize, entry: Entry) -> usize {
        if !self.has_keys(at, entry) {
            return self.list(at, entry);
        }
        let mut next = at + 1;
        self.array(entry.length() / 2, |writer, _| {
            writer.key(next);
            next = writer.value(next + 1);
        });
        at + entry.span()
    }

    fn has_keys(&self, at: usize, entry: Entry) -> bool {
        let mut next = at + 1;
        (0..entry.length()).all(|nth| {
            let child = self.entry(next).filter(|child| nth % 2 == 1 || !child.has_children());
            next += child.map_or(1, Entry::span);
            child.is_some()
        })
    }

    fn key(&mut self, at: usize) {
        match self.entry(at) {
            Some(&entry) if entry.kind() == Kind::Integer => self.integer(entry.data),
            Some(&entry) => self.string(self.reply.entry_bytes(&entry)),
            None => self.string(b""),
        }
    }

    pub(crate) fn failure(&mut self, error: &Error) {
        let class = match error.code() {
            Code::Config => "ConfigException",
            Code::Request => "RequestException",
            Code::CrossNode => "CrossNodeException",
            Code::Connect | Code::Pool | Code::Io | Code::Protocol => "ConnectionException",
            Code::Timeout => "TimeoutException",
            Code::Argument | Code::Memory | Code::Internal => "Exception",
        };
        self.exception(class, error.message().as_bytes(), error.code() as i64, error.node(), error.executed());
    }

    /// What RedisCluster\Exception::__unserialize() takes.
    #[cold]
    fn exception(&mut self, class: &str, message: &[u8], code: i64, node: Option<&str>, executed: bool) {
        const NAMESPACE: &str = "RedisCluster\\";
        self.objects = true;
        self.push(b"O:");
        self.decimal(NAMESPACE.len() + class.len());
        self.push(b":\"");
        self.push(NAMESPACE.as_bytes());
        self.push(class.as_bytes());
        self.push(b"\":4:{i:0;");
        self.string(message);
        self.push(b"i:1;");
        self.integer(code);
        self.push(b"i:2;");
        match node {
            Some(node) => self.string(node.as_bytes()),
            None => self.push(b"N;"),
        }
        self.push(if executed { b"i:3;b:1;}" } else { b"i:3;b:0;}" });
    }

    /// An array of so many elements, each of which is written with its key.
    fn array(&mut self, count: usize, mut element: impl FnMut(&mut Self, &Counter)) {
        self.push(b"a:");
        self.decimal(count);
        self.push(b":{");
        let mut counter = Counter::new();
        for _ in 0..count {
            element(self, &counter);
            counter.step();
        }
        self.push(b"}");
    }

    /// A string under a number.
    #[inline(always)]
    fn element(&mut self, counter: &Counter, string: &[u8]) {
        self.number(counter);
        self.string(string);
    }

    #[inline(always)]
    fn number(&mut self, counter: &Counter) {
        self.push(b"i:");
        self.push(counter.text());
        self.push(b";");
    }

    #[inline(always)]
    fn string(&mut self, string: &[u8]) {
        self.push(b"s:");
        self.decimal(string.len());
        self.push(b":\"");
        self.push(string);
        self.push(b"\";");
    }

    fn integer(&mut self, number: i64) {
        self.push(b"i:");
        if number < 0 {
            self.push(b"-");
        }
        self.decimal(number.unsigned_abs() as usize);
        self.push(b";");
    }

    #[inline(always)]
    fn decimal(&mut self, number: usize) {
        match number {
            0..10 => self.push(&[b'0' + number as u8]),
            10..100 => self.push(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]),
            _ => self.long_decimal(number),
        }
    }

    fn long_decimal(&mut self, number: usize) {
        let (mut digits, mut start, mut rest) = ([0u8; 20], 20, number);
        while rest > 0 {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.push(&digits[start..]);
    }

    #[inline(always)]
    fn push(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
    }

    #[inline]
    fn entry(&self, at: usize) -> Option<&'r Entry> {
        self.reply.entries().get(at)
    }
}

/// Counts from 0 in decimal digits: cheaper than writing each number anew.
struct Counter {
    count: usize,
    digits: [u8; 20],
    start: usize,
}

impl Counter {
    fn new() -> Counter {
        Counter { count: 0, digits: [b'0'; 20], start: 19 }
    }

    #[inline(always)]
    fn text(&self) -> &[u8] {
        &self.digits[self.start..]
    }

    #[inline(always)]
    fn step(&mut self) {
        self.count += 1;
        let mut at = 19;
        while self.digits[at] == b'9' {
            self.digits[at] = b'0';
            at -= 1;
        }
        self.digits[at] += 1;
        self.start = self.start.min(at);
    }
}
