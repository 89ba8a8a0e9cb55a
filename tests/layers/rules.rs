//! The rules: which imports point to a higher layer, and which files import each other in a cycle.

use crate::imports::{Import, imports, test_modules};
use std::collections::{BTreeMap, BTreeSet};

/// A file of src/.
pub struct SourceFile {
    /// The path in src/.
    name: String,
    /// Its module, without the name `mod`: `["cluster", "batch"]`, or `["cluster"]` for cluster/mod.rs. lib.rs has none.
    module: Vec<String>,
    imports: Vec<Import>,
    test_modules: Vec<String>,
}

impl SourceFile {
    pub fn new(name: &str, source: &str) -> SourceFile {
        let mut module: Vec<String> = name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
            module.pop();
        }
        SourceFile { name: name.to_owned(), module, imports: imports(source), test_modules: test_modules(source) }
    }
}

/// The layers as a document lists them: the code block after the heading "Layers", the lowest layer in the first line. Modules in one line do
/// not import each other.
pub fn layers(document: &str) -> Vec<Vec<String>> {
    let section = document.split("## Layers\n").nth(1).unwrap_or_default();
    section
        .lines()
        .skip_while(|line| !line.starts_with("```"))
        .skip(1)
        .take_while(|line| !line.starts_with("```"))
        .map(|line| line.split(',').map(|name| name.trim().to_owned()).collect())
        .collect()
}

/// The imports that do not point to a lower layer, each as `file:line: reason`.
pub fn upward_imports(layers: &[Vec<String>], files: &[SourceFile]) -> Vec<String> {
    let layer_of = |module: &str| layers.iter().position(|layer| layer.iter().any(|name| name == module));
    let mut found = Vec::new();
    for file in without_test_files(files) {
        // lib.rs is above all layers.
        let Some(module) = file.module.first() else { continue };
        let Some(layer) = layer_of(module) else {
            found.push(format!("src/{}: {module} is not among the layers", file.name));
            continue;
        };
        for import in file.imports.iter().filter(|import| &import.path[0] != module) {
            let reason = match layer_of(&import.path[0]) {
                Some(imported) if imported < layer => continue,
                Some(_) => format!("{module} imports from {}, which is not a lower layer", import.path[0]),
                None => format!("{module} imports {}, which is not in a layer", import.path.join("::")),
            };
            found.push(format!("src/{}:{}: {reason}", file.name, import.line));
        }
    }
    found
}

/// The cycles of imports among the files and folders in `folder`, and among those in its folders. An item that a mod.rs re-exports counts as
/// imported from the file that defines it; an item that the mod.rs defines counts as imported from `mod`.
pub fn cycles(folder: &str, files: &[SourceFile]) -> Vec<String> {
    cycles_in(&[folder], &without_test_files(files).collect::<Vec<_>>())
}

fn cycles_in(folder: &[&str], files: &[&SourceFile]) -> Vec<String> {
    let files: Vec<&SourceFile> = files.iter().copied().filter(|file| is_prefix(folder, &file.module)).collect();
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in &files {
        let node = node(folder, &file.module);
        for import in file.imports.iter().filter(|import| !(import.is_public && node == "mod") && is_prefix(folder, &import.path)) {
            let imported = imported_node(folder, &import.path, &files);
            if imported != node {
                graph.entry(node.clone()).or_default().insert(imported);
            }
        }
    }
    let mut found: Vec<String> =
        first_cycle(&graph).into_iter().map(|cycle| format!("src/{}: {}", folder.join("/"), cycle.join(" -> "))).collect();
    let is_folder = |child: &str| files.iter().any(|file| file.module.len() == folder.len() + 2 && file.module[folder.len()] == child);
    let children: BTreeSet<&str> = files.iter().filter_map(|file| file.module.get(folder.len())).map(String::as_str).collect();
    for child in children.into_iter().filter(|child| is_folder(child)) {
        found.extend(cycles_in(&[folder, &[child]].concat(), &files));
    }
    found
}

/// The name of a module among the modules of a folder.
fn node(folder: &[&str], module: &[String]) -> String {
    module.get(folder.len()).map_or("mod", String::as_str).to_owned()
}

/// The module of a folder that defines what a path names.
fn imported_node(folder: &[&str], path: &[String], files: &[&SourceFile]) -> String {
    let name = node(folder, path);
    let is_module = |name: &str| files.iter().any(|file| file.module.get(folder.len()).is_some_and(|child| child == name));
    if is_module(&name) {
        return name;
    }
    let parent = files.iter().find(|file| file.module.len() == folder.len());
    let re_exported = parent.into_iter().flat_map(|parent| &parent.imports).find(|import| {
        import.is_public && is_prefix(folder, &import.path) && import.path.last().is_some_and(|last| *last == name || last == "*")
    });
    re_exported.map(|import| node(folder, &import.path)).filter(|name| is_module(name)).unwrap_or_else(|| "mod".to_owned())
}

