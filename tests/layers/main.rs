//! The modules of src/ import only from the layers below their own, as docs/architecture.md states them, and without cycles.

mod imports;
mod rules;

use rules::{SourceFile, cycles, layers, upward_imports};
use std::fs;
use std::path::Path;

/// Folders whose files must not import each other in a cycle.
const FOLDERS_WITHOUT_CYCLES: [&str; 18] = [
    "resp",
    "config",
    "rdb",
    "command",
    "transport",
    "topology",
    "resharding",
    "routing",
    "crossnode",
    "cluster",
    "event_loop",
    "session",
    "query",
    "listener",
    "client_loop",
    "php",
    "ffi",
    "async_cluster",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn source_files(folder: &Path, files: &mut Vec<SourceFile>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root().join("src")).unwrap().to_str().unwrap().to_owned();
            files.push(SourceFile::new(&name, &fs::read_to_string(&path).unwrap()));
        }
    }
}

fn src() -> Vec<SourceFile> {
    let mut files = Vec::new();
    source_files(&root().join("src"), &mut files);
    files
}

#[test]
fn modules_import_only_from_lower_layers() {
    let architecture = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let found = upward_imports(&layers(&architecture), &src());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn with_the_layers_in_reverse_order_imports_are_found() {
    let architecture = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let mut layers = layers(&architecture);
    layers.reverse();
    assert!(upward_imports(&layers, &src()).iter().any(|found| found.contains("cluster imports from routing")));
}

#[test]
fn files_of_a_folder_import_each_other_without_cycles() {
    let files = src();
    let found: Vec<String> = FOLDERS_WITHOUT_CYCLES.iter().flat_map(|folder| cycles(folder, &files)).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
