//! The reader, with valid replies and with bytes that no server should send.

use crate::resp::{Builder, Entry, Kind, Reader, Reply, Value};

/// Reads replies that arrive in pieces.
fn read(pieces: &[&[u8]], wanted: usize) -> Result<Option<Reply>, String> {
    let mut reader = Reader::new(Vec::with_capacity(64), false);
    for piece in pieces {
        let _ = reader.room().map_err(|error| error.to_string())?;
        reader.feed(piece);
        reader.advance(wanted).map_err(|error| error.to_string())?;
        if reader.complete() == wanted {
            reader.finish().map_err(|error| error.to_string())?;
            return Ok(Some(Reply::from_reader(reader, None).0));
        }
        assert_bounded(&reader);
    }
    Ok(None)
}

/// The reader reserves at most a step more than twice the bytes that have arrived, whatever length is announced.
fn assert_bounded(reader: &Reader) {
    let (bytes, capacity) = (reader.bytes().len(), reader.capacity());
    assert!(capacity <= 2 * bytes + (1 << 20) + (16 << 10), "{capacity} bytes are reserved for {bytes}");
}

fn one(bytes: &[u8]) -> Reply {
    read(&[bytes], 1).unwrap().unwrap()
}

fn rejected(bytes: &[u8]) -> String {
    read(&[bytes], 1).map(|reply| panic!("{:?} was read as {reply:?}", bytes.escape_ascii().to_string())).unwrap_err()
}