/// One of the cycles in a graph, as the names on the way round.
fn first_cycle(graph: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn visit(
        node: &str,
        graph: &BTreeMap<String, BTreeSet<String>>,
        path: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        if let Some(start) = path.iter().position(|visited| visited == node) {
            return Some([&path[start..], &[node.to_owned()]].concat());
        }
        if !done.contains(node) {
            path.push(node.to_owned());
            for next in graph.get(node).into_iter().flatten() {
                if let Some(cycle) = visit(next, graph, path, done) {
                    return Some(cycle);
                }
            }
            path.pop();
            done.insert(node.to_owned());
        }
        None
    }
    let mut done = BTreeSet::new();
    graph.keys().find_map(|node| visit(node, graph, &mut Vec::new(), &mut done))
}

/// Without the files of modules that are declared under `#[cfg(test)]`.
fn without_test_files(files: &[SourceFile]) -> impl Iterator<Item = &SourceFile> {
    files.iter().filter(move |file| {
        let parent = &file.module[..file.module.len().saturating_sub(1)];
        !files.iter().any(|other| other.module == parent && file.module.last().is_some_and(|name| other.test_modules.contains(name)))
    })
}

fn is_prefix(folder: &[&str], path: &[String]) -> bool {
    path.len() >= folder.len() && folder.iter().zip(path).all(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYERS: &str = "# Architecture\n\n## Layers\n\nLowest first:\n\n```text\nerror\nresp, config\ncluster\n```\n\nText.\n";

    fn files(sources: &[(&str, &str)]) -> Vec<SourceFile> {
        sources.iter().map(|(name, source)| SourceFile::new(name, source)).collect()
    }

    fn upward(sources: &[(&str, &str)]) -> Vec<String> {
        upward_imports(&layers(LAYERS), &files(sources))
    }

    #[test]
    fn the_layers_are_read_from_the_document() {
        assert_eq!(layers(LAYERS), [&["error"][..], &["resp", "config"], &["cluster"]]);
    }

    #[test]
    fn imports_from_lower_layers_are_allowed() {
        let sources = [("cluster/mod.rs", "use crate::resp::Reply;\nuse crate::cluster::batch::Batch;"), ("error.rs", "use std::fmt;")];
        assert_eq!(upward(&sources), [""; 0]);
    }

    #[test]
    fn an_upward_import_is_found() {
        assert_eq!(
            upward(&[("resp/reader.rs", "\nuse crate::cluster::Cluster;")]),
            ["src/resp/reader.rs:2: resp imports from cluster, which is not a lower layer"]
        );
    }

    #[test]
    fn an_inline_upward_path_is_found() {
        assert_eq!(upward(&[("error.rs", "fn f() { crate::resp::g() }")]).len(), 1);
    }

    #[test]
    fn an_import_within_a_line_of_layers_is_found() {
        assert_eq!(upward(&[("resp/mod.rs", "use crate::config::Config;")]).len(), 1);
    }

    #[test]
    fn an_import_through_the_crate_root_is_found() {
        assert_eq!(
            upward(&[("cluster/mod.rs", "use crate::Reply;")]),
            ["src/cluster/mod.rs:1: cluster imports Reply, which is not in a layer"]
        );
    }

    #[test]
    fn a_module_without_a_layer_is_found() {
        assert_eq!(upward(&[("other/mod.rs", "")]), ["src/other/mod.rs: other is not among the layers"]);
    }

    #[test]
    fn a_file_for_tests_may_import_anything() {
        assert_eq!(upward(&[("resp/mod.rs", "#[cfg(test)]\nmod tests;"), ("resp/tests.rs", "use crate::cluster::Cluster;")]), [""; 0]);
    }

    #[test]
    fn a_cycle_is_found() {
        let sources =
            [("a/mod.rs", ""), ("a/b.rs", "use crate::a::c::C;"), ("a/c.rs", "use crate::a::d;"), ("a/d.rs", "use crate::a::b::B;")];
        assert_eq!(cycles("a", &files(&sources)), ["src/a: b -> c -> d -> b"]);
    }

    #[test]
    fn a_cycle_through_a_re_export_is_found() {
        let sources = [("a/mod.rs", "pub use crate::a::b::B;"), ("a/b.rs", "use crate::a::c::C;"), ("a/c.rs", "use crate::a::B;")];
        assert_eq!(cycles("a", &files(&sources)), ["src/a: b -> c -> b"]);
    }

    #[test]
    fn a_cycle_through_an_item_of_the_parent_is_found() {
        let sources = [("a/mod.rs", "use crate::a::b::B;\npub struct A;"), ("a/b.rs", "use crate::a::A;")];
        assert_eq!(cycles("a", &files(&sources)), ["src/a: b -> mod -> b"]);
    }

    #[test]
    fn a_re_export_alone_is_not_a_cycle() {
        let sources = [("a/mod.rs", "pub use crate::a::b::B;\npub use crate::a::c::C;"), ("a/b.rs", ""), ("a/c.rs", "use crate::a::B;")];
        assert_eq!(cycles("a", &files(&sources)), [""; 0]);
    }

    #[test]
    fn a_cycle_between_folders_and_one_in_a_folder_are_found() {
        let sources = [
            ("a/b/mod.rs", "use crate::a::c::C;"),
            ("a/b/one.rs", "use crate::a::b::two::Two;"),
            ("a/b/two.rs", "use crate::a::b::one::One;"),
            ("a/c/mod.rs", "use crate::a::b::B;"),
        ];
        assert_eq!(cycles("a", &files(&sources)), ["src/a: b -> c -> b", "src/a/b: one -> two -> one"]);
    }
}
