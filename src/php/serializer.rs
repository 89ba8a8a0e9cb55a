//! Replies for PHP's `unserialize()`, and lists for its `explode()`, which is faster.

use crate::error::{Code, Error, Origin};
use crate::php::exploded_list::ExplodedList;
use crate::php::text_kind::TextKind;
use crate::php::{Format, Formats, ReplyFormat};
use crate::resp::{Entry, Kind, ReplyData};

/// The bytes of a serialized value besides its own; few values need more.
const OVERHEAD: usize = 24;

/// Appends values of a reply to a text.
pub(crate) struct Serializer<'r, 't> {
    reply: &'r ReplyData,
    text: &'t mut Vec<u8>,
    format: Format,
    has_objects: bool,
}

impl<'r, 't> Serializer<'r, 't> {
    pub(crate) fn new(reply: &'r ReplyData, text: &'t mut Vec<u8>) -> Result<Serializer<'r, 't>, Error> {
        text.try_reserve(reply.bytes().len() + reply.entries().len() * OVERHEAD)
            .map_err(|_| Error::new(Code::Memory, format!("not enough memory for a reply of {} bytes", reply.bytes().len())))?;
        Ok(Serializer { reply, text, format: Format::default(), has_objects: false })
    }

    /// How PHP reads the values that were appended.
    pub(crate) fn kind(&self) -> TextKind {
        if self.has_objects { TextKind::Objects } else { TextKind::Plain }
    }

    /// Appends an array for `explode()`, if it has only strings and the strings do not contain the separator.
    pub(crate) fn append_exploded_list(&mut self, at: usize) -> bool {
        let Some(&list) = self.entry(at).filter(|entry| entry.kind() == Kind::Array) else { return false };
        let strings = self.reply.entries().get(at + 1..at + list.span()).unwrap_or_default();
        ExplodedList::append(self.text, |list| {
            strings.iter().all(|entry| {
                let is_string = entry.kind() == Kind::String;
                if is_string {
                    list.push(self.reply.bytes(), entry.data as usize, entry.length());
                }
                is_string
            })
        })
    }

    /// Appends an array of keys and values in turn as a list of the keys and one of the values, if it is large and has only strings without the
    /// separator. Returns the number of bytes of the first list.
    pub(crate) fn append_exploded_pairs(&mut self, at: usize) -> Option<usize> {
        /// For fewer elements `unserialize()` is faster.
        const MANY: usize = 64;
        let list =
            self.entry(at).filter(|entry| entry.kind() == Kind::Array && entry.length() >= MANY && entry.length().is_multiple_of(2))?;
        let strings = self.reply.entries().get(at + 1..at + list.span())?;
        if strings.iter().any(|entry| entry.kind() != Kind::String) {
            return None;
        }
        let bytes = self.reply.bytes();
        let push = |list: &mut ExplodedList, first: usize| {
            strings[first..].iter().step_by(2).for_each(|entry| list.push(bytes, entry.data as usize, entry.length()));
            true
        };
        ExplodedList::append_two(self.text, |list| push(list, 0), |list| push(list, 1))
    }

    /// Appends the children of the root, each in its format.
    pub(crate) fn append_replies(&mut self, formats: &Formats) {
        let count = self.entry(0).map_or(0, Entry::length);
        let mut at = 1;
        self.array(count, |serializer, counter| {
            serializer.number(counter);
            at = match formats {
                Formats::All(format) => serializer.append_value(at, *format),
                Formats::Each(formats) => match formats.get(counter.count) {
                    None => serializer.append_value(at, Format::default()),
                    Some(ReplyFormat::Whole(format)) => serializer.append_value(at, *format),
                    Some(ReplyFormat::Elements(format, elements)) => serializer.append_elements(at, *format, elements),
                },
            };
        });
    }

    /// Appends an array whose elements have formats of their own; another value has `format`. Returns the index of the value after it.
    fn append_elements(&mut self, at: usize, format: Format, elements: &[Format]) -> usize {
        let Some(&entry) = self.entry(at).filter(|entry| entry.kind() == Kind::Array) else { return self.append_value(at, format) };
        let mut next = at + 1;
        self.array(entry.length(), |serializer, counter| {
            serializer.number(counter);
            next = serializer.append_value(next, elements.get(counter.count).copied().unwrap_or(format));
        });
        next
    }

    /// Appends a value in a format. Returns the index of the value after it.
    pub(crate) fn append_value(&mut self, at: usize, format: Format) -> usize {
        self.format = format;
        match self.entry(at) {
            Some(entry) if format.is_pairs() && entry.kind() == Kind::Array && self.has_rows_of_two(at, *entry) => self.rows(at, *entry),
            Some(entry) if format.is_pairs() && entry.kind() == Kind::Array => self.pairs(at, *entry),
            _ => self.value(at),
        }
    }