#[test]
fn every_type_of_resp2_is_read() {
    assert_eq!(one(b"+OK\r\n").root(), Value::Status(b"OK"));
    assert_eq!(one(b"-ERR \xff no\r\n").root(), Value::Error(b"ERR \xff no"));
    assert_eq!(one(b":-9223372036854775808\r\n").root(), Value::Integer(i64::MIN));
    assert_eq!(one(b":9223372036854775807\r\n").root(), Value::Integer(i64::MAX));
    assert_eq!(one(b"$-1\r\n").root(), Value::Nil);
    assert_eq!(one(b"*-1\r\n").root(), Value::NilArray);
    assert_eq!(one(b"$0\r\n\r\n").root(), Value::String(b""));
    assert_eq!(one(b"$6\r\na\r\nb\0\xff\r\n").root(), Value::String(b"a\r\nb\0\xff"));
    assert_eq!(one(b"+\r\n").root(), Value::Status(b""));
    let reply = one(b"*4\r\n:1\r\n*0\r\n*2\r\n*1\r\n+a\r\n$1\r\nb\r\n$-1\r\n");
    assert_eq!(format!("{:?}", reply.root()), r#"Array([Integer(1), Array([]), Array([Array([Status("a")]), String("b")]), Nil])"#);
    let elements: Vec<_> = (0..5).map(|nth| reply.element(0, nth)).collect();
    assert_eq!(elements, [Some(1), Some(2), Some(3), Some(7), None]);
}

#[test]
fn every_type_of_resp3_is_read() {
    assert_eq!(one(b"_\r\n").root(), Value::Null);
    assert_eq!(one(b"#t\r\n").root(), Value::Boolean(true));
    assert_eq!(one(b"#f\r\n").root(), Value::Boolean(false));
    assert_eq!(one(b",-1.5e3\r\n").root(), Value::Double(b"-1.5e3"));
    assert_eq!(one(b",-1.5e3\r\n").double(0), Some(-1500.0));
    assert_eq!(one(b",-inf\r\n").double(0), Some(f64::NEG_INFINITY));
    assert!(one(b",nan\r\n").double(0).unwrap().is_nan());
    assert_eq!(
        one(b"(-3492890328409238509324850943850943825024385\r\n").root(),
        Value::BigNumber(b"-3492890328409238509324850943850943825024385")
    );
    assert_eq!(one(b"=8\r\nmkd:a\r\nb\r\n").root(), Value::Verbatim { format: b"mkd", text: b"a\r\nb" });
    assert_eq!(one(b"!7\r\nERR a\r\n\r\n").root(), Value::Error(b"ERR a\r\n"));
    assert_eq!(
        format!("{:?}", one(b"%2\r\n+a\r\n:1\r\n+b\r\n~1\r\n_\r\n").root()),
        r#"Map({Status("a"): Integer(1), Status("b"): Set([Null])})"#
    );
    assert_eq!(format!("{:?}", one(b">2\r\n+a\r\n~0\r\n").root()), r#"Push([Status("a"), Set([])])"#);
    assert_eq!(
        format!("{:?}", one(b"|1\r\n+a\r\n:1\r\n*1\r\n:2\r\n").root()),
        r#"Attribute([Status("a"), Integer(1), Array([Integer(2)])])"#
    );
    assert_eq!(format!("{:?}", one(b"%0\r\n").root()), "Map({})");
}

#[test]
fn bytes_that_are_not_resp_are_rejected() {
    for (bytes, why) in [
        (&b"OK\r\n"[..], "'O' is not a type"),
        (b"\0", "'\\x00' is not a type"),
        (b":\r\n", "digits"),
        (b":-\r\n", "digits"),
        (b":1x\r\n", "digits"),
        (b":+1\r\n", "digits"),
        (b":9223372036854775808\r\n", "out of range"),
        (b":-9223372036854775809\r\n", "out of range"),
        (b"$-2\r\n", "a length is negative"),
        (b"$1\r\nabc", "CR LF"),
        (b"$999999999999999999\r\n", "a length is out of range"),
        (b"*-2\r\n", "a count is out of range"),
        (b"*999999999999999999\r\n", "a count is out of range"),
        (b":1\r\r", "digits"),
        (b"+a\rb\r\n", "CR LF"),
        (b":1\r\n+more\r\n", "more replies than there were commands"),
        (b"_1\r\n", "malformed"),
        (b"#x\r\n", "malformed"),
        (b",1,5\r\n", "malformed"),
        (b"(\r\n", "malformed"),
        (b"(1a\r\n", "malformed"),
        (b"=3\r\nabc\r\n", "a length is out of range"),
        (b"=5\r\nabcde\r\n", "its format"),
        (b"%-1\r\n", "a count is out of range"),
        (b"~999999999999999999\r\n", "a count is out of range"),
        (b"$?\r\n", "digits"),
        (&b"%1\r\n:1\r\n".repeat(2000), "nested deeper than 1024"),
        (&[b'$'; 100], "digits"),
        (&[b'1'; 100], "'1' is not a type"),
        (&[&b"$"[..], &[b'0'; 100]].concat(), "digits"),
        (&b"*1\r\n".repeat(2000), "arrays are nested deeper than 1024 (max_reply_depth)"),
        (&[&b"+"[..], &[b'a'; 2 << 20]].concat(), "a line is too long"),
    ] {
        let error = rejected(bytes);
        assert!(error.contains(why), "{error:?} does not contain {why:?}");
    }
}

#[test]
fn arrays_nested_a_thousand_times_are_read() {
    let deep = [b"*1\r\n".repeat(1000), b":7\r\n".to_vec()].concat();
    assert_eq!(one(&deep).entries().len(), 1001);
}

#[test]
fn the_greatest_depth_can_be_set() {
    for (depth, is_accepted) in [(999, false), (1000, true), (5000, true)] {
        let mut reader = Reader::new(Vec::new(), false).with_limits(depth, usize::MAX);
        reader.feed(&[b"*1\r\n".repeat(1000), b":7\r\n".to_vec()].concat());
        assert_eq!(reader.advance(1).is_ok(), is_accepted, "{depth}");
    }
}

#[test]
fn a_built_reply_equals_the_same_reply_read() {
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, 3);
    builder.integer(5);
    builder.string(b"abc");
    builder.nil();
    builder.end(root);
    assert_eq!(builder.finish().root(), one(b"*3\r\n:5\r\n$3\r\nabc\r\n$-1\r\n").root());
}

/// The xorshift64* generator, so that every run has the same cases.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }
}

