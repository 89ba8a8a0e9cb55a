//! Values for the placeholders that are not keys. Values repeat, so that sets overlap and elements are found. None ends with a brace: in
//! the place of a key it would look like a hash tag.

use super::builder::Builder;
use super::command::Word;

/// Members of sets, fields of hashes. `1` to `6` form the names of keys with the patterns of SORT.
const MEMBERS: &[&str] = &["1", "2", "3", "4", "5", "6", "a", "b", "c", "d", "", "\u{1}é\0\r\n", "-0.5"];
const NUMBERS: &[&str] = &["0", "1", "-1", "2", "3", "7", "10", "100", "-20", "9223372036854775800"];
const FLOATS: &[&str] = &["0", "1", "2.5", "-1", "0.1", "0.2", "0.7", "1e3", "-3.25", "3.0000000001", "1e17", "inf", "-inf"];
const TEXTS: &[&str] = &["", "a", "hello world", "ohmytext", "mynewtext", "\0é\r\n\x7f", "foobar", "10.5", "  7", "1e2"];
const PLACES: &[&str] = &["13.361389", "15.087269", "2.3522", "-73.98", "-5.5", "0", "38.115556", "37.502669", "48.8566", "40.7128", "70"];

const SCRIPTS: &[&str] = &[
    "return {KEYS[1], ARGV[1]}",
    "return redis.call('SET', KEYS[1], ARGV[1] or 'x')",
    "return redis.call('GET', KEYS[1])",
    "return redis.pcall('INCR', KEYS[1])",
    "return redis.call('RPUSH', KEYS[1], unpack(ARGV))",
    "return redis.call('TYPE', KEYS[1])",
    "return {1, 2.9, {'a', false, true}, nil, 3}",
    "return redis.error_reply('MINE is an error')",
    "return redis.status_reply('FINE')",
    "for at = 1, #KEYS do redis.call('DEL', KEYS[at]) end return #KEYS",
    "return (",
];
const READING_SCRIPTS: &[&str] =
    &["return redis.call('EXISTS', KEYS[1] or 'k1')", "return redis.call('SET', KEYS[1], 'x')", "return {#KEYS, #ARGV}"];

/// Scripts without declared keys. The keys that they use are on the first of three nodes, where such scripts run.
const KEYLESS_SCRIPTS: &[&str] = &[
    "return {#KEYS, #ARGV, ARGV[1]}",
    "return redis.call('SET', 'k2', ARGV[1] or 'x')",
    "return redis.pcall('INCR', 'k6')",
    "return redis.call('RPUSH', 'k2', unpack(ARGV))",
    "return redis.call('RENAME', 'k2', 'k6')",
    "return {redis.call('TYPE', 'k2'), redis.call('EXISTS', 'k2', 'k6')}",
    "redis.call('DEL', 'k2', 'k6') return redis.status_reply('GONE')",
    "redis.setresp(3) return redis.call('ZRANGE', 'k6', 0, -1, 'WITHSCORES')",
    "return {double = 1.5, 2}",
    "return redis.error_reply('MINE is an error')",
    "return (",
];
const KEYLESS_READING_SCRIPTS: &[&str] =
    &["return redis.call('EXISTS', 'k2', 'k6')", "return redis.call('SET', 'k2', 'x')", "return {ARGV[1], #ARGV}"];
const KEYLESS_LIBRARY: &str = "#!lua name=free\nredis.register_function{function_name='count', callback=function(keys, args) return #args end, \
     flags={'no-writes'}}\nredis.register_function('note', function(keys, args) return redis.call('APPEND', 'k6', args[1] or 'y') end)\n\
     redis.register_function{function_name='first', callback=function(keys, args) return redis.call('TYPE', 'k2') end, flags={'no-writes'}}";

/// Scripts that are also called by their digest.
const LOADED: &[(&str, &str)] = &[
    ("return redis.call('SET', KEYS[1], ARGV[1])", "d8f2fad9f8e86a53d2a6ebd960b33c4972cacc37"),
    ("return redis.call('EXISTS', KEYS[1])", "36470718001cbf79c047c6e440069970b40bb3b4"),
];
/// A script that SCRIPT EXISTS never asks about. It is loaded on one node, and on another node when it is called there.
const EVALED: (&str, &str) = ("return redis.call('APPEND', KEYS[1], ARGV[1])", "68014bf0cbd405594c3f62158602855af28788cb");
const NO_SCRIPT: &str = "ffffffffffffffffffffffffffffffffffffffff";

const LIBRARIES: &[&str] = &[
    "#!lua name=mylib\nredis.register_function('put', function(keys, args) return redis.call('SET', keys[1], args[1]) end)\n\
     redis.register_function{function_name='look', callback=function(keys, args) return redis.call('TYPE', keys[1]) end, flags={'no-writes'}}",
    "#!lua name=mylib\nredis.register_function{function_name='look', callback=function(keys, args) return #keys end, flags={'no-writes'}}",
    "#!lua name=bad\nthis is not Lua",
    "no library",
];

