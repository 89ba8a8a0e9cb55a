//! The headers are generated from src/ffi: the C header by cbindgen, the PHP header from the C header.

#[path = "../support/mod.rs"]
mod support;

fn c_header() -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut config = cbindgen::Config::from_root_or_default(root);
    // cbindgen omits string constants.
    let version = rediscluster::ffi::REDISCLUSTER_VERSION;
    config.after_includes = Some(format!(
        "\n// The version of this header. `rediscluster_version` answers that of the library.\n#define REDISCLUSTER_VERSION \"{version}\""
    ));
    let mut text = Vec::new();
    let bindings = cbindgen::Builder::new().with_crate(root).with_config(config).generate().expect("src/ffi generates a header");
    bindings.write(&mut text);
    let text = String::from_utf8(text).expect("the header is text");
    without_safety_sections(&text)
}

/// `# Safety` states for Rust what C programmers assume about pointers.
fn without_safety_sections(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.trim() == "// # Safety" {
            inside = true;
            if lines.last() == Some(&"//") {
                lines.pop();
            }
        }
        inside &= line.starts_with("//");
        if !inside {
            lines.push(line);
        }
    }
    lines.join("\n") + "\n"
}

/// The declarations that FFI::load and FFI::cdef can parse, with no directives but the two of PHP. Every `#ifndef` of the header tests for
/// something that PHP does not have (C++, a second inclusion), and so does every `#if` and `#ifdef` (C++, C23).
fn php_header(c: &str) -> String {
    let mut lines = vec![
        "#define FFI_SCOPE \"rediscluster\"".to_owned(),
        format!("#define FFI_LIB \"librediscluster.so.{}\"", rediscluster::ffi::REDISCLUSTER_ABI_VERSION),
    ];
    // For each open directive, whether the lines inside are for PHP.
    let mut open: Vec<bool> = Vec::new();
    for line in c.lines() {
        match line.split_whitespace().next() {
            Some("#ifndef") => open.push(true),
            Some("#ifdef" | "#if") => open.push(false),
            Some("#else") => open.iter_mut().last().into_iter().for_each(|meant| *meant = !*meant),
            Some("#endif") => drop(open.pop()),
            Some(word) if word.starts_with('#') || word.starts_with("//") || word.starts_with("/*") || word.starts_with('*') => {}
            Some(_) if open.iter().all(|&meant| meant) => lines.push(line.to_owned()),
            _ => {}
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_c_header_matches_the_exported_functions() {
    support::generated::check("include/rediscluster.h", &c_header());
}

#[test]
fn the_php_header_matches_the_c_header() {
    support::generated::check("bindings/php/include/rediscluster.h", &php_header(&c_header()));
}