/// Appends a random valid reply.
fn valid(random: &mut Random, depth: usize, out: &mut Vec<u8>) {
    match random.below(if depth == 0 { 11 } else { 15 }) {
        0 => out.extend(b"+OK\r\n"),
        1 => out.extend(b"-ERR something\r\n"),
        2 => out.extend(format!(":{}\r\n", random.below(1 << 20) as i64 - 1000).bytes()),
        3 => out.extend(b"$-1\r\n"),
        4 => out.extend(b"*-1\r\n"),
        5 => {
            let length = random.below(40);
            out.extend(format!("${length}\r\n").bytes());
            out.extend((0..length).map(|_| random.below(256) as u8));
            out.extend(b"\r\n");
        }
        6 => out.extend(b"_\r\n"),
        7 => out.extend(b"#t\r\n"),
        8 => out.extend(b",1.5\r\n"),
        9 => out.extend(b"(123\r\n"),
        10 => out.extend(b"=6\r\ntxt:\r\n\r\n"),
        _ => {
            let count = random.below(5);
            let (sign, children) = [("*", count), ("%", count * 2), ("~", count), (">", count), ("|", count * 2 + 1)][random.below(5)];
            out.extend(format!("{sign}{count}\r\n").bytes());
            (0..children).for_each(|_| valid(random, depth - 1, out));
        }
    }
}

/// Changes, inserts or removes up to three bytes.
fn damage(random: &mut Random, bytes: &mut Vec<u8>) {
    const ODD: &[u8] = b"\r\n$*:+-_#,(=!%~>|0123456789\0\xff";
    for _ in 0..random.below(4) {
        let at = random.below(bytes.len().max(1));
        match random.below(4) {
            _ if bytes.is_empty() => bytes.push(ODD[random.below(ODD.len())]),
            0 => bytes[at] = random.below(256) as u8,
            1 => bytes[at] = ODD[random.below(ODD.len())],
            2 => bytes.truncate(at),
            _ => bytes.insert(at, ODD[random.below(ODD.len())]),
        }
    }
}

/// Cuts bytes into up to four pieces.
fn cut<'b>(random: &mut Random, bytes: &'b [u8]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    for _ in 0..random.below(4) {
        let (piece, after) = rest.split_at(random.below(rest.len() + 1));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// Checks that all entries refer to bytes and entries that exist.
fn assert_sound(reply: &Reply) {
    let check = |at: usize| -> usize {
        let entry: &Entry = &reply.entries()[at];
        assert_eq!(reply.entry_bytes(entry).len(), if entry.has_bytes() { entry.length() } else { 0 });
        at + entry.span()
    };
    assert_eq!(check(0), reply.entries().len());
    for at in 0..reply.entries().len() {
        assert!(check(at) <= reply.entries().len());
        if let Some(
            Value::Array(children) | Value::Map(children) | Value::Set(children) | Value::Push(children) | Value::Attribute(children),
        ) = reply.value(at)
        {
            assert_eq!(children.count(), reply.entries()[at].length());
        }
    }
}

#[test]
fn a_million_damaged_replies_are_read_or_rejected_the_same_in_pieces() {
    let mut random = Random(0x5EED);
    let mut outcomes = [0usize; 3];
    for _ in 0..1_000_000 {
        let mut bytes = Vec::new();
        valid(&mut random, 3, &mut bytes);
        damage(&mut random, &mut bytes);
        let whole = read(&[&bytes], 1);
        let pieces = cut(&mut random, &bytes);
        let mut pieced = read(&pieces, 1);
        // Bytes after the reply are detected here only if they arrive together with its end; the connection detects later ones.
        if matches!(&whole, Err(text) if text.contains("more replies")) && matches!(pieced, Ok(Some(_))) {
            pieced = whole.clone();
        }
        assert_eq!(format!("{whole:?}"), format!("{pieced:?}"), "{:?}", bytes.escape_ascii().to_string());
        outcomes[match &whole {
            Ok(Some(reply)) => {
                assert_sound(reply);
                0
            }
            Ok(None) => 1,
            Err(_) => 2,
        }] += 1;
    }
    assert!(outcomes.iter().all(|&count| count > 10_000), "one outcome is too rare: {outcomes:?}");
}
