//! Finds what a source file imports from its own crate.

/// A path that begins with `crate::`, without that, and the number of its line.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    pub line: usize,
    pub path: Vec<String>,
    /// It is re-exported, by `pub use` or `pub(crate) use`.
    pub is_public: bool,
}

/// All imports of a file, in `use` lines and inline. Comments, and unit tests at the end of the file, do not count.
pub fn imports(source: &str) -> Vec<Import> {
    let code = without_comments(without_tests(source));
    let mut found = Vec::new();
    for (start, prefix) in code.match_indices("crate::") {
        let line = code[..start].matches('\n').count() + 1;
        let statement = code[..start].rsplit([';', '}', '\n']).next().unwrap_or_default().trim();
        let is_public = statement.starts_with("pub") && statement.ends_with("use");
        let mut paths = Vec::new();
        read_tree(&code[start + prefix.len()..], &[], &mut paths);
        found.extend(paths.into_iter().map(|path| Import { line, path, is_public }));
    }
    found
}

/// The modules that a file declares under `#[cfg(test)]`.
pub fn test_modules(source: &str) -> Vec<String> {
    source.split("#[cfg(test)]\nmod ").skip(1).filter_map(|rest| rest.split_once([';', ' '])).map(|(name, _)| name.to_owned()).collect()
}

fn without_tests(source: &str) -> &str {
    source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()
}

/// Replaces line comments, but not the line breaks.
fn without_comments(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or_default()).fold(String::new(), |code, line| code + line + "\n")
}

/// Reads a path or a tree of paths, such as `a::{b, c::d}`. Returns the text after it.
fn read_tree<'s>(source: &'s str, parents: &[String], paths: &mut Vec<Vec<String>>) -> &'s str {
    if let Some(mut rest) = source.strip_prefix('{') {
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix('}') {
                return after;
            }
            let after = read_tree(rest, parents, paths).trim_start();
            // The end of a file that is not valid Rust.
            if after.len() == rest.len() {
                return after;
            }
            rest = after.strip_prefix(',').unwrap_or(after);
        }
    }
    let end = source.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '*').unwrap_or(source.len());
    let mut path = parents.to_vec();
    path.push(source[..end].to_owned());
    match source[end..].strip_prefix("::") {
        // What follows a generic argument is no part of the path.
        Some(rest) if !rest.starts_with('<') => read_tree(rest, &path, paths),
        _ => {
            paths.push(path);
            &source[end..]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(source: &str) -> Vec<String> {
        imports(source).into_iter().map(|import| import.path.join("::")).collect()
    }

    #[test]
    fn use_lines_and_inline_paths_are_found() {
        assert_eq!(paths("use crate::a::b::C;\nfn f() { crate::d::e(crate::g::H::new()) }"), ["a::b::C", "d::e", "g::H::new"]);
    }

    #[test]
    fn groups_are_expanded() {
        assert_eq!(paths("pub(crate) use crate::a::{b, c::{D, E},\n    *};"), ["a::b", "a::c::D", "a::c::E", "a::*"]);
    }

    #[test]
    fn comments_and_unit_tests_do_not_count() {
        assert_eq!(
            paths("/// [`crate::a::B`]\nuse crate::c::D; // crate::e\n#[cfg(test)]\nmod tests {\n    use crate::f::G;\n}"),
            ["c::D"]
        );
    }

    #[test]
    fn an_import_has_its_line_and_its_visibility() {
        let found = imports("//! Text.\n\nuse crate::a::B;\npub(crate) use crate::c::D;\n");
        assert_eq!(found.iter().map(|import| (import.line, import.is_public)).collect::<Vec<_>>(), [(3, false), (4, true)]);
    }

    #[test]
    fn test_modules_are_recognised() {
        assert_eq!(test_modules("mod a;\n#[cfg(test)]\nmod b;\n#[cfg(test)]\nmod tests {}"), ["b", "tests"]);
    }
}