/// DUMPs of one value of each type, two that older releases understand, and a damaged one.
const DUMPED: &[&str] = &[
    "00c02a090051090d36d2e52ce1",
    "0b0e0200000003000000010002000300090075f00d2e39e82eaa",
    "000568656c6c6f0a006372df766534200a",
    "00c02a0a0081fb5cfa86634f50",
    "1201020f0f00000003008161028162020101ff0a00e01bab4a47ce5922",
    "0b0e02000000030000000100020003000a00a5025ce26d6e4d1b",
    "0202016201610a0075d99d835ef85f65",
    "1114140000000400816102010181620283322e3504ff0a00d44c6ea4f644d9d7",
    "10121200000004008166028176028167020101ff0a0023c1a5e35dfae81c",
    "1301100000000000000005000000000000000128280000000f00020100010101816602000102010001000181760204010201010100018177020401ff020601050100\
     000201026731050101010000000000000005000000000000000111a05704a2010000010102633111a05704a201000001000000000000000500000000000000010a00\
     a0ff284c0247f118",
    "001b48594c4c01000000000000000000008060f38050b1844bfb80425a0a009f590c06b6497049",
    "000568656c6c6f0a006372df766534200b",
];
const DUMPED_LIBRARY: &str = "f5c340aa40fd1f23216c7561206e616d653d6d796c69620a72656469732e72656769737465725f0f66756e6374696f6e2827707574272c20e0\
     000f116b6579732c2061726773292072657475726e2006403a0863616c6c2827534554202d4024025b315d80272008052920656e6429e00f63007bc05c005f608f\
     04276c6f6f6b20444050046261636b3dc01ee0177b03545950452037a07c607320b8126c6167733d7b276e6f2d777269746573277d7d0a00e0a02914e63bd517";

/// The first millisecond of the year 2100, far beyond all times relative to the clock.
pub const FAR: u64 = 4_102_444_800_000;