    fn value(&mut self, at: usize) -> usize {
        let Some(&entry) = self.entry(at) else { return at + 1 };
        match entry.kind() {
            Kind::String => self.string(self.reply.entry_bytes(&entry)),
            Kind::Status if self.format.status_is_true() => self.push(b"b:1;"),
            Kind::Status => self.string(self.reply.entry_bytes(&entry)),
            Kind::Integer => self.integer(entry.data),
            Kind::Nil | Kind::NilArray | Kind::Null if self.format.nil_is_false() => self.push(b"b:0;"),
            Kind::Nil | Kind::NilArray | Kind::Null => self.push(b"N;"),
            Kind::Boolean => self.push(if entry.data != 0 { b"b:1;" } else { b"b:0;" }),
            Kind::Double => self.double(self.reply.entry_bytes(&entry)),
            Kind::BigNumber | Kind::Verbatim => self.string(self.reply.entry_bytes(&entry)),
            Kind::Error => {
                let none = Origin::default();
                let origin = self.reply.origin(at).unwrap_or(&none);
                self.object("ServerException", self.reply.entry_bytes(&entry), 0, origin, true);
            }
            Kind::Failure => match self.reply.failure(at) {
                Some(error) => self.append_exception(&error),
                None => self.push(b"N;"),
            },
            Kind::Map => return self.pairs(at, entry),
            Kind::Array | Kind::Set | Kind::Push => return self.list(at, entry),
            // The value itself, without its attributes.
            Kind::Attribute => {
                if let Some(value) = self.reply.element(at, entry.length() - 1) {
                    self.value(value);
                }
            }
        }
        at + entry.span()
    }

    fn list(&mut self, at: usize, entry: Entry) -> usize {
        let mut next = at + 1;
        self.array(entry.length(), |serializer, counter| match serializer.reply.entries().get(next) {
            // Fast path: most elements of large replies are strings.
            Some(child) if child.kind() == Kind::String => {
                serializer.element(counter, serializer.reply.entry_bytes(child));
                next += 1;
            }
            _ => {
                serializer.number(counter);
                next = serializer.value(next);
            }
        });
        next
    }

    /// Keys and values in turn; a list, if a key is not a scalar.
    fn pairs(&mut self, at: usize, entry: Entry) -> usize {
        if !self.has_keys(at, entry) {
            return self.list(at, entry);
        }
        let mut next = at + 1;
        self.array(entry.length() / 2, |serializer, _| {
            serializer.key(next);
            next = serializer.value(next + 1);
        });
        at + entry.span()
    }

    /// Whether an array consists of arrays of a scalar and a value, the form of pairs in RESP3.
    fn has_rows_of_two(&self, at: usize, entry: Entry) -> bool {
        let mut next = at + 1;
        entry.length() > 0
            && (0..entry.length()).all(|_| {
                let row = self.entry(next).filter(|row| row.kind() == Kind::Array && row.length() == 2);
                let is_row = row.is_some() && self.entry(next + 1).is_some_and(|key| !key.has_children());
                next += row.map_or(1, Entry::span);
                is_row
            })
    }

    /// An array of arrays of a key and a value.
    fn rows(&mut self, at: usize, entry: Entry) -> usize {
        let mut next = at + 1;
        self.array(entry.length(), |serializer, _| {
            serializer.key(next + 1);
            next = serializer.value(next + 2);
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

    /// Appends the exception of a command that got no reply.
    pub(crate) fn append_exception(&mut self, error: &Error) {
        let class = match error.code() {
            Code::Config => "ConfigException",
            Code::Request => "RequestException",
            Code::CrossNode => "CrossNodeException",
            Code::Connect | Code::Pool | Code::Io | Code::Protocol => "ConnectionException",
            Code::Timeout => "TimeoutException",
            Code::Server | Code::Argument | Code::Memory | Code::Internal => "Exception",
        };
        self.object(class, error.message().as_bytes(), error.code() as i64, error.origin(), error.executed());
    }

    /// An exception with the properties that RedisCluster\Exception::__unserialize() reads.
    #[cold]
    fn object(&mut self, class: &str, message: &[u8], code: i64, origin: &Origin, executed: bool) {
        const NAMESPACE: &str = "RedisCluster\\";
        self.has_objects = true;
        self.push(b"O:");
        self.decimal(NAMESPACE.len() + class.len());
        self.push(b":\"");
        self.push(NAMESPACE.as_bytes());
        self.push(class.as_bytes());
        self.push(b"\":6:{i:0;");
        self.string(message);
        self.push(b"i:1;");
        self.integer(code);
        self.push(b"i:2;");
        self.optional(origin.node.as_deref());
        self.push(if executed { b"i:3;b:1;i:4;" } else { b"i:3;b:0;i:4;" });
        self.optional(origin.address.as_deref());
        self.push(b"i:5;");
        self.optional(origin.command.as_deref());
        self.push(b"}");
    }

    fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text.as_bytes()),
            None => self.push(b"N;"),
        }
    }

    /// An array of `count` elements; `element` appends the key and the value of each.
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

    /// A string with a number as its key.
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

    /// A double in the text of the server, which PHP reads.
    fn double(&mut self, text: &[u8]) {
        let text: &[u8] = match text {
            b"inf" => b"INF",
            b"-inf" => b"-INF",
            b"nan" | b"-nan" => b"NAN",
            text => text,
        };
        self.push(b"d:");
        self.push(text);
        self.push(b";");
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

/// Counts from 0 in decimal digits, which is cheaper than to convert each number.
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
