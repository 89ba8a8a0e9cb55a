//! The documentation agrees with the source.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The README and every page of docs/, relative to the project.
fn pages() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(root().join("docs")).expect("the folder docs exists");
    let names = folder.map(|entry| Path::new("docs").join(entry.expect("an entry of docs").file_name()));
    let mut pages: Vec<PathBuf> = names.filter(|name| name.extension().is_some_and(|extension| extension == "md")).collect();
    pages.extend(["README.md", "CHANGELOG.md"].map(PathBuf::from));
    pages.sort();
    pages
}

/// The cells of the table rows of a page.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| line.starts_with('|')).map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
}

/// The text between backticks, if that is all there is.
fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

/// The variants of an enum with numbers, `Name = 1,`, in the order of the source.
fn variants(path: &str, name: &str) -> Vec<(String, i64)> {
    let text = read(path);
    let start = text.find(&format!("pub enum {name} {{")).unwrap_or_else(|| panic!("{path} has no enum {name}"));
    let body = &text[start..];
    let body = &body[..body.find("\n}").expect("the enum ends")];
    let pairs = body.lines().filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "));
    pairs.map(|(name, number)| (name.to_owned(), number.parse().expect("a number"))).collect()
}

#[test]
fn the_page_of_errors_lists_every_status() {
    let page = read("docs/errors.md");
    let listed: Vec<(String, i64, Option<String>)> = rows(&page)
        .filter_map(|cells| {
            let status = code(cells[0]).filter(|name| name.starts_with("REDISCLUSTER_"))?;
            Some((status.to_owned(), cells[1].parse().expect("the number of a status"), code(cells[2]).map(str::to_owned)))
        })
        .collect();
    let statuses: Vec<(String, i64)> = listed.iter().map(|(status, number, _)| (status.clone(), *number)).collect();
    assert_eq!(statuses, variants("src/ffi/status.rs", "Status"));
    let codes: Vec<(String, i64)> = listed.into_iter().filter_map(|(_, number, code)| Some((code?, number))).collect();
    assert_eq!(codes, variants("src/error.rs", "Code"));
}

/// The text of all sources in some folders.
fn sources(folders: &[&str]) -> String {
    let mut text = String::new();
    for folder in folders {
        for entry in std::fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}")) {
            let path = entry.expect("an entry of the folder").path();
            match path.is_dir() {
                true => text += &sources(&[path.strip_prefix(root()).expect("a folder of the project").to_str().expect("UTF-8")]),
                false if path.extension().is_some_and(|extension| extension == "rs" || extension == "c") => text += &read(&path),
                false => {}
            }
        }
    }
    text
}

#[test]
fn every_fault_names_tests_that_exist() {
    let page = read("docs/reliability.md");
    let sources = sources(&["tests/resilience", "tests/abi/c", "src/transport"]);
    let mut faults = 0;
    for cells in rows(&page).filter(|cells| cells.len() == 5).skip(2) {
        assert!(!cells[4].is_empty(), "no test: {}", cells[0]);
        for test in cells[4].split(", ").map(|name| code(name).unwrap_or_else(|| panic!("{name} is no name"))) {
            let exists = ["fn ", "static void "].iter().any(|before| sources.contains(&format!("{before}{test}(")));
            assert!(exists, "there is no test {test}: {}", cells[0]);
        }
        faults += 1;
    }
    assert!(faults > 20, "{faults} faults");
}

/// The targets of the links of a page that lead to files of the project, with the anchor if there is one.
fn links(text: &str) -> Vec<(&str, Option<&str>)> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let local = targets.filter(|target| !target.contains("://"));
    local.map(|target| target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)))).collect()
}

/// The anchors of the headings of a page, as GitHub makes them.
fn anchors(text: &str) -> Vec<String> {
    let heading = |line: &str| line.starts_with('#').then(|| line.trim_start_matches('#').trim().to_lowercase());
    let keep = |letter: char| letter.is_alphanumeric() || letter == ' ' || letter == '-' || letter == '_';
    text.lines()
        .filter_map(heading)
        .map(|words| words.chars().filter(|&letter| keep(letter)).collect::<String>().replace(' ', "-"))
        .collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = read(&page);
        for (path, anchor) in links(&text) {
            let target = if path.is_empty() { page.clone() } else { page.parent().expect("a folder").join(path) };
            let exists = root().join(&target).exists();
            let has_heading = anchor.is_none_or(|anchor| exists && anchors(&read(&target)).iter().any(|known| known == anchor));
            if !exists || !has_heading {
                broken.push(format!("{}: {path}{}", page.display(), anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere: {broken:#?}");
}

/// The words in backticks of a page.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with("```")).flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn every_source_file_that_the_pages_name_exists() {
    let is_path =
        |word: &&str| ["src/", "tests/", "benches/", "bindings/", "tools/", "scripts/"].iter().any(|folder| word.starts_with(folder));
    let is_plain = |word: &&str| word.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter));
    let mut missing = Vec::new();
    for page in pages() {
        let text = read(&page);
        missing.extend(words(&text).filter(is_path).filter(is_plain).filter(|path| !root().join(path).exists()).map(str::to_owned));
    }
    assert!(missing.is_empty(), "files that do not exist: {missing:#?}");
}

#[test]
fn the_tour_names_functions_where_they_are() {
    let page = read("docs/tour.md");
    let mut named = 0;
    let mut missing = Vec::new();
    for cells in rows(&page).filter(|cells| cells.len() >= 3) {
        let Some(path) = code(cells[1]).filter(|path| path.ends_with(".rs")) else { continue };
        let text = read(path);
        for function in words(cells[2]) {
            named += 1;
            let name = function.rsplit("::").next().expect("a name").trim_end_matches("()");
            let is_there = ["fn ", "struct ", "enum ", "trait "].iter().any(|kind| {
                text.match_indices(&format!("{kind}{name}"))
                    .any(|(at, found)| !text[at + found.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_'))
            });
            if !is_there {
                missing.push(format!("{path}: {function}"));
            }
        }
    }
    assert!(named > 0, "the tour names no functions");
    assert!(missing.is_empty(), "functions that are elsewhere: {missing:#?}");
}
