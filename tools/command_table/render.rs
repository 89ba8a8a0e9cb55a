//! Writes the rows of the table from the replies of `COMMAND`.

use super::newer::Since;
use super::strategy::{SESSION, across, block};
use redis::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

pub fn render(commands: &Value, since: &Since) -> String {
    let mut rows = BTreeMap::new();
    collect(commands, &mut rows);
    let mut text = String::from(HEAD);
    for (name, row) in &rows {
        writeln!(text, "    Command {{ name: \"{name}\", {row}since: {:?}, ..PLAIN }},", since[name]).unwrap();
    }
    text.push_str("];\n");
    text
}

const HEAD: &str = "//! The commands of Redis 7.0, made from the server's own `COMMAND` by `make generated`, and those of newer servers from their metadata;\n\
    //! not to be edited.\n\n\
    use crate::command::Access::{Read, Write};\n\
    use crate::command::Begin::{Index, Keyword};\n\
    use crate::command::Combination::{Sets, SortedSets};\n\
    use crate::command::Destination::{First, FirstToo, Last, Nowhere};\n\
    use crate::command::Find::{Counted, Range};\n\
    use crate::command::SetOperation::{Cardinality, Difference, Intersection, Union};\n\
    use crate::command::Strategy::*;\n\
    use crate::command::{Block, Combination, Command, KeySpec, Keys, Move, PLAIN, Pop, ResponsePolicy, SplitKind};\n\n\
    /// One key at a place.\n\
    const fn at(index: usize) -> KeySpec {\n    range(index, 0, 1)\n}\n\n\
    /// Keys from a place to the end, or so far from it, by steps.\n\
    const fn range(index: usize, last: i32, step: usize) -> KeySpec {\n    KeySpec { begin: Index(index), find: Range { last, step, limit: 0 } }\n}\n\n\
    /// As many keys behind a place as the argument there says, by steps.\n\
    const fn counted(index: usize, step: usize) -> KeySpec {\n    KeySpec { begin: Index(index), find: Counted { count: 0, first: 1, step } }\n}\n\n\
    /// Keys behind a word.\n\
    const fn behind(word: &'static str, from: i32, last: i32, limit: usize) -> KeySpec {\n    \
    KeySpec { begin: Keyword(word, from), find: Range { last, step: 1, limit } }\n}\n\n\
    /// Sorted by name.\n\
    #[rustfmt::skip]\n\
    pub(crate) static TABLE: &[Command] = &[\n";

fn collect(commands: &Value, rows: &mut BTreeMap<String, String>) {
    for command in list(commands) {
        let fields = list(command);
        let name = text(&fields[0]);
        rows.insert(name.clone(), row(&name, fields));
        collect(&fields[9], rows);
    }
}

fn row(name: &str, fields: &[Value]) -> String {
    let flags: Vec<String> = list(&fields[2]).iter().map(text).collect();
    let has = |flag: &str| flags.iter().any(|known| known == flag);
    let mut row = format!("arity: {}, ", integer(&fields[1]));
    match (has("readonly"), has("write")) {
        (true, false) => row.push_str("access: Read, "),
        (_, true) => row.push_str("access: Write, "),
        _ => {}
    }
    let keys = keys(name, list(&fields[8]));
    if !keys.is_empty() {
        write!(row, "keys: {keys}, ").unwrap();
    }
    for (fact, value) in [("across", across(name, !keys.is_empty())), ("block", block(name))] {
        if let Some(value) = value {
            write!(row, "{fact}: {value}, ").unwrap();
        }
    }
    if SESSION.contains(&name) {
        row.push_str("session: true, ");
    }
    if !list(&fields[9]).is_empty() {
        row.push_str("container: true, ");
    }
    if name.len() <= 8 && name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        row.push_str("is_short_word: true, ");
    }
    row
}

fn keys(name: &str, specs: &[Value]) -> String {
    match name {
        "sort" | "sort_ro" => return "Keys::Sort".into(),
        "migrate" => return "Keys::Migrate".into(),
        // The channel is no key to the server, but it selects the node.
        "publish" => return "Keys::One(1)".into(),
        _ if specs.is_empty() => return String::new(),
        _ => {}
    }
    if let [spec] = specs {
        let one = key_spec(name, &map(spec));
        if let Some(index) = one.strip_prefix("at(").and_then(|rest| rest.strip_suffix(')')) {
            return format!("Keys::One({index})");
        }
    }
    let specs: Vec<String> = specs.iter().map(|spec| key_spec(name, &map(spec))).collect();
    format!("Keys::Specs(&[{}])", specs.join(", "))
}

fn key_spec(name: &str, spec: &BTreeMap<String, Value>) -> String {
    let (begin, begin_spec) = typed(&spec["begin_search"]);
    let (find, find_spec) = typed(&spec["find_keys"]);
    let number = |map: &BTreeMap<String, Value>, field: &str| integer(&map[field]);
    match (begin.as_str(), find.as_str()) {
        ("index", "range") => {
            let (index, last, step, limit) =
                (number(&begin_spec, "index"), number(&find_spec, "lastkey"), number(&find_spec, "keystep"), number(&find_spec, "limit"));
            assert_eq!(limit, 0, "{name}: a range from an index with a limit");
            if (last, step) == (0, 1) { format!("at({index})") } else { format!("range({index}, {last}, {step})") }
        }
        ("index", "keynum") => {
            let layout = (number(&find_spec, "keynumidx"), number(&find_spec, "firstkey"));
            assert_eq!(layout, (0, 1), "{name}: an unknown position of the number of keys");
            format!("counted({}, {})", number(&begin_spec, "index"), number(&find_spec, "keystep"))
        }
        ("keyword", "range") => {
            assert_eq!(number(&find_spec, "keystep"), 1, "{name}: keys after a keyword with a step");
            format!(
                "behind({:?}, {}, {}, {})",
                text(&begin_spec["keyword"]),
                number(&begin_spec, "startfrom"),
                number(&find_spec, "lastkey"),
                number(&find_spec, "limit")
            )
        }
        other => panic!("{name}: unknown key specification {other:?}"),
    }
}

fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        Value::Set(list) => list,
        other => panic!("{other:?} is no list"),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::BulkString(text) => String::from_utf8(text.clone()).unwrap(),
        Value::SimpleString(text) => text.clone(),
        other => panic!("{other:?} is no text"),
    }
}

fn integer(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        other => panic!("{other:?} is no integer"),
    }
}

fn map(value: &Value) -> BTreeMap<String, Value> {
    list(value).chunks(2).map(|pair| (text(&pair[0]), pair[1].clone())).collect()
}

fn typed(value: &Value) -> (String, BTreeMap<String, Value>) {
    let fields = map(value);
    (text(&fields["type"]), map(&fields["spec"]))
}