impl Builder<'_> {
    pub fn placeholder(&mut self, placeholder: &str) {
        let text = match placeholder {
            "value" => self.value(),
            "member" | "field" => self.member(),
            "int" => self.one(NUMBERS),
            "float" | "score" => self.one(FLOATS),
            "index" => self.between(-5, 7),
            "small" => self.between(0, 5),
            "rank" => self.between(-2, 3),
            "offset" => self.mostly_between("5000", 0, 80),
            "bit" => self.mostly_between("2", 0, 2),
            "encoding" => self.one(&["u1", "u4", "u8", "u8", "i8", "i16", "u63", "i64", "i1", "u64"]),
            "place" => self.one(&["0", "1", "8", "#1", "#2", "100"]),
            "db" => self.between(0, 3),
            // So many possible times that two of them hardly ever fall into one millisecond, where only the clock could decide.
            "seconds" => self.mostly_between("-1", 100_000, 1_000_000),
            "millis" => self.mostly_between("0", 100_000_000, 1_000_000_000),
            "at" => self.mostly_between("1", (FAR / 1000) as i64, (FAR / 1000) as i64 + 50),
            "atmillis" => self.mostly_between("-5", FAR as i64, FAR as i64 + 50_000),
            // SET with a time in the past creates an expired key, which DBSIZE counts until the server happens to delete it.
            "later" => self.between((FAR / 1000) as i64, (FAR / 1000) as i64 + 50),
            "latermillis" => self.between(FAR as i64, FAR as i64 + 50_000),
            "badtime" => self.one(&["0", "-1", "abc", "9223372036854775807", "9999999999999999", "1.5", ""]),
            // Short timeouts, so that blocking commands end soon.
            "wait" => self.one(&["0.01", "0.001", "0.005", "-1", "abc", "0.002", "1e-3"]),
            "waitmillis" => self.one(&["1", "2", "5", "-1", "x"]),
            "least" => self.one(&["-inf", "-inf", "0", "(1", "(2.5", "-1", "(-inf"]),
            "most" => self.one(&["+inf", "+inf", "inf", "(3", "100", "2.5", "0"]),
            "lexleast" => self.one(&["-", "-", "[a", "(b", "[2", "(", "["]),
            "lexmost" => self.one(&["+", "+", "[c", "(d", "[5", "(", "-"]),
            "longitude" | "latitude" => self.one(PLACES),
            "radius" => self.one(&["100", "200000", "5000", "1e7", "0"]),
            "unit" => self.one(&["m", "km", "FT", "mi", "KM"]),
            "weight" => self.one(FLOATS),
            "weights" => return self.weights(),
            "newid" => self.new_id(),
            "id" => self.id(),
            "fullid" => self.full_id(),
            "from" => self.bound("-"),
            "to" => self.bound("+"),
            "group" => self.one(&["g1", "g1", "g1", "g1", "g2"]),
            "consumer" => self.one(&["c1", "c2", "c3"]),
            "idle" => self.one(&["0", "0", "0", "100000000"]),
            "pattern" => self.one(&["*", "k*", "?1", "[kt]*", "*{*", "nothing", "t[^1]", "*\r*", ""]),
            "matched" => self.one(&["*", "a*", "[1-3]", "?", "nothing"]),
            "by" => self.one(&["k*", "k*->a", "nosort", "k*->1", "*", "nothing_*", "k*->"]),
            "got" => self.one(&["#", "k*", "k*->a", "k*->b", "*", "nothing_*", "k"]),
            "type" => self.one(&["string", "LIST", "set", "zset", "hash", "stream", "none"]),
            "script" => self.one(SCRIPTS),
            "readingscript" => self.one(READING_SCRIPTS),
            "loadedscript" => self.random.pick(LOADED).0.as_bytes().to_vec(),
            "evaledscript" => EVALED.0.as_bytes().to_vec(),
            "evaledsha" => EVALED.1.as_bytes().to_vec(),
            "sha" => self.sha(),
            "keylessscript" => self.one(KEYLESS_SCRIPTS),
            "keylessreading" => self.one(KEYLESS_READING_SCRIPTS),
            "keylesslibrary" => KEYLESS_LIBRARY.as_bytes().to_vec(),
            "keylessfunction" => self.one(&["count", "note", "first"]),
            "library" => self.one(LIBRARIES),
            "libraryname" => self.one(&["mylib", "mylib", "nolib"]),
            "function" => self.one(&["put", "look", "LOOK", "nothing"]),
            "dumped" => bytes(self.random.pick::<&str>(DUMPED)),
            "dumpedlibrary" => self.dumped_library(),
            "channel" => self.one(&["news", "weather"]),
            "migration_port" => return self.words.push(Word::Sink),
            "empty" => Vec::new(),
            _ => panic!("no placeholder is called {placeholder}"),
        };
        self.text(&text);
    }

    fn one(&mut self, choices: &[&str]) -> Vec<u8> {
        self.random.pick(choices).as_bytes().to_vec()
    }

    fn between(&mut self, start: i64, end: i64) -> Vec<u8> {
        (start + self.random.below((end - start) as usize) as i64).to_string().into_bytes()
    }

    fn mostly_between(&mut self, rare: &str, start: i64, end: i64) -> Vec<u8> {
        if self.chance(1, 25) { rare.as_bytes().to_vec() } else { self.between(start, end) }
    }

    fn value(&mut self) -> Vec<u8> {
        match self.random.below(100) {
            0..35 => self.between(0, 20),
            35..50 => self.one(NUMBERS),
            50..60 => self.one(FLOATS),
            60..97 => self.one(TEXTS),
            97..99 => vec![b'v'; 60 + self.random.below(30)],
            _ => self.random.bytes(300).into_iter().map(|byte| byte & 0x5f).collect(),
        }
    }

    fn member(&mut self) -> Vec<u8> {
        match self.random.below(400) {
            0..6 => vec![b'm'; 70],
            // Larger than the write buffer that a connection keeps.
            6 => vec![b'M'; 20_000 + self.random.below(3)],
            7..40 => self.between(-10, 300),
            _ => self.one(MEMBERS),
        }
    }

    fn weights(&mut self) {
        let count = self.counted + usize::from(self.corrupted && self.chance(1, 4));
        (0..count).for_each(|_| self.placeholder("weight"));
    }

    /// Greater than the IDs before it, because the IDs of a stream must increase.
    fn new_id(&mut self) -> Vec<u8> {
        let position = self.position;
        match self.random.below(20) {
            0 => self.id(),
            1..4 => format!("{position}-*").into_bytes(),
            4..6 => format!("{position}").into_bytes(),
            _ => format!("{position}-{}", self.random.below(3) + 1).into_bytes(),
        }
    }

    fn full_id(&mut self) -> Vec<u8> {
        format!("{}-{}", self.random.below(self.position + 2), self.random.below(4)).into_bytes()
    }

    fn id(&mut self) -> Vec<u8> {
        match self.random.below(12) {
            0 => b"0-0".to_vec(),
            1 => b"nonsense".to_vec(),
            2..5 => self.random.below(self.position + 2).to_string().into_bytes(),
            _ => self.full_id(),
        }
    }

    fn bound(&mut self, end: &str) -> Vec<u8> {
        match self.random.below(6) {
            0 => self.id(),
            1 => [b"(".to_vec(), self.full_id()].concat(),
            2 => self.full_id(),
            _ => end.as_bytes().to_vec(),
        }
    }

    fn sha(&mut self) -> Vec<u8> {
        match self.random.below(5) {
            0 => NO_SCRIPT.as_bytes().to_vec(),
            1 => LOADED[0].1.to_uppercase().into_bytes(),
            _ => self.random.pick(LOADED).1.as_bytes().to_vec(),
        }
    }

    fn dumped_library(&mut self) -> Vec<u8> {
        let mut library = bytes(DUMPED_LIBRARY);
        if self.chance(1, 6) {
            library.pop();
        }
        library
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let hex: String = hex.split_whitespace().collect();
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits")).collect()
}
