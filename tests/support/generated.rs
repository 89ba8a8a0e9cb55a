//! Committed files that are generated: the tests compare them, `UPDATE=1 cargo test` rewrites them.

use std::path::Path;

/// Compares a committed file with its expected content, or rewrites it.
pub fn check(path: &str, expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(&file, expected).expect("the file can be written");
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    let differing = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    let line = differing.unwrap_or_else(|| found.lines().count().min(expected.lines().count()));
    assert!(
        found == expected,
        "{path} is out of date at line {}: it has {:?}, it should have {:?}; `make generated` rewrites it",
        line + 1,
        found.lines().nth(line),
        expected.lines().nth(line)
    );
}
