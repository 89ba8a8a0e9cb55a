//! Writes the rows of the table from the replies of `COMMAND`.

use super::newer::Since;
use redis::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

pub fn render(commands: &Value, since: &Since) -> String {
    let mut rows = BTreeMap::new();
    collect(commands, &mut rows);
    let mut text = String::from(HEAD);
    for (name, row) in &rows {
        writeln!(text, "    Row {{ name: \"{name}\", {row}since: {:?}, ..ROW }},", since[name]).unwrap();
    }
    text.push_str("];\n");
    text
}

const HEAD: &str = "//! What servers say of their commands: Redis 7.0 by its `COMMAND`, newer servers by their metadata. `make generated` writes this file.\n\n\
    use crate::command::Access::{Read, Write};\n\
    use crate::command::Begin::{Index, Keyword};\n\
    use crate::command::Find::{Counted, Range};\n\
    use crate::command::row::{ROW, Row};\n\
    use crate::command::{KeySpec, Keys};\n\n\
    /// One key at this argument.\n\
    const fn key_at(index: usize) -> KeySpec {\n    range(index, 0, 1)\n}\n\n\
    /// Keys from this argument on, to the last one or to `last` arguments after it, with this step.\n\
    const fn range(index: usize, last: i32, step: usize) -> KeySpec {\n    KeySpec { begin: Index(index), find: Range { last, step, limit: 0 } }\n}\n\n\
    /// Keys after this argument, which is their number, with this step.\n\
    const fn counted(index: usize, step: usize) -> KeySpec {\n    KeySpec { begin: Index(index), find: Counted { count: 0, first: 1, step } }\n}\n\n\
    /// Keys after a keyword.\n\
    const fn after(keyword: &'static str, from: i32, last: i32, limit: usize) -> KeySpec {\n    \
    KeySpec { begin: Keyword(keyword, from), find: Range { last, step: 1, limit } }\n}\n\n\
    /// Sorted by name.\n\
    #[rustfmt::skip]\n\
    pub(super) const ROWS: &[Row] = &[\n";

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
    if !list(&fields[9]).is_empty() {
        row.push_str("container: true, ");
    }
    for tip in list(&fields[7]).iter().map(text) {
        if let Some((policy @ ("request_policy" | "response_policy"), value)) = tip.split_once(':') {
            write!(row, "{policy}: {value:?}, ").unwrap();
        }
    }
    row
}

/// The key specifications, except those that the server gives as unknown.
fn keys(name: &str, specs: &[Value]) -> String {
    let specs: Vec<BTreeMap<String, Value>> = specs.iter().map(map).filter(|spec| typed(&spec["begin_search"]).0 != "unknown").collect();
    if specs.is_empty() {
        return String::new();
    }
    if let [spec] = specs.as_slice() {
        let one = key_spec(name, spec);
        if let Some(index) = one.strip_prefix("key_at(").and_then(|rest| rest.strip_suffix(')')) {
            return format!("Keys::One({index})");
        }
    }
    let specs: Vec<String> = specs.iter().map(|spec| key_spec(name, spec)).collect();
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
            if (last, step) == (0, 1) { format!("key_at({index})") } else { format!("range({index}, {last}, {step})") }
        }
        ("index", "keynum") => {
            let layout = (number(&find_spec, "keynumidx"), number(&find_spec, "firstkey"));
            assert_eq!(layout, (0, 1), "{name}: an unknown position of the number of keys");
            format!("counted({}, {})", number(&begin_spec, "index"), number(&find_spec, "keystep"))
        }
        ("keyword", "range") => {
            assert_eq!(number(&find_spec, "keystep"), 1, "{name}: keys after a keyword with a step");
            format!(
                "after({:?}, {}, {}, {})",
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
